/**
 * Routing tables and policy rules of one network namespace, in iproute2's terms. What a lookup answers is in lookup.ts, the native text
 * in render.ts. TOS and realms are not modelled.
 */
import type { Origin } from '../api/origin.ts';
import type { AddressFamily, Cidr, IpAddress } from '../net/address.ts';

export type RouteType = 'unicast' | 'local' | 'broadcast' | 'blackhole' | 'unreachable' | 'prohibit';
/** Names of /etc/iproute2/rt_protos, and Felix's number 80. */
export type RouteProtocol = 'kernel' | 'boot' | 'static' | 'bird' | 'dhcp' | '80';
export type RouteScope = 'global' | 'link' | 'host';

export interface NextHop {
  /** Absent: the destination is on-link. */
  readonly gateway?: IpAddress;
  readonly interface: string;
  readonly onlink: boolean;
  /** ECMP share; 1 for a single next hop. */
  readonly weight: number;
}

export interface Route {
  readonly type: RouteType;
  readonly destination: Cidr;
  /** One for a plain route, several for multipath, none for blackhole, unreachable and prohibit. */
  readonly nextHops: readonly NextHop[];
  readonly protocol: RouteProtocol;
  readonly scope: RouteScope;
  readonly source?: IpAddress;
  readonly metric: number;
  readonly mtu?: number;
  readonly origin?: Origin;
}

export type RouteTableName = 'local' | 'main' | 'default' | number;

export interface RoutingRule {
  readonly priority: number;
  readonly table: RouteTableName;
  readonly from?: Cidr;
  readonly to?: Cidr;
  readonly mark?: { readonly value: number; readonly mask: number };
}

export interface RoutingFamily {
  readonly rules: readonly RoutingRule[];
  readonly tables: ReadonlyMap<RouteTableName, readonly Route[]>;
}

export type Routing = Readonly<Record<AddressFamily, RoutingFamily>>;

/** 0 local, 32766 main, 32767 default: what every namespace starts with. */
export const defaultRoutingRules: readonly RoutingRule[] = [
  { priority: 0, table: 'local' },
  { priority: 32766, table: 'main' },
  { priority: 32767, table: 'default' },
];
