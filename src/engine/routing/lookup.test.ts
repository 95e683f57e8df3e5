/** Route lookups: rules, prefixes, metrics, devices that are down, candidates and source addresses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidr, cidrContains, ipAddress, prefixOf } from '../net/address.ts';
import { routeFrom } from '../testing/network.ts';
import { findInTable, findRoute, lookupRoute, selectAddress } from './lookup.ts';
import { defaultRoutingRules, type Route, type RouteTableName, type Routing, type RoutingRule } from './routing.ts';

const none = { rules: defaultRoutingRules, tables: new Map<RouteTableName, readonly Route[]>() };
const routing = (
  tables: Readonly<Record<string, readonly string[]>>,
  rules: readonly RoutingRule[] = defaultRoutingRules,
  custom: Readonly<Record<number, readonly string[]>> = {},
): Routing => ({
  ipv4: {
    rules,
    tables: new Map<RouteTableName, readonly Route[]>([
      ['local', (tables.local ?? []).map(routeFrom)],
      ['main', (tables.main ?? []).map(routeFrom)],
      ...Object.entries(custom).map(([name, lines]): [RouteTableName, Route[]] => [Number(name), lines.map(routeFrom)]),
    ]),
  },
  ipv6: none,
});

const options = { isUsable: () => true, pickNextHop: () => 0 };
const to = (text: string) => ({ destination: ipAddress(text) });
const winner = (from: Routing, destination: string, isUsable: (name: string) => boolean = () => true) => {
  const { decision } = lookupRoute(from, to(destination), { ...options, isUsable });
  return decision.kind === 'forward' ? `${decision.interface} ${decision.nextHop}` : decision.kind;
};

describe('which route wins (W18)', () => {
  const table = routing({
    local: ['local 10.0.0.1 dev eth0 proto kernel scope host src 10.0.0.1'],
    main: [
      'default via 10.0.0.254 dev eth0',
      '10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1',
      '10.1.0.0/16 via 10.0.0.2 dev eth0 metric 100',
      '10.1.0.0/16 via 10.0.0.3 dev eth1 metric 50',
      '10.1.2.0/24 via 10.0.0.4 dev eth0',
      'blackhole 10.1.2.128/25',
      'unreachable 10.2.0.0/16',
      'prohibit 10.3.0.0/16',
    ],
  });

  it.each([
    ['10.0.0.1', 'local'],
    ['10.0.0.9', 'eth0 10.0.0.9'],
    ['10.1.9.9', 'eth1 10.0.0.3'],
    ['10.1.2.3', 'eth0 10.0.0.4'],
    ['10.1.2.129', 'blackhole'],
    ['10.2.0.1', 'unreachable'],
    ['10.3.0.1', 'prohibit'],
    ['8.8.8.8', 'eth0 10.0.0.254'],
  ])('%s: %s', (destination, expected) => {
    expect(winner(table, destination)).toBe(expected);
  });

  it('a device that is down takes the better metric with it', () => {
    expect(winner(table, '10.1.9.9', (name) => name !== 'eth1')).toBe('eth0 10.0.0.2');
  });

  it('nothing matches: no route', () => {
    expect(winner(routing({ main: ['10.0.0.0/24 dev eth0'] }), '8.8.8.8')).toBe('noRoute');
  });

  it.each([
    { name: 'a mark', rule: { priority: 100, table: 7, mark: { value: 0x1, mask: 0xf } }, query: { mark: 0x21 }, expected: 'wg 10.9.9.9' },
    {
      name: 'another mark',
      rule: { priority: 100, table: 7, mark: { value: 0x1, mask: 0xf } },
      query: { mark: 0x22 },
      expected: 'eth0 10.9.9.9',
    },
    {
      name: 'a source',
      rule: { priority: 100, table: 7, from: cidr('10.5.0.0/16') },
      query: { source: ipAddress('10.5.0.1') },
      expected: 'wg 10.9.9.9',
    },
    { name: 'no source', rule: { priority: 100, table: 7, from: cidr('10.5.0.0/16') }, query: {}, expected: 'eth0 10.9.9.9' },
    { name: 'a destination', rule: { priority: 100, table: 7, to: cidr('10.9.0.0/16') }, query: {}, expected: 'wg 10.9.9.9' },
    { name: 'a lower priority than main', rule: { priority: 40_000, table: 7 }, query: {}, expected: 'eth0 10.9.9.9' },
  ])('policy rules: $name', ({ rule, query, expected }) => {
    const table = routing({ main: ['default dev eth0'] }, [...defaultRoutingRules, rule], { 7: ['default dev wg'] });
    const { decision } = lookupRoute(table, { ...to('10.9.9.9'), ...query }, options);
    expect(decision.kind === 'forward' ? `${decision.interface} ${decision.nextHop}` : decision.kind).toBe(expected);
  });

  it('agrees with a search through every route', () => {
    const prefix = fc.tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(0, 8, 16, 22, 24, 30, 32),
      fc.integer({ min: 0, max: 2 }),
    );
    const destination = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(prefix, { minLength: 1, maxLength: 60 }), destination, (entries, [third, last]) => {
        const lines = entries.map(
          ([low, middle, length, metric], index) => `${cidr(`10.0.${middle}.${low}/${length}`)} dev d${index} metric ${metric}`,
        );
        const table = routing({ main: lines });
        const target = ipAddress(`10.0.${third}.${last}`);
        const matching = lines.map(routeFrom).filter((route) => cidrContains(route.destination, target));
        const best = matching.toSorted(
          (left, right) => prefixOf(right.destination).length - prefixOf(left.destination).length || left.metric - right.metric,
        )[0];
        expect(findRoute(table, { destination: target })?.route).toEqual(best);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('candidates', () => {
  const table = routing({
    main: [
      'default via 10.0.0.254 dev eth0',
      '10.1.0.0/16 dev eth1',
      '10.1.2.0/24 dev eth2',
      '10.1.1.0/24 dev eth3',
      '10.1.3.0/24 dev eth4',
      '10.200.0.0/16 dev eth5',
    ],
  });
  const shown = (from: Routing) =>
    lookupRoute(from, to('10.1.2.3'), options).candidates.map((entry) => `${entry.outcome} ${entry.route.destination}`);

  it('the winner, the shorter ones in the order in which they would win, and near misses', () => {
    expect(shown(table)).toEqual([
      'won 10.1.2.0/24',
      'shorter 10.1.0.0/16',
      'shorter 0.0.0.0/0',
      'noMatch 10.1.1.0/24',
      'noMatch 10.1.3.0/24',
      'noMatch 10.200.0.0/16',
    ]);
  });

  it('without the winner, the next one decides', () => {
    const lines = ['default via 10.0.0.254 dev eth0', '10.1.0.0/16 dev eth1', '10.1.1.0/24 dev eth3'];
    expect(shown(routing({ main: lines })).slice(0, 2)).toEqual(['won 10.1.0.0/16', 'shorter 0.0.0.0/0']);
  });

  it('ten thousand routes: still a bounded list', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24 dev eth0`);
    expect(shown(routing({ main: [...lines, 'default dev eth1'] })).length).toBeLessThan(24);
  });
});

describe('the local table alone', () => {
  it('knows prefixes (AnyIP) and says nothing about main', () => {
    const table = routing({ local: ['local 10.7.0.0/16 dev lo scope host'], main: ['10.8.0.0/16 dev eth0'] });
    expect(findInTable(table, 'local', ipAddress('10.7.1.2'))?.type).toBe('local');
    expect(findInTable(table, 'local', ipAddress('10.8.1.2'))).toBeUndefined();
  });
});

describe('source addresses (W19)', () => {
  const entry = (text: string, scope: 'global' | 'link' | 'host' = 'global') => {
    const [address = '', length = '32'] = text.split('/');
    return { address: ipAddress(address), prefixLength: Number(length), scope };
  };
  const interfaces = [
    { name: 'lo', index: 1, addresses: [entry('127.0.0.1/8', 'host')] },
    { name: 'eth0', index: 2, addresses: [entry('172.18.0.2/16'), entry('192.168.0.2/24')] },
    { name: 'cali1', index: 3, addresses: [] },
    { name: 'vxlan.calico', index: 4, addresses: [entry('10.244.0.0/32')] },
  ];

  it.each([
    { out: 'eth0', towards: '172.18.0.9', scope: 'global', expected: '172.18.0.2' },
    { out: 'eth0', towards: '192.168.0.9', scope: 'global', expected: '192.168.0.2' },
    { out: 'eth0', towards: '8.8.8.8', scope: 'global', expected: '172.18.0.2' },
    { out: 'cali1', towards: '10.244.0.5', scope: 'link', expected: '172.18.0.2' },
    { out: 'vxlan.calico', towards: '10.244.1.0', scope: 'global', expected: '10.244.0.0' },
  ] as const)('out of $out towards $towards: $expected', ({ out, towards, scope, expected }) => {
    expect(selectAddress(interfaces, out, ipAddress(towards), scope)).toBe(expected);
  });

  it('no address at all', () => {
    expect(selectAddress(interfaces.slice(0, 1), 'lo', ipAddress('8.8.8.8'), 'global')).toBeUndefined();
  });
});
