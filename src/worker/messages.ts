/**
 * What page and worker say to each other. Every answer carries the revision of the text it was computed from; the page drops stale ones.
 * All of it is plain data.
 */

import type { ScenarioRequest } from '../engine/api/clusterDocuments.ts';
import type { Probe } from '../engine/exchange/probe.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { Message } from '../engine/net/message.ts';
import type { SourceFile } from '../engine/simulation.ts';
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
      readonly probe: Probe;
      readonly wish: BranchWish;
      readonly serviceUpstream: boolean;
    }
  | { readonly kind: 'arrange'; readonly revision: number; readonly stage: StageSettings }
  | { readonly kind: 'inspectHop'; readonly revision: number; readonly hop: string }
  | { readonly kind: 'inspectThing'; readonly revision: number; readonly thing: string };

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
  /** True when some document could not be read: the page keeps the last good picture. */
  readonly broken: boolean;
}

export type FromWorker =
  | SimulatedMessage
  | { readonly kind: 'requested'; readonly revision: number; readonly request: RequestModel }
  | { readonly kind: 'arranged'; readonly revision: number; readonly scene: SceneModel }
  | { readonly kind: 'hop'; readonly revision: number; readonly detail: HopDetail | null; readonly id: string }
  | { readonly kind: 'thing'; readonly revision: number; readonly detail: ThingDetail | null; readonly id: string }
  | { readonly kind: 'progress'; readonly revision: number; readonly message: Message }
  | { readonly kind: 'failed'; readonly revision: number; readonly message: Message };
