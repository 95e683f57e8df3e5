/** The view's way in: from a Simulation and a RequestResult to plain models. */

export { branchLines, hopLine, textOf } from './hopText.ts';
export { inspectHop } from './inspectHop.ts';
export { inspectThing } from './inspectThing.ts';
export { buildProblems } from './problems.ts';
export { buildRequest, chooseBranch } from './request.ts';
export { buildSuggestions } from './suggestions.ts';
export { buildTopology } from './topology.ts';
