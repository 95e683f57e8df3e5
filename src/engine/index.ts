/** The only way into the engine for worker, view, share and command line. */
export type { ScenarioDocument, ScenarioRequest } from './api/clusterDocuments.ts';
export type { Diagnostic } from './api/diagnostic.ts';
export { namespacedName, type ObjectReference, type Origin, type SourceRange } from './api/origin.ts';
export type { AnyResource, Provenance, Resource } from './api/resource.ts';
export type { ClusterState, NodeState, PodState, ServiceState } from './clusterState.ts';
export { renderConntrack } from './exchange/conntrackText.ts';
export type {
  ClientSees,
  Connection,
  HttpOutcome,
  Leg,
  Probe,
  Reason,
  RequestBranch,
  RequestResult,
  Translation,
} from './exchange/probe.ts';
export { renderResolvConf, resolvConfOf } from './exchange/resolvConf.ts';
export { type RequestOptions, type RequestRunResult, runRequest } from './exchange/runRequest.ts';
export { getObjects, getTable } from './export/kubectl.ts';
export { emptyLedger, type Ledger, type LedgerEntry } from './ledger.ts';
export { printYaml } from './manifest/printYaml.ts';
export { addressWithPort, type IpAddress } from './net/address.ts';
export { type Message, message } from './net/message.ts';
export { type FlowTuple, headerBytes, type Packet, portsOf } from './net/packet.ts';
export { renderIpset, renderIptablesSave, renderRule } from './netfilter/render.ts';
export type { Netfilter, RuleReference } from './netfilter/ruleset.ts';
export { renderRoute, renderRoutes } from './routing/render.ts';
export type { Route, RouteTableName } from './routing/routing.ts';
export { createEngine, type Engine, type Simulation, type SourceFile, type Stage, simulate } from './simulation.ts';
export { type Cluster, type Interface, type Listener, linkEndKey, type NetworkNamespace } from './topology/networkNamespace.ts';
export { renderFdb, renderInterfaces, renderNeighbours } from './topology/render.ts';
export { type ExplainedRule, explainSkipped, type SkippedStretch } from './trace/explainSkipped.ts';
export { emptyKernelState, type KernelState } from './trace/kernelState.ts';
export {
  type Disposition,
  type DropCause,
  type Hop,
  type RouteCandidate,
  type RuleHit,
  type Step,
  successfulDispositions,
  type Trace,
} from './trace/trace.ts';
