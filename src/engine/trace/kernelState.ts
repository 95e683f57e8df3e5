/**
 * What kernels remember between packets, apart from the rules: conntrack entries, `recent` lists and learned neighbours, per network
 * namespace. Immutable; the walk returns a new one.
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

export interface NamespaceState {
  /** By flow key of either direction (see conntrack.ts); both keys lead to the same entry. */
  readonly conntrack: ReadonlyMap<string, ConntrackEntry>;
  /** xt_recent: list name → addresses seen. */
  readonly recent: ReadonlyMap<string, ReadonlySet<IpAddress>>;
  /** "INTERFACE ADDRESS" → MAC learned by ARP. */
  readonly neighbours: ReadonlyMap<string, MacAddress>;
}

export interface KernelState {
  readonly namespaces: ReadonlyMap<NetworkNamespaceId, NamespaceState>;
}

export const emptyNamespaceState: NamespaceState = { conntrack: new Map(), recent: new Map(), neighbours: new Map() };
export const emptyKernelState: KernelState = { namespaces: new Map() };

export const namespaceState = (state: KernelState, namespace: NetworkNamespaceId): NamespaceState =>
  state.namespaces.get(namespace) ?? emptyNamespaceState;

/** One text per direction of a flow. */
export const flowKey = (flow: FlowTuple): string =>
  `${flow.protocol} ${flow.source} ${flow.sourcePort} ${flow.destination} ${flow.destinationPort}`;
