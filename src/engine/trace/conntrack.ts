/**
 * Connection tracking of one namespace: which connection a packet belongs to, its state, and when an entry comes into being
 * (net/netfilter/nf_conntrack_core.c). Time-outs, helpers (FTP …), zones and sequence windows are not modelled; without time UDP is never [ASSURED].
 */
import type { FlowTuple, Packet } from '../net/packet.ts';
import type { NetworkNamespaceId } from '../topology/networkNamespace.ts';
import { flowOf, icmpRoleOf, invertFlow, packetInError } from './flow.ts';
import { type AttachedConnection, type ConntrackEntry, conntrackKey, flowKey } from './kernelState.ts';
import type { Memory } from './memory.ts';
import { firstTcpState, nextTcpState } from './tcpState.ts';

export type Direction = 'original' | 'reply';

/** What conntrack thinks of one packet; kept beside it (skb->_nfct) until it leaves the host. */
export interface Tracking {
  readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
  readonly entry: ConntrackEntry | null;
  readonly direction: Direction;
  /** False for a connection whose first packet is still on its way through the host. */
  readonly confirmed: boolean;
  /** Whether nat rules had their say on the source and the destination (IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE). */
  readonly decided: { readonly source: boolean; readonly destination: boolean };
}

const bothDecided = { source: true, destination: true } as const;
const noneDecided = { source: false, destination: false } as const;

export const untracked: Tracking = {
  state: 'UNTRACKED',
  entry: null,
  direction: 'original',
  confirmed: true,
  decided: bothDecided,
};

const invalid: Tracking = { ...untracked, state: 'INVALID' };

/** Both keys of an entry: the second one is that of the reply. */
export function entryKeys(entry: ConntrackEntry): readonly [string, string] {
  const isEcho = entry.original.protocol === 'icmp' || entry.original.protocol === 'icmpv6';
  return [conntrackKey(entry.original, isEcho ? 'request' : null), conntrackKey(entry.reply, isEcho ? 'reply' : null)];
}

function store(memory: Memory, id: NetworkNamespaceId, entry: ConntrackEntry): void {
  for (const key of entryKeys(entry)) memory.set(id, 'conntrack', key, entry);
}

function forget(memory: Memory, id: NetworkNamespaceId, entry: ConntrackEntry): void {
  for (const key of entryKeys(entry)) memory.remove(id, 'conntrack', key);
}

/** Whether a flow's reply is already another connection's: its translation would be ambiguous (nf_nat_used_tuple). */
export function isFlowTaken(memory: Memory, id: NetworkNamespaceId, flow: FlowTuple): boolean {
  const isEcho = flow.protocol === 'icmp' || flow.protocol === 'icmpv6';
  return memory.read(id).conntrack.has(conntrackKey(invertFlow(flow), isEcho ? 'reply' : null));
}

/** The key under which an error or a reset waits with its connection until it is sent. */
export function attachmentKey(packet: Packet): string {
  const about = packetInError(packet);
  const kind = packet.transport.kind === 'icmp' ? `${packet.transport.type}/${packet.transport.code}` : packet.transport.kind;
  return `${flowKey(flowOf(packet))} ${kind} ${about === null ? '' : flowKey(flowOf(about))}`;
}

/** Finds or makes the connection of a packet that enters (`isOwn` false) or leaves (true) the host: nf_conntrack_in. */
export function trackPacket(memory: Memory, id: NetworkNamespaceId, packet: Packet, isOwn: boolean): Tracking {
  if (isOwn) {
    const key = attachmentKey(packet);
    const attached = memory.read(id).attached.get(key);
    if (attached !== undefined) {
      memory.remove(id, 'attached', key);
      return trackAttached(attached);
    }
  }
  const about = packetInError(packet);
  if (about !== null) return trackError(memory, id, packet, about);
  const role = icmpRoleOf(packet);
  if (packet.transport.kind === 'icmp' && role === null) return invalid;
  const key = conntrackKey(flowOf(packet), role);
  const entry = memory.read(id).conntrack.get(key);
  if (entry === undefined) return trackNew(packet);
  return trackKnown(memory, id, packet, entry, entryKeys(entry)[0] === key ? 'original' : 'reply');
}

