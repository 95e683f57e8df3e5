/**
 * Address translation as conntrack does it: a rule (or none) fixes a connection's translation once, at its first packet; every later packet of
 * either direction follows from the entry (net/netfilter/nf_nat_core.c). A port drawn at random by a kernel is derived from a hash of the flow here.
 */
import { hashText } from '../../shared/random.ts';
import type { IpAddress } from '../net/address.ts';
import type { FlowTuple, Packet } from '../net/packet.ts';
import type { NetworkNamespaceId } from '../topology/networkNamespace.ts';
import { isFlowTaken, type Tracking } from './conntrack.ts';
import { flowOf, invertFlow, isSameFlow, type Manipulation, manipulate, packetInError } from './flow.ts';
import { type ConntrackEntry, flowKey } from './kernelState.ts';
import type { Memory } from './memory.ts';

/** Where a nat rule wants one end of the connection to be. */
export interface NatTarget {
  readonly address: IpAddress;
  /** Null: keep the port, unless it clashes. */
  readonly port: number | null;
  /** `--random-fully`: draw a port even without a clash. */
  readonly random: boolean;
}

/** Fixes a new connection's translation; `target` null is the null binding that only avoids a clash of source ports. */
export function bindConnection(
  memory: Memory,
  id: NetworkNamespaceId,
  tracking: Tracking,
  manipulation: Manipulation,
  target: NatTarget | null,
): Tracking {
  if (tracking.entry === null) return tracking;
  const { entry } = tracking;
  const current = invertFlow(entry.reply);
  const chosen = uniqueFlow(memory, id, current, manipulation, target);
  const changed = !isSameFlow(current, chosen);
  const bound: ConntrackEntry = {
    ...entry,
    reply: invertFlow(chosen),
    sourceTranslated: entry.sourceTranslated || (changed && manipulation === 'source'),
    destinationTranslated: entry.destinationTranslated || (changed && manipulation === 'destination'),
  };
  return { ...tracking, entry: bound, decided: { ...tracking.decided, [manipulation]: true } };
}

/** get_unique_tuple: the wanted address, and a port with which the reply belongs to no other connection. */
function uniqueFlow(
  memory: Memory,
  id: NetworkNamespaceId,
  current: FlowTuple,
  manipulation: Manipulation,
  target: NatTarget | null,
): FlowTuple {
  const wanted = target === null ? current : withAddress(current, manipulation, target.address);
  if (target !== null && target.port !== null) return withPort(wanted, manipulation, target.port);
  if (manipulation === 'destination') return wanted;
  if (target?.random !== true && !isFlowTaken(memory, id, wanted)) return wanted;
  if (wanted.protocol === 'ipencap') return wanted;
  const { first, size } = portRange(wanted);
  const offset = hashText(flowKey(current)) & 0xffff;
  for (let attempt = 0; attempt < size; attempt += 1) {
    const candidate = withPort(wanted, manipulation, first + ((offset + attempt) % size));
    if (!isFlowTaken(memory, id, candidate)) return candidate;
  }
  return wanted;
}

/** The ports a kernel draws from: low ports stay low, for programs that trust them (nf_nat_l4proto_unique_tuple). */
function portRange(flow: FlowTuple): { readonly first: number; readonly size: number } {
  if (flow.protocol === 'icmp' || flow.protocol === 'icmpv6') return { first: 0, size: 65_536 };
  if (flow.sourcePort < 512) return { first: 1, size: 511 };
  if (flow.sourcePort < 1024) return { first: 600, size: 424 };
  return { first: 1024, size: 64_512 };
}

const withAddress = (flow: FlowTuple, manipulation: Manipulation, address: IpAddress): FlowTuple =>
  manipulation === 'source' ? { ...flow, source: address } : { ...flow, destination: address };

function withPort(flow: FlowTuple, manipulation: Manipulation, port: number): FlowTuple {
  if (flow.protocol === 'ipencap') return flow;
  if (flow.protocol === 'icmp' || flow.protocol === 'icmpv6') {
    return manipulation === 'source' ? { ...flow, sourcePort: port, destinationPort: port } : flow;
  }
  return manipulation === 'source' ? { ...flow, sourcePort: port } : { ...flow, destinationPort: port };
}

/** Whether the entry translates this end of a packet of this direction: a reply is translated where the request was, the other way round. */
function appliesTo(tracking: Tracking, entry: ConntrackEntry, manipulation: Manipulation): boolean {
  const translated = tracking.direction === 'original' ? manipulation : manipulation === 'source' ? 'destination' : 'source';
  return translated === 'source' ? entry.sourceTranslated : entry.destinationTranslated;
}

const otherDirection = (tracking: Tracking, entry: ConntrackEntry): FlowTuple =>
  tracking.direction === 'original' ? entry.reply : entry.original;

/**
 * The packet as the entry translates it at a hook that rewrites `manipulation` (nf_nat_packet, nf_nat_icmp_reply_translation); the same object
 * when nothing changes, as for a packet that comes back over loopback.
 */
export function translatePacket(packet: Packet, tracking: Tracking, manipulation: Manipulation): Packet {
  const { entry } = tracking;
  if (entry === null || !appliesTo(tracking, entry, manipulation)) return packet;
  const other = otherDirection(tracking, entry);
  const about = packetInError(packet);
  if (about === null || packet.transport.kind !== 'icmp') {
    const translated = manipulate(packet, manipulation, invertFlow(other));
    return isSameFlow(flowOf(packet), flowOf(translated)) ? packet : translated;
  }
  // The headers inside an error travel the other way, so the opposite end is put back.
  const inner = manipulate(about, manipulation === 'source' ? 'destination' : 'source', other);
  const outer: Packet = { ...packet, transport: { ...packet.transport, about: inner } };
  const translated: Packet = manipulation === 'source' ? { ...outer, source: other.destination } : { ...outer, destination: other.source };
  const isSame = isSameFlow(flowOf(about), flowOf(inner)) && isSameFlow(flowOf(packet), flowOf(translated));
  return isSame ? packet : translated;
}
