/**
 * Looks a destination up in one namespace's routing: policy rules by priority, then longest prefix, then lowest metric, as
 * net/ipv4/fib_trie.c fib_table_lookup and net/ipv4/fib_frontend.c do. Also chooses the source address of a packet that has none.
 * TOS, realms and rules by input interface are not modelled; IPv6 follows the same order.
 */
import { lazy } from '../../shared/lazy.ts';
import { type AddressFamily, addressBits, addressValue, cidrContains, familyOf, type IpAddress, prefixOf } from '../net/address.ts';
import type { NextHop, Route, RouteTableName, Routing, RoutingRule } from './routing.ts';

export interface RouteQuery {
  readonly destination: IpAddress;
  readonly source?: IpAddress;
  readonly mark?: number;
  /** A socket or a tunnel device that is bound to an interface: next hops by another one do not count. */
  readonly outputInterface?: string;
}

export interface RouteCandidate {
  readonly route: Route;
  readonly table: RouteTableName;
  /** won; shorter: it matches, but an earlier table, a longer prefix or a lower metric won; noMatch: a neighbour in the table, for comparison. */
  readonly outcome: 'won' | 'shorter' | 'noMatch';
}

export type RouteDecision =
  | { readonly kind: 'local' }
  | { readonly kind: 'forward'; readonly interface: string; readonly nextHop: IpAddress; readonly onLink: boolean }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'noRoute' };

export interface FoundRoute {
  readonly route: Route;
  readonly table: RouteTableName;
}

export interface RouteLookup {
  readonly decision: RouteDecision;
  /** The winner, then every other match in the order in which it would win if those before it were gone, then near misses. */
  readonly candidates: readonly RouteCandidate[];
  readonly route: Route | null;
  readonly table: RouteTableName | null;
  readonly nextHop: NextHop | null;
}

export interface LookupOptions {
  /** False for a device that is down: its next hops are dead (RTNH_F_DEAD) and passed over. */
  readonly isUsable: (interfaceName: string) => boolean;
  /** Picks one of several next hops by their weights, which sum to 1. */
  readonly pickNextHop: (weights: readonly number[], route: Route) => number;
}

const matchedCandidatesShown = 16;
const missesShownPerSide = 2;

interface TableIndex {
  /** Prefix lengths that occur, longest first. */
  readonly lengths: readonly number[];
  /** Prefix length → network bits → routes, lowest metric first, earlier one first among equals. */
  readonly byLength: ReadonlyMap<number, ReadonlyMap<number | bigint, readonly Route[]>>;
  /** By network address, for the near misses. */
  readonly sorted: () => readonly Route[];
}

const tableIndexes = new WeakMap<readonly Route[], TableIndex>();

/** The first `length` bits of an address as a number: a key that is cheap for IPv4. */
function networkBits(value: bigint, family: AddressFamily, length: number): number | bigint {
  if (family === 'ipv4') return Math.floor(Number(value) / 2 ** (32 - length));
  return value >> BigInt(addressBits.ipv6 - length);
}

function indexTable(routes: readonly Route[]): TableIndex {
  const cached = tableIndexes.get(routes);
  if (cached !== undefined) return cached;
  const byLength = new Map<number, Map<number | bigint, Route[]>>();
  for (const route of routes) {
    const prefix = prefixOf(route.destination);
    const networks = byLength.get(prefix.length) ?? new Map<number | bigint, Route[]>();
    byLength.set(prefix.length, networks);
    const key = networkBits(prefix.value, prefix.family, prefix.length);
    const sameNetwork = networks.get(key);
    if (sameNetwork === undefined) networks.set(key, [route]);
    else {
      sameNetwork.push(route);
      sameNetwork.sort((left, right) => left.metric - right.metric);
    }
  }
  const index: TableIndex = {
    lengths: [...byLength.keys()].sort((left, right) => right - left),
    byLength,
    sorted: lazy(() => [...routes].sort(compareByNetwork)),
  };
  tableIndexes.set(routes, index);
  return index;
}

function compareByNetwork(left: Route, right: Route): number {
  const leftPrefix = prefixOf(left.destination);
  const rightPrefix = prefixOf(right.destination);
  if (leftPrefix.value !== rightPrefix.value) return leftPrefix.value < rightPrefix.value ? -1 : 1;
  return rightPrefix.length - leftPrefix.length || left.metric - right.metric;
}