const trackAttached = (attached: AttachedConnection): Tracking => ({
  state: 'RELATED',
  entry: attached.entry,
  direction: attached.direction,
  confirmed: true,
  decided: bothDecided,
});

/** An error belongs to the connection of the packet it is about, in the other direction (nf_conntrack_inet_error). */
function trackError(memory: Memory, id: NetworkNamespaceId, packet: Packet, about: Packet): Tracking {
  const role = icmpRoleOf(about);
  const otherRole = role === null ? null : role === 'request' ? 'reply' : 'request';
  const key = conntrackKey(invertFlow(flowOf(about)), otherRole);
  const entry = memory.read(id).conntrack.get(key);
  if (entry === undefined) return invalid;
  const direction = entryKeys(entry)[0] === key ? 'original' : 'reply';
  // An error that is not addressed to the connection's end is not about it.
  if (entry[direction].destination !== packet.destination) return invalid;
  return { state: 'RELATED', entry, direction, confirmed: true, decided: bothDecided };
}

function trackNew(packet: Packet): Tracking {
  const original = flowOf(packet);
  const { transport } = packet;
  const tcpState = transport.kind === 'tcp' ? firstTcpState(transport.flags) : undefined;
  if (transport.kind === 'tcp' && tcpState === undefined) return invalid;
  if (transport.kind === 'sctp' && transport.chunk !== 'init') return invalid;
  if (transport.kind === 'icmp' && icmpRoleOf(packet) !== 'request') return invalid;
  const entry: ConntrackEntry = {
    original,
    reply: invertFlow(original),
    ...(tcpState === undefined ? {} : { tcpState }),
    assured: false,
    unreplied: true,
    sourceTranslated: false,
    destinationTranslated: false,
  };
  return { state: 'NEW', entry, direction: 'original', confirmed: false, decided: noneDecided };
}

function trackKnown(memory: Memory, id: NetworkNamespaceId, packet: Packet, entry: ConntrackEntry, direction: Direction): Tracking {
  const isReply = direction === 'reply';
  const known = (updated: ConntrackEntry): Tracking => ({
    state: isReply || !updated.unreplied ? 'ESTABLISHED' : 'NEW',
    entry: updated,
    direction,
    confirmed: true,
    decided: bothDecided,
  });
  const unreplied = entry.unreplied && !isReply;
  if (packet.transport.kind !== 'tcp' || entry.tcpState === undefined) {
    const updated = unreplied === entry.unreplied ? entry : { ...entry, unreplied };
    store(memory, id, updated);
    return known(updated);
  }
  const transition = nextTcpState(entry.tcpState, direction, packet.transport.flags);
  if (transition === 'invalid') return invalid;
  if (transition === 'reopened') {
    forget(memory, id, entry);
    return trackNew(packet);
  }
  const tcpState = transition === 'ignored' ? entry.tcpState : transition;
  const wasUnderWay = entry.tcpState === 'SYN_RECV' || entry.tcpState === 'ESTABLISHED';
  const assured = entry.assured || (!entry.unreplied && wasUnderWay && tcpState === 'ESTABLISHED');
  const updated: ConntrackEntry = { ...entry, tcpState, assured, unreplied };
  // A reset that is the only answer leaves no connection behind.
  if (packet.transport.flags.rst === true && entry.unreplied) forget(memory, id, entry);
  else store(memory, id, updated);
  return known(updated);
}

/** A new connection's entry goes into the table when its first packet leaves or is delivered (nf_conntrack_confirm). */
export function confirm(memory: Memory, id: NetworkNamespaceId, tracking: Tracking): Tracking {
  if (tracking.entry === null || tracking.confirmed) return tracking;
  store(memory, id, tracking.entry);
  return { ...tracking, confirmed: true };
}

/** Ties a connection to an error or reset that the kernel is about to send about one of its packets (nf_conntrack_attach). */
export function attachResponse(memory: Memory, id: NetworkNamespaceId, response: Packet, tracking: Tracking | null): void {
  if (tracking === null || tracking.entry === null) return;
  const direction: Direction = tracking.direction === 'original' ? 'reply' : 'original';
  memory.set(id, 'attached', attachmentKey(response), { entry: tracking.entry, direction });
}
