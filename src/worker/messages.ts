/**
 * What page and worker say to each other. Every answer carries the revision of the text it was computed from; the page drops stale ones.
 * All of it is plain data.
 */

export type { Ledger, LedgerEntry, Message, Probe, ScenarioRequest, SourceFile, SourceRange } from '../engine/index.ts';

import type { Ledger, Message, Probe, ScenarioRequest, SourceFile } from '../engine/index.ts';
import type { EndpointSuggestions, HopDetail, ProblemModel, RequestModel, ThingDetail, TopologyModel } from '../view/model.ts';
import type { SceneModel, StageSettings } from '../view/scene.ts';

/** Which branch to show: by index, by the scenario's wish, or the first. */
export type BranchWish =
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'crossNode' }
  | { readonly kind: 'sameNode' }
  | { readonly kind: 'first' };

export type ToWorker =
  | { readonly kind: 'simulate'; readonly revision: number; readonly files: readonly SourceFile[]; readonly ledger: Ledger }
  | {
      readonly kind: 'request';
      readonly revision: number;
      /** Counts the page's requests: an answer to an older one is dropped. */
      readonly ticket: number;
      readonly probe: Probe;
      readonly wish: BranchWish;
      readonly serviceUpstream: boolean;
    }
  | { readonly kind: 'arrange'; readonly revision: number; readonly stage: StageSettings }
  | { readonly kind: 'inspectHop'; readonly revision: number; readonly hop: string }
  | { readonly kind: 'inspectThing'; readonly revision: number; readonly thing: string }
  /** Asks for the least ledger that leads to the same cluster: what a link carries. */
  | { readonly kind: 'compactLedger'; readonly revision: number };

export interface SimulatedMessage {
  readonly kind: 'simulated';
  readonly revision: number;
  readonly topology: TopologyModel;
  readonly problems: readonly ProblemModel[];
  readonly suggestions: EndpointSuggestions;
  readonly requests: readonly ScenarioRequest[];
  readonly title: string | null;
  readonly ledger: Ledger;
  readonly counts: { readonly objects: number; readonly added: number };
  /** True when some document could not be read: topology, suggestions and requests are then those of the last good text. */
  readonly broken: boolean;
}

export type FromWorker =
  | SimulatedMessage
  /** The scene comes along, so that hop list and picture change in the same frame. */
  | {
      readonly kind: 'requested';
      readonly revision: number;
      readonly ticket: number;
      readonly request: RequestModel;
      readonly scene: SceneModel;
    }
  | { readonly kind: 'arranged'; readonly revision: number; readonly scene: SceneModel }
  | { readonly kind: 'hop'; readonly revision: number; readonly detail: HopDetail | null; readonly id: string }
  | { readonly kind: 'thing'; readonly revision: number; readonly detail: ThingDetail | null; readonly id: string }
  | { readonly kind: 'compactLedger'; readonly revision: number; readonly ledger: Ledger }
  | { readonly kind: 'progress'; readonly revision: number; readonly message: Message }
  | { readonly kind: 'failed'; readonly revision: number; readonly message: Message };

/** The worker as the page's loop sees it; tests bring their own. */
export interface EnginePort {
  post(message: ToWorker): void;
  /** Ends the running computation by ending the worker, and starts a fresh one. */
  restart(): void;
  listen(handlers: { readonly message: (message: FromWorker) => void; readonly crash: (reason: string) => void }): void;
}
