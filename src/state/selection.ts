/** What is selected. A hop is selected by moving the playhead to it, so graph, list, timeline and inspector can never disagree. */
import { decidingStepOf } from './playback.ts';
import type { GetState, SelectionSlice, SetState } from './types.ts';

export function createSelectionSlice(set: SetState, get: GetState): SelectionSlice {
  return {
    thing: null,
    hopDetail: null,
    thingDetail: null,
    selectHop(hop) {
      const index = decidingStepOf(get().steps, hop);
      if (index === -1) return;
      get().seek(index);
    },
    selectThing(thing) {
      set(thing === null ? { thing: null, thingDetail: null } : { thing, playing: false });
    },
  };
}
