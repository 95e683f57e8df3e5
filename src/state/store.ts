/** The one store of the page: a slice per concern, put together here. No slice knows the worker; engineLoop.ts connects the two. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createDocumentsSlice } from './documents.ts';
import { createLayoutSlice } from './layout.ts';
import { createShareSlice } from './notices.ts';
import { defaultTiming, type TimingOf } from './playback.ts';
import { createPlayerSlice } from './player.ts';
import { createRequestSlice } from './request.ts';
import { createSelectionSlice } from './selection.ts';
import { createSimulationSlice } from './simulation.ts';
import type { AppState } from './types.ts';

export type AppStore = StoreApi<AppState>;

/** `timingOf` comes from whoever knows the scene's distances; without it steps are timed by their kind. */
export function createAppStore(timingOf: TimingOf = defaultTiming): AppStore {
  return createStore<AppState>()((set, get) => ({
    ...createDocumentsSlice(set, get),
    ...createSimulationSlice(),
    ...createRequestSlice(set, get),
    ...createPlayerSlice(set, get, timingOf),
    ...createSelectionSlice(set, get),
    ...createLayoutSlice(set, get),
    ...createShareSlice(set, get),
  }));
}
