/** Route tables in iproute2's own text, as a Linux lab printed them. */
import { describe, expect, it } from 'vitest';
import { cidr, ipAddress } from '../net/address.ts';
import { renderRoute, renderRoutes, renderRoutingRules } from './render.ts';
import { defaultRoutingRules, type NextHop, type Route, type Routing } from './routing.ts';

const hop = (gateway: string | null, more: Partial<NextHop> = {}): NextHop => ({
  ...(gateway === null ? {} : { gateway: ipAddress(gateway) }),
  interface: 'eth0',
  onlink: false,
  weight: 1,
  ...more,
});

const route = (destination: string, nextHops: readonly NextHop[], more: Partial<Route> = {}): Route => ({
  type: 'unicast',
  destination: cidr(destination),
  nextHops,
  protocol: 'boot',
  scope: 'global',
  metric: 0,
  ...more,
});

const routing = (routes: readonly Route[]): Routing => ({
  ipv4: { rules: defaultRoutingRules, tables: new Map([['main', routes]]) },
  ipv6: { rules: defaultRoutingRules, tables: new Map() },
});

const lab: readonly (readonly [string, Route])[] = [
  ['default via 172.18.0.1 dev eth0 ', route('0.0.0.0/0', [hop('172.18.0.1')])],
  ['prohibit 10.3.0.0/16 ', route('10.3.0.0/16', [], { type: 'prohibit' })],
  ['unreachable 10.4.0.0/16 ', route('10.4.0.0/16', [], { type: 'unreachable' })],
  ['blackhole 10.5.0.0/26 proto bird ', route('10.5.0.0/26', [], { type: 'blackhole', protocol: 'bird' })],
  ['blackhole 10.5.1.0/26 proto 80 ', route('10.5.1.0/26', [], { type: 'blackhole', protocol: '80' })],
  [
    '10.6.0.0/26 via 10.6.0.0 dev eth0 proto 80 onlink mtu 1480 ',
    route('10.6.0.0/26', [hop('10.6.0.0', { onlink: true })], { protocol: '80', mtu: 1480 }),
  ],
  ['10.7.0.1 dev eth0 scope link metric 1024 ', route('10.7.0.1/32', [hop(null)], { scope: 'link', metric: 1024 })],
  [
    '10.8.0.0/24 via 172.18.0.3 dev eth0 proto bird metric 1024 onlink ',
    route('10.8.0.0/24', [hop('172.18.0.3', { onlink: true })], { protocol: 'bird', metric: 1024 }),
  ],
  ['10.9.0.0 via 172.18.0.3 dev eth0 ', route('10.9.0.0/32', [hop('172.18.0.3')])],
  ['10.9.0.0/24 via 172.18.0.3 dev eth0 ', route('10.9.0.0/24', [hop('172.18.0.3')])],
  ['10.9.0.0/24 via 172.18.0.4 dev eth0 metric 100 ', route('10.9.0.0/24', [hop('172.18.0.4')], { metric: 100 })],
  ['10.9.0.0/16 via 172.18.0.3 dev eth0 ', route('10.9.0.0/16', [hop('172.18.0.3')])],
  [
    '10.101.0.0/16 proto bird \n\tnexthop via 172.18.0.3 dev eth0 weight 1 \n\tnexthop via 172.18.0.4 dev eth0 weight 1 ',
    route('10.101.0.0/16', [hop('172.18.0.3'), hop('172.18.0.4')], { protocol: 'bird' }),
  ],
  [
    '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2 ',
    route('172.18.0.0/16', [hop(null)], { protocol: 'kernel', scope: 'link', source: ipAddress('172.18.0.2') }),
  ],
];

describe('one route', () => {
  it.each(lab)('%s', (text, given) => expect(renderRoute(given)).toBe(text));
});

it('a table is sorted by address, longer prefixes first, then by metric, whatever the order of installation', () => {
  const shuffled = lab.map(([, given]) => given).toReversed();
  expect(renderRoutes(routing(shuffled), 'ipv4')).toBe(lab.map(([text]) => `${text}\n`).join(''));
});

it('a table that is not there is empty', () => {
  expect(renderRoutes(routing([]), 'ipv4', 100)).toBe('');
});

it('policy rules', () => {
  const marked = { priority: 99, table: 1, mark: { value: 0x200000, mask: 0x200000 } } as const;
  expect(renderRoutingRules({ rules: [...defaultRoutingRules, marked], tables: new Map() })).toBe(
    '0:\tfrom all lookup local\n99:\tfrom all fwmark 0x200000/0x200000 lookup 1\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
  );
});
