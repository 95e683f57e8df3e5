/** The only way into the engine for worker, view and command line. */
export type { ScenarioDocument, ScenarioRequest } from './api/clusterDocuments.ts';
export type { Diagnostic } from './api/diagnostic.ts';
export { namespacedName, type ObjectReference, type Origin, type SourceRange } from './api/origin.ts';
export type { AnyResource, Resource } from './api/resource.ts';
export type { ClusterState, NodeState, PodState, ServiceState } from './clusterState.ts';
export type { Connection, Leg, Probe, Reason, RequestBranch, RequestResult, Translation } from './exchange/probe.ts';
export { type RequestOptions, type RequestRunResult, runRequest } from './exchange/runRequest.ts';
export { emptyLedger, type Ledger } from './ledger.ts';
export { type Message, message } from './net/message.ts';
export type { Packet } from './net/packet.ts';
export { createEngine, type Engine, type Simulation, type SourceFile, type Stage, simulate } from './simulation.ts';
export type { Cluster, NetworkNamespace } from './topology/networkNamespace.ts';
export { emptyKernelState, type KernelState } from './trace/kernelState.ts';
export type { Disposition, Hop, Step, Trace } from './trace/trace.ts';