const sortedRules = new WeakMap<readonly RoutingRule[], readonly RoutingRule[]>();

function rulesByPriority(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  const cached = sortedRules.get(rules);
  if (cached !== undefined) return cached;
  const sorted = [...rules].sort((left, right) => left.priority - right.priority);
  sortedRules.set(rules, sorted);
  return sorted;
}

function ruleApplies(rule: RoutingRule, query: RouteQuery): boolean {
  if (rule.from !== undefined && (query.source === undefined || !cidrContains(rule.from, query.source))) {
    if (prefixOf(rule.from).length > 0) return false;
  }
  if (rule.to !== undefined && !cidrContains(rule.to, query.destination)) return false;
  return rule.mark === undefined || ((query.mark ?? 0) & rule.mark.mask) >>> 0 === (rule.mark.value & rule.mark.mask) >>> 0;
}

/** Next hops that count: through devices that are up, and through the bound device if there is one. */
function liveNextHops(route: Route, query: RouteQuery, isUsable: LookupOptions['isUsable']): readonly NextHop[] {
  if (query.outputInterface === undefined && route.nextHops.every((hop) => isUsable(hop.interface))) return route.nextHops;
  return route.nextHops.filter(
    (hop) => isUsable(hop.interface) && (query.outputInterface === undefined || hop.interface === query.outputInterface),
  );
}

function isAlive(route: Route, query: RouteQuery, isUsable: LookupOptions['isUsable']): boolean {
  return route.nextHops.length === 0 || liveNextHops(route, query, isUsable).length > 0;
}

/** Every matching route of one table, best first. */
function* matchesInTable(routes: readonly Route[], query: RouteQuery, isUsable: LookupOptions['isUsable']): Generator<Route> {
  const index = indexTable(routes);
  const value = addressValue(query.destination);
  const family = familyOf(query.destination);
  for (const length of index.lengths) {
    for (const route of index.byLength.get(length)?.get(networkBits(value, family, length)) ?? []) {
      if (isAlive(route, query, isUsable)) yield route;
    }
  }
}

function* matchesInOrder(routing: Routing, query: RouteQuery, isUsable: LookupOptions['isUsable']): Generator<FoundRoute> {
  const family = routing[familyOf(query.destination)];
  const visited = new Set<RouteTableName>();
  for (const rule of rulesByPriority(family.rules)) {
    if (visited.has(rule.table) || !ruleApplies(rule, query)) continue;
    visited.add(rule.table);
    const routes = family.tables.get(rule.table);
    if (routes === undefined) continue;
    for (const route of matchesInTable(routes, query, isUsable)) yield { route, table: rule.table };
  }
}

/** The route that wins, without next-hop choice or candidates: for checks that only ask where an address lies. */
export function findRoute(routing: Routing, query: RouteQuery, isUsable: LookupOptions['isUsable'] = () => true): FoundRoute | undefined {
  for (const found of matchesInOrder(routing, query, isUsable)) return found;
  return undefined;
}

/** The best match in one table alone, whatever the rules say (inet_addr_type asks the local table so). */
export function findInTable(routing: Routing, table: RouteTableName, destination: IpAddress): Route | undefined {
  const routes = routing[familyOf(destination)].tables.get(table);
  if (routes === undefined) return undefined;
  for (const route of matchesInTable(routes, { destination }, () => true)) return route;
  return undefined;
}

function nearMisses(routes: readonly Route[], destination: IpAddress): readonly Route[] {
  const sorted = indexTable(routes).sorted();
  const value = addressValue(destination);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const route = sorted[middle];
    if (route !== undefined && prefixOf(route.destination).value <= value) low = middle + 1;
    else high = middle;
  }
  const misses: Route[] = [];
  const isMiss = (route: Route | undefined): route is Route => route !== undefined && !cidrContains(route.destination, destination);
  for (let index = low - 1; index >= 0 && index >= low - 8 && misses.length < missesShownPerSide; index -= 1) {
    const route = sorted[index];
    if (isMiss(route)) misses.push(route);
  }
  const before = misses.length;
  for (let index = low; index < sorted.length && index < low + 8 && misses.length < before + missesShownPerSide; index += 1) {
    const route = sorted[index];
    if (isMiss(route)) misses.push(route);
  }
  return misses;
}

