/**
 * A packet as a Linux host sees it: link, IP and transport headers, the mark that lives beside it in one host, and what it carries.
 * An encapsulated packet is a UDP (VXLAN) packet whose payload is the inner frame, exactly as on the wire. IP options,
 * fragments and checksums are not modelled here.
 */
import type { IpAddress, MacAddress } from './address.ts';

export type TransportProtocol = 'tcp' | 'udp' | 'sctp';
export type IpProtocol = TransportProtocol | 'icmp' | 'icmpv6' | 'ipencap';

export interface LinkHeader {
  readonly source: MacAddress;
  readonly destination: MacAddress;
}

export interface TcpFlags {
  readonly syn?: true;
  readonly ack?: true;
  readonly fin?: true;
  readonly rst?: true;
  readonly psh?: true;
}

export type TransportHeader =
  | { readonly kind: 'tcp'; readonly sourcePort: number; readonly destinationPort: number; readonly flags: TcpFlags }
  | { readonly kind: 'udp'; readonly sourcePort: number; readonly destinationPort: number }
  | {
      readonly kind: 'sctp';
      readonly sourcePort: number;
      readonly destinationPort: number;
      readonly chunk: 'init' | 'init-ack' | 'data' | 'abort';
    }
  | {
      readonly kind: 'icmp';
      /** The kernel's own type and code, e.g. echo request 8/0, port unreachable 3/3 (ICMPv6: 1/4). */
      readonly type: number;
      readonly code: number;
      /** Echo only. */
      readonly identifier?: number;
      readonly sequence?: number;
      /** Next-hop MTU of "fragmentation needed". */
      readonly mtu?: number;
      /** Errors only: the headers of the packet that caused it. */
      readonly about?: Packet;
    }
  /** IP in IP: what follows is the inner packet. */
  | { readonly kind: 'ipencap' };

export type Payload =
  | { readonly kind: 'none' }
  /** Application data; `summary` is for people ("GET / HTTP/1.1", "HTTP/1.1 200 OK"). */
  | { readonly kind: 'data'; readonly bytes: number; readonly summary: string }
  | { readonly kind: 'vxlan'; readonly vni: number; readonly inner: Packet }
  | { readonly kind: 'ipip'; readonly inner: Packet };

export interface Packet {
  /** Null until a device gives the packet its link header; on a receiving host, the header it came with. */
  readonly link: LinkHeader | null;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  readonly dontFragment: boolean;
  readonly transport: TransportHeader;
  readonly payload: Payload;
  /** The fwmark: kernel memory beside the packet, lost when it leaves the network namespace. */
  readonly mark: number;
}

export const headerBytes = { ethernet: 14, ipv4: 20, ipv6: 40, tcp: 20, udp: 8, sctp: 28, icmp: 8, vxlan: 8 } as const;

/** A bidirectional flow's one direction, as conntrack keys it. ICMP echo uses its identifier as both ports. */
export interface FlowTuple {
  readonly protocol: IpProtocol;
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  readonly destinationPort: number;
}

export const protocolOf = (packet: Packet): IpProtocol =>
  packet.transport.kind === 'icmp' && packet.source.includes(':') ? 'icmpv6' : packet.transport.kind;

/** Source and destination port, zero for protocols that have none. */
export function portsOf(packet: Packet): { readonly source: number; readonly destination: number } {
  switch (packet.transport.kind) {
    case 'tcp':
    case 'udp':
    case 'sctp':
      return { source: packet.transport.sourcePort, destination: packet.transport.destinationPort };
    case 'icmp':
      return { source: packet.transport.identifier ?? 0, destination: packet.transport.identifier ?? 0 };
    case 'ipencap':
      return { source: 0, destination: 0 };
  }
}
