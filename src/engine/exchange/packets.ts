/**
 * The packets that programs and their kernels send for a request: TCP segments, datagrams, echoes and SCTP chunks. Sequence numbers,
 * options and checksums are not modelled.
 */
import { familyOf, type IpAddress } from '../net/address.ts';
import type { Packet, Payload, TcpFlags, TransportHeader } from '../net/packet.ts';

/** One end of a transport connection, as the host on this side sees both addresses. */
export interface SocketPair {
  readonly local: { readonly ip: IpAddress; readonly port: number };
  readonly remote: { readonly ip: IpAddress; readonly port: number };
}

const initialTtl = 64;
const noPayload: Payload = { kind: 'none' };

function packet(pair: SocketPair, transport: TransportHeader, payload: Payload): Packet {
  return {
    link: null,
    source: pair.local.ip,
    destination: pair.remote.ip,
    ttl: initialTtl,
    dontFragment: transport.kind !== 'icmp',
    transport,
    payload,
    mark: 0,
  };
}

export const tcpSegment = (pair: SocketPair, flags: TcpFlags, payload: Payload = noPayload): Packet =>
  packet(pair, { kind: 'tcp', sourcePort: pair.local.port, destinationPort: pair.remote.port, flags }, payload);

export const udpDatagram = (pair: SocketPair, payload: Payload): Packet =>
  packet(pair, { kind: 'udp', sourcePort: pair.local.port, destinationPort: pair.remote.port }, payload);

export const sctpChunk = (pair: SocketPair, chunk: 'init' | 'init-ack'): Packet =>
  packet(pair, { kind: 'sctp', sourcePort: pair.local.port, destinationPort: pair.remote.port, chunk }, noPayload);

/** Echo request and reply: types 8 and 0, ICMPv6 128 and 129. */
export function echo(pair: SocketPair, kind: 'request' | 'reply', identifier: number): Packet {
  const isVersion6 = familyOf(pair.remote.ip) === 'ipv6';
  const type = kind === 'request' ? (isVersion6 ? 128 : 8) : isVersion6 ? 129 : 0;
  return packet(pair, { kind: 'icmp', type, code: 0, identifier, sequence: 1 }, { kind: 'data', bytes: 56, summary: 'ping' });
}

/** The pair as the receiver of a delivered packet sees it: its own end is the packet's destination. */
export function pairOfReceiver(delivered: Packet): SocketPair {
  const { transport } = delivered;
  const ports = transport.kind === 'icmp' || transport.kind === 'ipencap' ? { sourcePort: 0, destinationPort: 0 } : transport;
  return {
    local: { ip: delivered.destination, port: ports.destinationPort },
    remote: { ip: delivered.source, port: ports.sourcePort },
  };
}
