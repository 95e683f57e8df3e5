/**
 * The routing decision for a packet that arrived: loopback and own addresses as martians, the route, and the reverse path check
 * (net/ipv4/route.c ip_route_input_slow, net/ipv4/fib_frontend.c fib_validate_source). ARP asks the same before it answers.
 * IPv6 has no such source check; multicast is not modelled.
 */
import { familyOf, type IpAddress } from '../net/address.ts';
import { findRoute, type LookupOptions, lookupRoute, type RouteLookup, type RouteQuery } from '../routing/lookup.ts';
import type { Interface } from '../topology/networkNamespace.ts';
import type { Host } from './host.ts';

export interface ArrivedPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly mark: number;
}

export type InputRoute =
  | { readonly kind: 'martian'; readonly lookup: RouteLookup | null }
  | { readonly kind: 'reversePathFilter'; readonly lookup: RouteLookup }
  | { readonly kind: 'routed'; readonly lookup: RouteLookup }
  /** There is a way on, but this host (or the interface) does not forward. */
  | { readonly kind: 'notForwarding'; readonly lookup: RouteLookup };

export const isForwarding = (host: Host, inInterface: Interface): boolean => host.namespace.forwarding && inInterface.sysctls.forwarding;

export const isLoopback = (address: IpAddress): boolean =>
  address === '::1' || (familyOf(address) === 'ipv4' && address.startsWith('127.'));

function isImpossibleSource(address: IpAddress): boolean {
  if (familyOf(address) === 'ipv6') return address === '::';
  const first = Number(address.slice(0, address.indexOf('.')));
  return first === 0 || first >= 224;
}

export function routeInput(
  host: Host,
  inInterface: Interface,
  packet: ArrivedPacket,
  pickNextHop: LookupOptions['pickNextHop'],
): InputRoute {
  const family = familyOf(packet.destination);
  if (isImpossibleSource(packet.source)) return { kind: 'martian', lookup: null };
  const touchesLoopback = isLoopback(packet.source) || isLoopback(packet.destination);
  if (touchesLoopback && (family === 'ipv6' || !inInterface.sysctls.routeLocalnet)) return { kind: 'martian', lookup: null };
  const query: RouteQuery = { destination: packet.destination, source: packet.source, mark: packet.mark };
  const lookup = lookupRoute(host.namespace.routing(), query, { isUsable: host.isUp, pickNextHop });
  const { decision } = lookup;
  // The order of ip_route_input_slow: a local destination has its source checked; only a forwarding interface goes on.
  if (decision.kind !== 'local' && !isForwarding(host, inInterface)) return { kind: 'notForwarding', lookup };
  if (decision.kind !== 'local' && decision.kind !== 'forward') return { kind: 'routed', lookup };
  const source = family === 'ipv6' ? 'valid' : validateSource(host, inInterface, packet);
  return source === 'valid' ? { kind: 'routed', lookup } : { kind: source, lookup };
}

type SourceCheck = 'valid' | 'martian' | 'reversePathFilter';

function validateSource(host: Host, inInterface: Interface, packet: ArrivedPacket): SourceCheck {
  const filter = Math.max(host.namespace.reversePathFilter, inInterface.sysctls.reversePathFilter);
  if (filter === 0) return host.addresses.has(packet.source) ? 'martian' : 'valid';
  const back = findRoute(host.namespace.routing(), { destination: packet.source, source: packet.destination }, host.isUp);
  const failed: SourceCheck = 'reversePathFilter';
  if (back === undefined || back.route.nextHops.length === 0) return failed;
  if (back.route.type !== 'unicast') return 'martian';
  if (back.route.nextHops.some((hop) => hop.interface === inInterface.name)) return 'valid';
  // Without an address on the interface even the loose check has nothing to go by (no_addr).
  if (inInterface.addresses.length === 0 || filter === 1) return failed;
  return 'valid';
}
