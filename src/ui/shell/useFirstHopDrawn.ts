/** The moment from which the rest of the page may load. */
import { useEffect } from 'react';
import { useApp, useServices } from '../app.ts';

/** Marks the moment after which the rest of the page may load: the first walk is painted, or there is nothing to walk. */
export function useFirstHopDrawn(): void {
  const { store } = useServices();
  const waits = useApp((state) => state.simulatedRevision === 0 || (state.probe !== null && state.request === null));
  const dead = useApp((state) => state.status === 'dead' || state.failure !== null);
  const done = useApp((state) => state.firstHopDrawn);
  const ready = !waits || dead;
  useEffect(() => {
    if (done || !ready) return;
    let second = 0;
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => {
        // For whoever measures: the benchmarks count the bytes until here.
        if (!dead) performance.mark('first-hop-drawn');
        store.getState().markFirstHopDrawn();
      });
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, [done, ready, dead, store]);
}
