/** The errors that a kernel answers with: ICMP and ICMPv6 types and codes (net/ipv4/icmp.c, net/ipv6/icmp.c), and TCP resets. Rate limits are not modelled. */
import { familyOf, type IpAddress } from '../net/address.ts';
import type { Packet } from '../net/packet.ts';
import { packetInError } from './flow.ts';

export type ErrorKind =
  | 'netUnreachable'
  | 'hostUnreachable'
  | 'protocolUnreachable'
  | 'portUnreachable'
  | 'filtered'
  | 'fragmentationNeeded'
  | 'timeExceeded';

const codes: Record<ErrorKind, { readonly ipv4: readonly [number, number]; readonly ipv6: readonly [number, number] }> = {
  netUnreachable: { ipv4: [3, 0], ipv6: [1, 0] },
  hostUnreachable: { ipv4: [3, 1], ipv6: [1, 3] },
  protocolUnreachable: { ipv4: [3, 2], ipv6: [4, 1] },
  portUnreachable: { ipv4: [3, 3], ipv6: [1, 4] },
  filtered: { ipv4: [3, 13], ipv6: [1, 1] },
  fragmentationNeeded: { ipv4: [3, 4], ipv6: [2, 0] },
  timeExceeded: { ipv4: [11, 0], ipv6: [3, 0] },
};

const firstHopLimit = 64;

/** Whether a kernel may answer a packet with an error: never an error, never one from or to nobody in particular. */
export function mayCauseError(packet: Packet): boolean {
  if (packetInError(packet) !== null) return false;
  return packet.source !== '0.0.0.0' && packet.source !== '::' && !isMulticast(packet.destination);
}

export function isMulticast(address: IpAddress): boolean {
  if (familyOf(address) === 'ipv6') return address.startsWith('ff');
  const first = Number(address.slice(0, address.indexOf('.')));
  return first >= 224 && first < 240;
}

/** The error about `cause`; its headers are what the kernel held at that moment. */
export function errorPacket(kind: ErrorKind, cause: Packet, source: IpAddress, mtu?: number): Packet {
  const [type, code] = codes[kind][familyOf(cause.source)];
  return {
    link: null,
    source,
    destination: cause.source,
    ttl: firstHopLimit,
    dontFragment: false,
    transport: {
      kind: 'icmp',
      type,
      code,
      ...(mtu === undefined ? {} : { mtu }),
      about: { ...cause, link: null, mark: 0, payload: { kind: 'none' } },
    },
    payload: { kind: 'none' },
    mark: 0,
  };
}

/** The reset that answers a segment nobody waits for; undefined for segments that get none. */
export function resetPacket(cause: Packet): Packet | undefined {
  if (cause.transport.kind !== 'tcp' || cause.transport.flags.rst === true) return undefined;
  return {
    link: null,
    source: cause.destination,
    destination: cause.source,
    ttl: firstHopLimit,
    dontFragment: true,
    transport: {
      kind: 'tcp',
      sourcePort: cause.transport.destinationPort,
      destinationPort: cause.transport.sourcePort,
      // RFC 793: the reset of a segment that carries an ACK takes its sequence number from it and needs none of its own.
      flags: cause.transport.flags.ack === true ? { rst: true } : { rst: true, ack: true },
    },
    payload: { kind: 'none' },
    mark: 0,
  };
}
