/**
 * Routes in short form, and those that the kernel adds by itself for every address: the local table and connected networks. IPv6
 * multicast and link-local routes are left out.
 */
import type { Origin } from '../api/origin.ts';
import {
  type AddressFamily,
  addressBits,
  type Cidr,
  cidr,
  familyOf,
  hostCidr,
  type IpAddress,
  parseCidr,
  prefixOf,
} from '../net/address.ts';
import { defaultRoutingRules, type NextHop, type Route, type RouteTableName, type Routing } from '../routing/routing.ts';
import { broadcastOf } from '../topology/broadcast.ts';
import type { Interface, InterfaceAddress } from '../topology/networkNamespace.ts';

export const anywhere = { ipv4: cidr('0.0.0.0/0'), ipv6: cidr('::/0') } as const satisfies Record<AddressFamily, Cidr>;

type RouteParts = Pick<Route, 'destination'> &
  Partial<Route> & { readonly gateway?: IpAddress; readonly dev?: string; readonly onlink?: boolean };

/** A route as `ip route add` would make it: protocol boot, metric 0; scope link when it names a device and no gateway. */
export function route({ gateway, dev, onlink = false, ...parts }: RouteParts): Route {
  const hop: NextHop | undefined =
    dev === undefined ? undefined : { ...(gateway === undefined ? {} : { gateway }), interface: dev, onlink, weight: 1 };
  return {
    type: 'unicast',
    nextHops: hop === undefined ? [] : [hop],
    protocol: 'boot',
    scope: hop !== undefined && gateway === undefined ? 'link' : 'global',
    metric: 0,
    ...parts,
  };
}

/** What a namespace routes: the kernel's own routes of these interfaces and whatever was added to the main and local tables. */
export function routingOf(interfaces: readonly Interface[], main: readonly Route[], local: readonly Route[] = []): Routing {
  const family = (wanted: AddressFamily) => {
    const isWanted = ({ destination }: Route): boolean => prefixOf(destination).family === wanted;
    const tables = new Map<RouteTableName, readonly Route[]>([
      ['local', [...interfaces.flatMap(localRoutes), ...local].filter(isWanted)],
      ['main', [...interfaces.flatMap(connectedRoutes), ...main].filter(isWanted)],
    ]);
    return { rules: defaultRoutingRules, tables };
  };
  return { ipv4: family('ipv4'), ipv6: family('ipv6') };
}

const withOrigin = (origin: Origin | undefined): { readonly origin?: Origin } => (origin === undefined ? {} : { origin });

/** The network of an interface's address. */
export function networkOf({ address, prefixLength }: Pick<InterfaceAddress, 'address' | 'prefixLength'>): Cidr {
  return parseCidr(`${address}/${prefixLength}`) ?? hostCidr(address);
}

function localRoutes(device: Interface): readonly Route[] {
  return device.addresses.flatMap((entry) => {
    const { address } = entry;
    const common = { dev: device.name, protocol: 'kernel', ...withOrigin(device.origin) } as const;
    if (familyOf(address) === 'ipv6') return [route({ ...common, type: 'local', destination: hostCidr(address), scope: 'global' })];
    const own = { ...common, type: 'local', scope: 'host', source: address } as const;
    const broadcast = device.device.kind === 'loopback' ? lastAddress(entry) : broadcastOf(entry);
    return [
      ...(device.device.kind === 'loopback' ? [route({ ...own, destination: networkOf(entry) })] : []),
      route({ ...own, destination: hostCidr(address) }),
      ...(broadcast === null ? [] : [route({ ...common, type: 'broadcast', destination: hostCidr(broadcast), source: address })]),
    ];
  });
}

const lastAddress = (entry: InterfaceAddress): IpAddress | null => broadcastOf({ ...entry, scope: 'global' });

function connectedRoutes(device: Interface): readonly Route[] {
  if (device.device.kind === 'loopback') return [];
  return device.addresses
    .filter(({ address, prefixLength }) => prefixLength < addressBits[familyOf(address)])
    .map((entry) =>
      route({
        destination: networkOf(entry),
        dev: device.name,
        protocol: 'kernel',
        ...(familyOf(entry.address) === 'ipv4' ? { source: entry.address } : { metric: 256 }),
        ...withOrigin(device.origin),
      }),
    );
}
