/** What the worker answered last: topology, problems, scene, and how the engine is doing. Written by the engine loop only. */
import type { SimulationSlice } from './types.ts';

export function createSimulationSlice(): SimulationSlice {
  return {
    status: 'starting',
    simulatedRevision: 0,
    topology: null,
    problems: [],
    suggestions: { sources: [], destinations: [] },
    scenarioRequests: [],
    title: null,
    counts: { objects: 0, added: 0 },
    broken: false,
    scene: null,
    progress: null,
    failure: null,
  };
}
