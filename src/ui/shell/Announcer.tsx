/** The live region: says what happened to a request, and the hop that was stepped to. */
import { useEffect } from 'react';
import { currentStep } from '../../state/player.ts';
import { useApp, useServices, useWords } from '../app.ts';
import { hopSentence } from '../player/hopWords.ts';
import { visibleWalk } from '../player/visibleHops.ts';

export function Announcer() {
  const { say, store } = useServices();
  const words = useWords();
  const announcement = useApp((state) => state.announcement);
  const hop = useApp((state) => currentStep(state)?.hop.id ?? null);

  useEffect(() => {
    const { request, unfolded } = store.getState();
    if (hop === null || request === null) return;
    const hops = visibleWalk(request.shown.legs, unfolded).legs.flatMap((leg) => leg.hops);
    const found = hops.find((candidate) => candidate.hop.id === hop);
    if (found === undefined) return;
    const sentence = hopSentence(found.hop, found.number, say);
    store.getState().announce({ code: 'page.announce.hop', params: { sentence } });
  }, [hop, say, store]);

  return (
    <div className="visually-hidden" role="status" aria-live="polite" aria-label={words('page.announce.region')}>
      {announcement === null ? '' : say(announcement)}
    </div>
  );
}
