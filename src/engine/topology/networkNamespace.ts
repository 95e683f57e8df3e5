/**
 * The hardware: network namespaces with interfaces and sysctls, and the links between them. A node, a Pod (held by its pause
 * container), a router, a switch and a client are all network namespaces; what they do follows from what they hold.
 */
import type { Lazy } from '../../shared/lazy.ts';
import type { Origin } from '../api/origin.ts';
import type { Cidr, IpAddress, MacAddress } from '../net/address.ts';
import type { TransportProtocol } from '../net/packet.ts';
import type { Netfilter } from '../netfilter/ruleset.ts';
import type { Routing } from '../routing/routing.ts';

/** A node's name, "NAMESPACE/POD", or the name of a thing outside ("client", "gateway"). Unique in a cluster. */
export type NetworkNamespaceId = string;

export type NetworkNamespaceKind = 'node' | 'pod' | 'client' | 'internet' | 'loadBalancer' | 'router' | 'switch';

export interface InterfaceAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly scope: 'global' | 'link' | 'host';
}

/** What a device is, as `ip -d link` would say. */
export type InterfaceDevice =
  | { readonly kind: 'loopback' }
  /** A NIC, or a port of a switch. */
  | { readonly kind: 'ethernet' }
  | { readonly kind: 'veth' }
  | { readonly kind: 'vxlan'; readonly vni: number; readonly port: number; readonly local: IpAddress; readonly underlay: string }
  | { readonly kind: 'ipip'; readonly local: IpAddress | null };

export interface Interface {
  readonly name: string;
  readonly index: number;
  readonly device: InterfaceDevice;
  readonly mac: MacAddress | null;
  readonly mtu: number;
  readonly up: boolean;
  readonly addresses: readonly InterfaceAddress[];
  /** The bridge that this interface is a port of. */
  readonly master?: string;
  /** net.ipv4.conf.NAME.*; effective rp_filter is the larger of `all` and this. */
  readonly sysctls: {
    readonly forwarding: boolean;
    readonly proxyArp: boolean;
    readonly reversePathFilter: 0 | 1 | 2;
    readonly routeLocalnet: boolean;
  };
  readonly origin?: Origin;
}

/** A socket that waits: what answers when a packet is delivered here. */
export interface Listener {
  readonly protocol: TransportProtocol;
  readonly port: number;
  /** Null: every local address (0.0.0.0, ::). */
  readonly address: IpAddress | null;
  /** The process in people's words: a container's name, "kube-proxy health check", "sshd". */
  readonly process: string;
  /** What an HTTP server on it answers when asked by a health check; absent when it has nothing to say of its own. */
  readonly origin?: Origin;
}

/** A permanent neighbour entry (`ip neigh add … nud permanent`); learned ones live in KernelState. */
export interface NeighbourEntry {
  readonly address: IpAddress;
  readonly interface: string;
  readonly mac: MacAddress;
  readonly origin?: Origin;
}

/** Forwarding database of a vxlan device (destination: the remote node's address) or of a bridge (a port). */
export interface FdbEntry {
  readonly mac: MacAddress;
  readonly interface: string;
  readonly destination?: IpAddress;
  readonly origin?: Origin;
}

export interface NetworkNamespace {
  readonly id: NetworkNamespaceId;
  readonly kind: NetworkNamespaceKind;
  /** True for what packetwalk added so that the picture is whole: the client, the cloud load balancer, the gateway. */
  readonly added: boolean;
  readonly interfaces: readonly Interface[];
  /** net.ipv4.ip_forward */
  readonly forwarding: boolean;
  /** net.ipv4.conf.all.rp_filter */
  readonly reversePathFilter: 0 | 1 | 2;
  readonly routing: Lazy<Routing>;
  readonly neighbours: Lazy<readonly NeighbourEntry[]>;
  readonly fdb: Lazy<readonly FdbEntry[]>;
  readonly netfilter: Lazy<Netfilter>;
  readonly listeners: readonly Listener[];
  /** True for a host that answers on every port, as the outside does unless a document says otherwise. */
  readonly acceptsEverything: boolean;
  readonly origin?: Origin;
}

export interface LinkEnd {
  readonly namespace: NetworkNamespaceId;
  readonly interface: string;
}

/** A cable or a veth pair: what goes in at one end comes out at the other. */
export interface Link {
  readonly id: string;
  readonly kind: 'wire' | 'veth';
  readonly ends: readonly [LinkEnd, LinkEnd];
}

/** The whole network at one moment. */
export interface Cluster {
  readonly namespaces: ReadonlyMap<NetworkNamespaceId, NetworkNamespace>;
  readonly links: readonly Link[];
  /** The other end of the link on an interface, by "NAMESPACE INTERFACE" (see {@link linkEndKey}). */
  readonly peers: ReadonlyMap<string, { readonly link: Link; readonly peer: LinkEnd }>;
  /** Prefixes that are Pods' or Services': the outside has no route to them. */
  readonly clusterPrefixes: readonly Cidr[];
}

export const linkEndKey = (end: LinkEnd): string => `${end.namespace} ${end.interface}`;

export function indexLinks(links: readonly Link[]): Cluster['peers'] {
  const peers = new Map<string, { link: Link; peer: LinkEnd }>();
  for (const link of links) {
    peers.set(linkEndKey(link.ends[0]), { link, peer: link.ends[1] });
    peers.set(linkEndKey(link.ends[1]), { link, peer: link.ends[0] });
  }
  return peers;
}
