/**
 * Routing tables in iproute2's own text: `ip route`, `ip route show table …` and `ip rule`. Every route line ends in a blank, as iproute2
 * prints it. IPv6's `pref` field and route caches are not modelled.
 */
import { compareText } from '../../shared/compare.ts';
import { type AddressFamily, addressBits, type Cidr, prefixOf } from '../net/address.ts';
import type { NextHop, Route, RouteTableName, Routing, RoutingFamily, RoutingRule } from './routing.ts';

/** `ip route show table TABLE` of one family, a line each ("" for an empty table); the main table when none is named. */
export function renderRoutes(routing: Routing, family: AddressFamily, table: RouteTableName = 'main'): string {
  const routes = routing[family].tables.get(table) ?? [];
  return [...routes]
    .sort(comparePrinted)
    .map((route) => `${renderRoute(route)}\n`)
    .join('');
}

/** `ip rule`: one line per rule of the family, by priority. */
export const renderRoutingRules = (family: RoutingFamily): string =>
  [...family.rules]
    .sort((left, right) => left.priority - right.priority)
    .map((rule) => `${renderRoutingRule(rule)}\n`)
    .join('');

/** One route as `ip route` prints it, trailing blank included. A multipath route has one more line per next hop. */
export function renderRoute(route: Route): string {
  const [hop] = route.nextHops;
  const multipath = route.nextHops.length > 1;
  const words = [
    ...(route.type === 'unicast' ? [] : [route.type]),
    renderDestination(route.destination),
    ...(hop === undefined || multipath ? [] : hopWords(hop)),
    ...(route.protocol === 'boot' ? [] : ['proto', route.protocol]),
    ...(scopeIsPrinted(route) ? ['scope', route.scope] : []),
    ...(route.source === undefined ? [] : ['src', route.source]),
    ...(route.metric === 0 ? [] : ['metric', String(route.metric)]),
    ...(hop?.onlink === true && !multipath ? ['onlink'] : []),
    ...(route.mtu === undefined ? [] : ['mtu', String(route.mtu)]),
  ];
  const nextHopLines = multipath
    ? route.nextHops.map((each) => `\n\tnexthop ${hopWords(each).join(' ')} weight ${each.weight}${each.onlink ? ' onlink' : ''} `)
    : [];
  return `${words.join(' ')} ${nextHopLines.join('')}`;
}

/** Global scope goes without saying; IPv6 routes and routes without a next hop have none. */
const scopeIsPrinted = (route: Route): boolean =>
  route.scope !== 'global' && prefixOf(route.destination).family === 'ipv4' && route.nextHops.length > 0;

const hopWords = (hop: NextHop): readonly string[] => [...(hop.gateway === undefined ? [] : ['via', hop.gateway]), 'dev', hop.interface];

function renderDestination(destination: Cidr): string {
  const { family, first, length } = prefixOf(destination);
  if (length === 0) return 'default';
  return length === addressBits[family] ? first : destination;
}

/** The kernel's order: by address, longer prefixes of one address first, then by metric; `default` before all. */
function comparePrinted(left: Route, right: Route): number {
  const [leftPrefix, rightPrefix] = [prefixOf(left.destination), prefixOf(right.destination)];
  if ((leftPrefix.length === 0) !== (rightPrefix.length === 0)) return leftPrefix.length === 0 ? -1 : 1;
  if (leftPrefix.value !== rightPrefix.value) return leftPrefix.value < rightPrefix.value ? -1 : 1;
  return rightPrefix.length - leftPrefix.length || left.metric - right.metric || compareText(left.type, right.type);
}

function renderRoutingRule(rule: RoutingRule): string {
  const words = [
    `from ${rule.from ?? 'all'}`,
    ...(rule.to === undefined ? [] : [`to ${rule.to}`]),
    ...(rule.mark === undefined ? [] : [`fwmark 0x${rule.mark.value.toString(16)}/0x${rule.mark.mask.toString(16)}`]),
    `lookup ${rule.table}`,
  ];
  return `${rule.priority}:\t${words.join(' ')}`;
}
