/** Store to inspector. Its code loads after the first walk is on the screen. */
import { lazy, Suspense } from 'react';
import { firstStepOf, indexAt } from '../../state/playback.ts';
import { currentStep } from '../../state/player.ts';
import { useApp, useServices, useWords } from '../app.ts';
import { visibleWalk } from '../player/visibleHops.ts';

const Inspector = lazy(async () => ({ default: (await import('../inspector/Inspector.tsx')).Inspector }));

export function ConnectedInspector() {
  const words = useWords();
  const ready = useApp((state) => state.firstHopDrawn);
  const waiting = <div className="area-loading">{words('page.inspector.waiting')}</div>;
  if (!ready) return waiting;
  return (
    <Suspense fallback={waiting}>
      <LoadedInspector />
    </Suspense>
  );
}

function LoadedInspector() {
  const { store, say } = useServices();
  const hopDetail = useApp((state) => state.hopDetail);
  const thingDetail = useApp((state) => state.thingDetail);
  const thing = useApp((state) => state.thing);
  const request = useApp((state) => state.request);
  const unfolded = useApp((state) => state.unfolded);
  const step = useApp((state) => currentStep(state)?.stepOfHop ?? 0);
  const hop = useApp((state) => currentStep(state)?.hop.id ?? null);
  const hops = request === null ? [] : visibleWalk(request.shown.legs, unfolded).legs.flatMap((leg) => leg.hops);
  const number = hops.find((candidate) => candidate.hop.id === hop)?.number ?? 0;
  const viaService = useApp((state) => state.serviceUpstream);
  const dials = request?.shown.legs.find((leg) => leg.hops[0]?.id === hop)?.upstream ?? null;
  const shown = hopDetail !== null && hopDetail.hop.id === hop ? hopDetail : null;
  const actions = store.getState();
  return (
    <Inspector
      hop={shown ?? hopDetail}
      step={shown === null ? 0 : step}
      hopNumber={number}
      hopCount={hops.length}
      thing={thing === null ? null : thingDetail}
      upstream={
        dials === 'endpoint' || (dials === 'service' && viaService)
          ? { viaService: dials === 'service', onChange: actions.setServiceUpstream }
          : null
      }
      say={say}
      onStep={(stepOfHop) => {
        const { steps, playhead } = store.getState();
        const here = steps[indexAt(steps, playhead)];
        if (here !== undefined) actions.seek(firstStepOf(steps, here.hop.id) + stepOfHop);
      }}
      onCause={(cause) => {
        if (cause.range !== null) {
          actions.setPhoneTab('manifests');
          actions.reveal(cause.range, { focus: true });
        }
      }}
      onCloseThing={() => actions.selectThing(null)}
    />
  );
}
