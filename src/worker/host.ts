/**
 * The worker's message loop, apart from the worker: it keeps the last simulation, the last request's result and the last placement, runs
 * one thing at a time, and leaves out what a newer message has made useless. It knows no worker globals, so tests run it as it is.
 */
import { assertNever } from '../shared/assertNever.ts';
import type { EndpointSuggestions, HopDetail, ProblemModel, RequestModel, ThingDetail, TopologyModel } from '../view/model.ts';
import type { SceneModel, StageSettings } from '../view/scene.ts';
import type { BranchWish, FromWorker, Ledger, Message, Probe, ScenarioRequest, SourceFile, ToWorker } from './messages.ts';

/** What the loop needs of engine and view. `Simulation`, `Result` and `Placement` are theirs; the loop only keeps them. */
export interface HostParts<Simulation, Result, Placement> {
  /** Stops after every stage; a run that a newer text has overtaken is not continued. */
  simulate(files: readonly SourceFile[], ledger: Ledger): Generator<unknown, Simulation, undefined>;
  describe(simulation: Simulation): {
    readonly requests: readonly ScenarioRequest[];
    readonly title: string | null;
    readonly ledger: Ledger;
    readonly counts: { readonly objects: number; readonly added: number };
    readonly broken: boolean;
  };
  topology(simulation: Simulation, revision: number): TopologyModel;
  problems(simulation: Simulation): readonly ProblemModel[];
  suggestions(simulation: Simulation): EndpointSuggestions;
  request(simulation: Simulation, probe: Probe, serviceUpstream: boolean): Result;
  branchOf(simulation: Simulation, result: Result, wish: BranchWish): number;
  requestModel(simulation: Simulation, result: Result, branch: number): RequestModel;
  inspectHop(simulation: Simulation, result: Result, branch: number, hop: string): HopDetail | null;
  inspectThing(simulation: Simulation, thing: string): ThingDetail | null;
  compactLedger(simulation: Simulation): Ledger;
  arrange(input: {
    readonly topology: TopologyModel;
    readonly request: RequestModel | null;
    readonly stage: StageSettings;
    readonly previous: Placement | null;
    readonly revision: number;
  }): { readonly scene: SceneModel; readonly placement: Placement };
}

interface Kept<Simulation> {
  readonly revision: number;
  readonly simulation: Simulation;
  readonly topology: TopologyModel;
}

interface Asked<Result> {
  readonly revision: number;
  readonly result: Result;
  readonly branch: number;
  readonly model: RequestModel;
}

/** True when `newer` makes answering `older` useless. */
function replaces(newer: ToWorker, older: ToWorker): boolean {
  if (newer.kind === 'simulate') return older.kind !== 'arrange';
  return newer.kind === older.kind;
}

export interface Host {
  receive(message: ToWorker): void;
}

/** `pause` lets waiting messages in between two pieces of work. */
export function createHost<Simulation, Result, Placement>(
  parts: HostParts<Simulation, Result, Placement>,
  post: (message: FromWorker) => void,
  pause: () => Promise<void>,
): Host {
  let waiting: readonly ToWorker[] = [];
  let working = false;
  let good: Kept<Simulation> | null = null;
  let asked: Asked<Result> | null = null;
  let placement: Placement | null = null;
  let stage: StageSettings = { width: 900, height: 560, expanded: {}, tidy: 0 };

  const superseded = (): boolean => waiting.some((message) => message.kind === 'simulate');

  const place = (kept: Kept<Simulation>, request: RequestModel | null): SceneModel => {
    const arranged = parts.arrange({ topology: kept.topology, request, stage, previous: placement, revision: kept.revision });
    placement = arranged.placement;
    return arranged.scene;
  };

  const simulate = async (message: Extract<ToWorker, { kind: 'simulate' }>): Promise<void> => {
    const stages = parts.simulate(message.files, message.ledger);
    let reached = stages.next();
    while (reached.done !== true) {
      await pause();
      if (superseded()) return;
      reached = stages.next();
    }
    const simulation = reached.value;
    await pause();
    if (superseded()) return;
    const described = parts.describe(simulation);
    const problems = parts.problems(simulation);
    const keepsLast = described.broken && good !== null;
    const shown: Kept<Simulation> =
      keepsLast && good !== null
        ? { ...good, revision: message.revision }
        : { revision: message.revision, simulation, topology: parts.topology(simulation, message.revision) };
    await pause();
    if (superseded()) return;
    good = shown;
    asked = keepsLast && asked !== null ? { ...asked, revision: message.revision } : null;
    const last = keepsLast ? parts.describe(shown.simulation) : described;
    post({
      kind: 'simulated',
      revision: message.revision,
      topology: shown.topology,
      problems,
      suggestions: parts.suggestions(shown.simulation),
      requests: last.requests,
      title: last.title,
      ledger: last.ledger,
      counts: last.counts,
      broken: described.broken,
    });
  };

  const request = (message: Extract<ToWorker, { kind: 'request' }>): void => {
    if (good === null || good.revision !== message.revision) return;
    const result = parts.request(good.simulation, message.probe, message.serviceUpstream);
    const branch = parts.branchOf(good.simulation, result, message.wish);
    const model = parts.requestModel(good.simulation, result, branch);
    asked = { revision: message.revision, result, branch, model };
    post({ kind: 'requested', revision: message.revision, ticket: message.ticket, request: model, scene: place(good, model) });
  };

  const work = async (message: ToWorker): Promise<void> => {
    switch (message.kind) {
      case 'simulate':
        return simulate(message);
      case 'request':
        return request(message);
      case 'arrange':
        stage = message.stage;
        if (good !== null && good.revision === message.revision) {
          const shown = asked?.revision === good.revision ? asked.model : null;
          post({ kind: 'arranged', revision: message.revision, scene: place(good, shown) });
        }
        return;
      case 'inspectHop': {
        if (good === null || asked === null || asked.revision !== message.revision) return;
        const detail = parts.inspectHop(good.simulation, asked.result, asked.branch, message.hop);
        post({ kind: 'hop', revision: message.revision, id: message.hop, detail });
        return;
      }
      case 'inspectThing': {
        if (good === null || good.revision !== message.revision) return;
        post({ kind: 'thing', revision: message.revision, id: message.thing, detail: parts.inspectThing(good.simulation, message.thing) });
        return;
      }
      case 'compactLedger': {
        if (good === null || good.revision !== message.revision) return;
        post({ kind: 'compactLedger', revision: message.revision, ledger: parts.compactLedger(good.simulation) });
        return;
      }
      default:
        assertNever(message);
    }
  };

  const run = async (): Promise<void> => {
    working = true;
    for (let message = waiting[0]; message !== undefined; message = waiting[0]) {
      waiting = waiting.slice(1);
      try {
        await work(message);
      } catch (error) {
        post({ kind: 'failed', revision: message.revision, message: failureOf(error) });
      }
      await pause();
    }
    working = false;
  };

  return {
    receive(message) {
      waiting = [...waiting.filter((older) => !replaces(message, older)), message];
      if (!working) void run();
    },
  };
}

/** A bug of ours: said as such, with its own words, never hidden. */
function failureOf(error: unknown): Message {
  return { code: 'page.engine.failed', params: { reason: error instanceof Error ? error.message : String(error) } };
}
