/**
 * What kernels remember between packets, apart from the rules: conntrack entries, `recent` lists, learned neighbours, open sockets and
 * multipath choices, per network namespace. Immutable; the walk returns a new one. Time-outs are not modelled: nothing here ages.
 */
import type { IpAddress, MacAddress } from '../net/address.ts';
import type { FlowTuple } from '../net/packet.ts';
import type { NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { ConntrackEntryView } from './trace.ts';

export interface ConntrackEntry extends ConntrackEntryView {
  /** Which translations the entry applies: set by nat rules on the connection's first packet. */
  readonly sourceTranslated: boolean;
  readonly destinationTranslated: boolean;
}

/** The connection that the kernel ties to an error it sends itself, in the error's own direction (nf_conntrack_attach). */
export interface AttachedConnection {
  readonly entry: ConntrackEntry;
  readonly direction: 'original' | 'reply';
}

export interface NamespaceState {
  /** By key of either direction (conntrackKey); both keys lead to the same entry. */
  readonly conntrack: ReadonlyMap<string, ConntrackEntry>;
  /** xt_recent: list name → addresses seen. */
  readonly recent: ReadonlyMap<string, ReadonlySet<IpAddress>>;
  /** "INTERFACE ADDRESS" → MAC learned by ARP. */
  readonly neighbours: ReadonlyMap<string, MacAddress>;
  /** Sockets with a peer: the flow as their peer's packets arrive (flowKey) → the process. */
  readonly sockets: ReadonlyMap<string, string>;
  /** A multipath route's choice for one source and destination: a kernel hashes, so the same pair keeps its next hop. */
  readonly multipath: ReadonlyMap<string, number>;
  /** Errors and resets this kernel has made but not sent yet (see conntrack.ts) → their connection. */
  readonly attached: ReadonlyMap<string, AttachedConnection>;
}

export interface KernelState {
  readonly namespaces: ReadonlyMap<NetworkNamespaceId, NamespaceState>;
}

export const emptyNamespaceState: NamespaceState = {
  conntrack: new Map(),
  recent: new Map(),
  neighbours: new Map(),
  sockets: new Map(),
  multipath: new Map(),
  attached: new Map(),
};
export const emptyKernelState: KernelState = { namespaces: new Map() };

export const namespaceState = (state: KernelState, namespace: NetworkNamespaceId): NamespaceState =>
  state.namespaces.get(namespace) ?? emptyNamespaceState;

/** One text per direction of a flow. */
export const flowKey = (flow: FlowTuple): string =>
  `${flow.protocol} ${flow.source} ${flow.sourcePort} ${flow.destination} ${flow.destinationPort}`;

/**
 * One text per direction of a tracked flow. An echo request and a request of the other side with the same identifier are different flows, so
 * ICMP carries which of the two a packet is (the kernel's tuple holds type and code).
 */
export const conntrackKey = (flow: FlowTuple, icmpRole: 'request' | 'reply' | null): string =>
  icmpRole === null ? flowKey(flow) : `${flowKey(flow)} ${icmpRole}`;
