/** Small hand-made answers of the worker for tests of the state; they claim nothing about what the engine would say. For tests only. */
import type { BranchModel, HopModel, LegModel, RequestModel, StepModel, TopologyModel } from '../view/model.ts';
import type { SceneModel } from '../view/scene.ts';
import type { SimulatedMessage } from '../worker/messages.ts';

const step = (decided = false): StepModel => ({
  kind: 'receive',
  hook: null,
  interface: 'eth0',
  line: '',
  effect: 'none',
  decided,
  encapsulated: false,
});

export function makeHop(id: string, steps: number): HopModel {
  return {
    id,
    number: 1,
    name: id,
    namespace: id,
    namespaceKind: 'node',
    interfaceIn: 'eth0',
    interfaceOut: 'eth1',
    source: { before: 'a', after: 'a' },
    destination: { before: 'b', after: 'b' },
    outer: null,
    badge: null,
    alsoBadge: null,
    decided: { kind: 'native', text: '' },
    cause: null,
    steps: Array.from({ length: steps }, (_unused, index) => step(index === steps - 1)),
  };
}

/** A leg with one hop per number, of so many steps. */
export const makeLeg = (id: string, steps: readonly number[], shown = true): LegModel => ({
  id,
  connection: 0,
  direction: 'request',
  segment: 'SYN',
  shown,
  title: { code: 'x', params: {} },
  hops: steps.map((count, index) => makeHop(`${id}.${index}`, count)),
  disposition: 'delivered',
  upstream: null,
});

export const makeBranch = (legs: readonly LegModel[]): BranchModel => ({
  index: 0,
  probability: 1,
  disposition: 'delivered',
  clientSees: 'connected',
  destination: 'default/web',
  crossesNodes: false,
  legs,
  outcome: { code: 'outcome', params: {} },
  succeeded: true,
  reason: null,
  http: null,
  notWalked: [],
});

export const makeRequest = (legs: readonly LegModel[]): RequestModel => ({
  probe: { from: 'external', to: 'http://a/' },
  resolved: null,
  branches: [makeBranch(legs)],
  complete: true,
  shown: makeBranch(legs),
  problems: [],
});

export const emptyScene = (revision: number): SceneModel => ({
  revision,
  width: 1,
  height: 1,
  elements: [],
  links: [],
  legs: [],
  services: { width: 1, height: 1, elements: [], links: [] },
});

export const emptyTopology = (revision: number): TopologyModel => ({
  revision,
  outside: [],
  segments: [],
  nodes: [],
  pending: [],
  overlay: null,
  links: [],
  services: [],
});

export const simulated = (revision: number, change: Partial<SimulatedMessage> = {}): SimulatedMessage => ({
  kind: 'simulated',
  revision,
  topology: emptyTopology(revision),
  problems: [],
  suggestions: { sources: [], destinations: [] },
  requests: [{ from: 'external', to: 'http://a/', show: 'crossNode' }],
  title: 'title',
  ledger: { version: 1, entries: {} },
  counts: { objects: 1, added: 0 },
  broken: false,
  ...change,
});
