/**
 * One straight run of a request: it walks packets one after the other, each with the kernel state that the one before left, and records
 * connections, legs and their order. A run answers every choice through Choices; runRequest.ts repeats it for every script.
 */
import type { ClusterIndex } from '../clusterIndex.ts';
import type { IpAddress } from '../net/address.ts';
import type { Message } from '../net/message.ts';
import type { Cluster, NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { Choices } from '../trace/choices.ts';
import type { KernelState } from '../trace/kernelState.ts';
import { successfulDispositions, type Trace } from '../trace/trace.ts';
import { type WalkStart, walkPacket } from '../trace/walk.ts';
import type { ClientSees, Connection, Leg } from './probe.ts';

export interface RunSettings {
  readonly serviceUpstream: boolean;
  /** Connection n of a request leaves from this port plus n. */
  readonly firstSourcePort: number;
}

type Because = Connection['because'][number];
type LegRecord = Omit<Leg, 'shown'>;

export interface ConnectionRecord {
  readonly from: NetworkNamespaceId;
  readonly dialled: { readonly ip: IpAddress; readonly port: number };
  readonly because: readonly Because[];
  readonly legs: readonly LegRecord[];
  readonly to: NetworkNamespaceId | null;
  readonly clientSees: ClientSees;
}

/** The only mutable value of exchange/: it lives for one run and is frozen into plain data at its end. */
export interface RequestRun {
  readonly cluster: Cluster;
  readonly index: ClusterIndex;
  readonly choices: Choices;
  readonly settings: RunSettings;
  state: KernelState;
  readonly connections: ConnectionRecord[];
  readonly sequence: { readonly connection: number; readonly leg: number }[];
  readonly notWalked: Message[];
}

export function startRun(cluster: Cluster, index: ClusterIndex, state: KernelState, choices: Choices, settings: RunSettings): RequestRun {
  return { cluster, index, choices, settings, state, connections: [], sequence: [], notWalked: [] };
}

/** Opens a connection's record; returns its number. */
export function beginConnection(run: RequestRun, record: Pick<ConnectionRecord, 'from' | 'dialled' | 'because'>): number {
  run.connections.push({ ...record, legs: [], to: null, clientSees: 'timeout' });
  return run.connections.length - 1;
}

export function recordOf(run: RequestRun, connection: number): ConnectionRecord {
  const record = run.connections[connection];
  if (record === undefined) throw new Error(`no connection ${connection}`);
  return record;
}

export function updateConnection(run: RequestRun, connection: number, change: Partial<ConnectionRecord>): void {
  run.connections[connection] = { ...recordOf(run, connection), ...change };
}

/** Walks one packet of a connection and keeps it as a leg. */
export function walkLeg(run: RequestRun, connection: number, kind: Pick<Leg, 'direction' | 'segment'>, start: WalkStart): Trace {
  const { trace, state } = walkPacket(run.cluster, run.state, start, run.choices);
  run.state = state;
  const record = recordOf(run, connection);
  run.sequence.push({ connection, leg: record.legs.length });
  updateConnection(run, connection, { legs: [...record.legs, { ...kind, trace }] });
  return trace;
}

export const succeeded = (trace: Trace): boolean => successfulDispositions.has(trace.disposition);

const answers: ReadonlySet<Leg['segment']> = new Set(['SYN-ACK', 'RST', 'icmp-error', 'response', 'datagram', 'echo', 'init-ack']);

/** The connections as plain data. Shown first: how a connection begins, its last answer, and whatever was lost on the way. */
export function freezeConnections(run: RequestRun): readonly Connection[] {
  return run.connections.map((record) => {
    const response = record.legs.findLastIndex((leg) => leg.direction === 'reply' && leg.segment === 'response');
    const answer = response >= 0 ? response : record.legs.findLastIndex((leg) => leg.direction === 'reply' && answers.has(leg.segment));
    const legs = record.legs.map((leg, position) => ({
      ...leg,
      shown: position === 0 || position === answer || !succeeded(leg.trace),
    }));
    return { ...record, legs };
  });
}
