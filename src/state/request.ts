/** The request bar and what became of the request. Sending counts the ticket up; the engine loop sees it and asks the worker. */
import type { Probe, ScenarioRequest } from '../worker/messages.ts';
import { playedSteps, startOfWalk } from './playback.ts';
import { keepPlace } from './player.ts';
import type { GetState, RequestSlice, SetState } from './types.ts';

/** A scenario's request without the page's own wishes: what the engine is asked. */
export function probeOf(request: ScenarioRequest): Probe {
  const { show: _wish, ...probe } = request;
  return probe;
}

export function createRequestSlice(set: SetState, get: GetState): RequestSlice {
  const fresh = (change: Partial<RequestSlice>): void => {
    set((state) => ({
      ...change,
      requestTicket: state.requestTicket + 1,
      playhead: startOfWalk,
      elapsed: 0,
      thing: null,
    }));
  };

  return {
    from: '',
    to: '',
    probe: null,
    chosenByText: true,
    wish: { kind: 'first' },
    serviceUpstream: false,
    request: null,
    steps: [],
    unfolded: false,
    requestTicket: 0,
    answeredTicket: 0,

    setFrom: (from) => set({ from }),
    setTo: (to) => set({ to }),
    send() {
      const { from, to, probe } = get();
      if (from.trim() === '' || to.trim() === '') return;
      const same = probe !== null && probe.from === from.trim() && probe.to === to.trim();
      set({ playing: true, chosenByText: false });
      fresh(same ? {} : { probe: { from: from.trim(), to: to.trim() }, wish: { kind: 'first' } });
    },
    sendRequest(request) {
      const probe = probeOf(request);
      set({ playing: true, chosenByText: false });
      fresh({ from: probe.from, to: probe.to, probe, wish: request.show === undefined ? { kind: 'first' } : { kind: request.show } });
    },
    chooseBranch: (index) => fresh({ wish: { kind: 'index', index } }),
    /** The packet stays at its hop: what differs between the two variants is seen there. */
    setServiceUpstream: (on) => set((state) => ({ serviceUpstream: on, requestTicket: state.requestTicket + 1, thing: null })),
    toggleUnfolded() {
      const { unfolded, request, steps, playhead } = get();
      if (request === null) return;
      const next = playedSteps(request.shown, !unfolded);
      set({ unfolded: !unfolded, steps: next, playhead: keepPlace(steps, next, playhead) });
    },
  };
}
