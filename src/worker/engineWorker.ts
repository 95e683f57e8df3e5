/** The engine's worker: engine and view behind the message loop of host.ts. */
import { createEngine, emptyKernelState, type RequestResult, runRequest, type Simulation } from '../engine/index.ts';
import { arrangeScene, type Placement } from '../view/arrange.ts';
import { buildProblems, buildRequest, buildSuggestions, buildTopology, chooseBranch, inspectHop, inspectThing } from '../view/index.ts';
import { createHost, type HostParts } from './host.ts';
import type { ToWorker } from './messages.ts';

declare const self: DedicatedWorkerGlobalScope;

const engine = createEngine();

const parts: HostParts<Simulation, RequestResult, Placement> = {
  simulate: (files, ledger) => engine.simulateInSteps(files, ledger),
  describe(simulation) {
    const [scenario] = simulation.scenarios;
    const count = (provenance: 'declared' | 'added') =>
      simulation.state.resources.filter((resource) => resource.provenance === provenance).length;
    return {
      requests: simulation.scenarios.flatMap((document) => document.spec.requests),
      title: scenario?.spec.title ?? null,
      ledger: simulation.ledger,
      counts: { objects: count('declared'), added: count('added') },
      broken: simulation.documents.some((document) => document.value === undefined),
    };
  },
  topology: buildTopology,
  problems: (simulation) => buildProblems(simulation.diagnostics),
  suggestions: buildSuggestions,
  request: (simulation, probe, serviceUpstream) => runRequest(simulation, emptyKernelState, probe, { serviceUpstream }).result,
  branchOf(simulation, result, wish) {
    if (wish.kind === 'index') return Math.min(wish.index, result.branches.length - 1);
    return chooseBranch(simulation, result, wish.kind);
  },
  requestModel: buildRequest,
  inspectHop,
  inspectThing,
  compactLedger: (simulation) => engine.compactLedger(simulation),
  arrange: arrangeScene,
};

/** A turn of the worker's own task queue: messages that wait come first. A MessageChannel has no timer's delay. */
const channel = new MessageChannel();
let resume: (() => void) | null = null;
channel.port1.onmessage = () => resume?.();
const pause = (): Promise<void> =>
  new Promise((resolve) => {
    resume = resolve;
    channel.port2.postMessage(null);
  });

const host = createHost(parts, (message) => self.postMessage(message), pause);

self.onmessage = (event: MessageEvent<ToWorker>) => host.receive(event.data);