function decide(route: Route, nextHop: NextHop | null, destination: IpAddress): RouteDecision {
  switch (route.type) {
    // A broadcast is delivered to the host as well; that it also goes out by the device is the walk's business.
    case 'local':
    case 'broadcast':
      return { kind: 'local' };
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
      return { kind: route.type };
    case 'unicast':
      if (nextHop === null) return { kind: 'noRoute' };
      return {
        kind: 'forward',
        interface: nextHop.interface,
        nextHop: nextHop.gateway ?? destination,
        onLink: nextHop.gateway === undefined,
      };
  }
}

function chooseNextHop(route: Route, query: RouteQuery, options: LookupOptions): NextHop | null {
  const alive = liveNextHops(route, query, options.isUsable);
  if (alive.length <= 1) return alive[0] ?? null;
  const total = alive.reduce((sum, hop) => sum + hop.weight, 0);
  const picked = options.pickNextHop(
    alive.map((hop) => hop.weight / total),
    route,
  );
  return alive[picked] ?? null;
}

/** Looks a destination up and keeps what else was considered, for people who want to know why. */
export function lookupRoute(routing: Routing, query: RouteQuery, options: LookupOptions): RouteLookup {
  const matches: FoundRoute[] = [];
  for (const found of matchesInOrder(routing, query, options.isUsable)) {
    matches.push(found);
    if (matches.length === matchedCandidatesShown) break;
  }
  const winner = matches[0];
  const table = winner?.table ?? 'main';
  const routes = routing[familyOf(query.destination)].tables.get(table === 'local' ? 'main' : table) ?? [];
  const candidates: RouteCandidate[] = matches.map((found, index) => ({ ...found, outcome: index === 0 ? 'won' : 'shorter' }));
  const missTable = table === 'local' ? 'main' : table;
  for (const route of nearMisses(routes, query.destination)) candidates.push({ route, table: missTable, outcome: 'noMatch' });
  if (winner === undefined) return { decision: { kind: 'noRoute' }, candidates, route: null, table: null, nextHop: null };
  const nextHop = chooseNextHop(winner.route, query, options);
  return { decision: decide(winner.route, nextHop, query.destination), candidates, route: winner.route, table: winner.table, nextHop };
}

/** What source selection needs of an interface. */
export interface AddressedInterface {
  readonly name: string;
  readonly index: number;
  readonly addresses: readonly {
    readonly address: IpAddress;
    readonly prefixLength: number;
    readonly scope: 'global' | 'link' | 'host';
  }[];
}

const scopeRank = { global: 0, link: 253, host: 254 } as const;

function sharesNetwork(address: IpAddress, prefixLength: number, other: IpAddress): boolean {
  const hostBits = BigInt(addressBits[familyOf(address)] - prefixLength);
  return addressValue(address) >> hostBits === addressValue(other) >> hostBits;
}

/**
 * The address that a host uses when it speaks out of an interface towards `towards`: the first one of that interface in the same network, else
 * its first, else the first global one of any other interface by index (net/ipv4/devinet.c inet_select_addr). `interfaces` are sorted by index.
 */
export function selectAddress(
  interfaces: readonly AddressedInterface[],
  outInterface: string,
  towards: IpAddress,
  scope: 'global' | 'link' | 'host',
): IpAddress | undefined {
  const family = familyOf(towards);
  const out = interfaces.find((candidate) => candidate.name === outInterface);
  const fitting = (out?.addresses ?? []).filter(
    (entry) => familyOf(entry.address) === family && scopeRank[entry.scope] <= scopeRank[scope],
  );
  const chosen = fitting.find((entry) => sharesNetwork(entry.address, entry.prefixLength, towards)) ?? fitting[0];
  if (chosen !== undefined) return chosen.address;
  for (const candidate of interfaces) {
    for (const entry of candidate.addresses) {
      if (familyOf(entry.address) !== family || entry.scope === 'link' || scopeRank[entry.scope] > scopeRank[scope]) continue;
      return entry.address;
    }
  }
  return undefined;
}

/** The source of a packet that has none yet: the route's own, else by the interface it leaves from. */
export function selectSource(
  interfaces: readonly AddressedInterface[],
  found: { readonly route: Route; readonly nextHop: NextHop | null },
  destination: IpAddress,
): IpAddress | undefined {
  if (found.route.source !== undefined) return found.route.source;
  if (found.route.type === 'local') return destination;
  if (found.nextHop === null) return undefined;
  return selectAddress(interfaces, found.nextHop.interface, found.nextHop.gateway ?? destination, found.route.scope);
}
