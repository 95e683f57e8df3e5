/** A packet's flow as conntrack keys it, and the packet with parts of its flow replaced. */
import { familyOf } from '../net/address.ts';
import { type FlowTuple, type Packet, portsOf, protocolOf } from '../net/packet.ts';
import type { TranslationField } from './trace.ts';

export function flowOf(packet: Packet): FlowTuple {
  const ports = portsOf(packet);
  return {
    protocol: protocolOf(packet),
    source: packet.source,
    sourcePort: ports.source,
    destination: packet.destination,
    destinationPort: ports.destination,
  };
}

export const invertFlow = (flow: FlowTuple): FlowTuple => ({
  protocol: flow.protocol,
  source: flow.destination,
  sourcePort: flow.destinationPort,
  destination: flow.source,
  destinationPort: flow.sourcePort,
});

export const isSameFlow = (left: FlowTuple, right: FlowTuple): boolean =>
  left.source === right.source &&
  left.destination === right.destination &&
  left.sourcePort === right.sourcePort &&
  left.destinationPort === right.destinationPort &&
  left.protocol === right.protocol;

/** Which half of an echo a packet is; null for everything but echo. */
export function icmpRoleOf(packet: Packet): 'request' | 'reply' | null {
  const { transport } = packet;
  if (transport.kind !== 'icmp') return null;
  const types = familyOf(packet.source) === 'ipv6' ? { request: 128, reply: 129 } : { request: 8, reply: 0 };
  if (transport.type === types.request) return 'request';
  return transport.type === types.reply ? 'reply' : null;
}

/** ICMP errors carry the headers of the packet they are about. */
export function packetInError(packet: Packet): Packet | null {
  return packet.transport.kind === 'icmp' ? (packet.transport.about ?? null) : null;
}

export type Manipulation = 'source' | 'destination';

/** The packet with its source or destination (address and port) taken from a flow. An echo's identifier is its only "port". */
export function manipulate(packet: Packet, manipulation: Manipulation, flow: FlowTuple): Packet {
  const addressed: Packet = manipulation === 'source' ? { ...packet, source: flow.source } : { ...packet, destination: flow.destination };
  const { transport } = packet;
  switch (transport.kind) {
    case 'tcp':
    case 'udp':
    case 'sctp':
      return {
        ...addressed,
        transport:
          manipulation === 'source'
            ? { ...transport, sourcePort: flow.sourcePort }
            : { ...transport, destinationPort: flow.destinationPort },
      };
    case 'icmp':
      return icmpRoleOf(packet) === null ? addressed : { ...addressed, transport: { ...transport, identifier: flow.sourcePort } };
    case 'ipencap':
      return addressed;
  }
}

export interface FieldChange {
  readonly field: TranslationField;
  readonly before: string;
  readonly after: string;
}

/** What differs between two packets' flows, for people. */
export function changesBetween(before: Packet, after: Packet): readonly FieldChange[] {
  const old = flowOf(before);
  const now = flowOf(after);
  const fields: readonly TranslationField[] = ['source', 'sourcePort', 'destination', 'destinationPort'];
  return fields
    .filter((field) => old[field] !== now[field] && !(field === 'destinationPort' && before.transport.kind === 'icmp'))
    .map((field) => ({ field, before: String(old[field]), after: String(now[field]) }));
}
