/**
 * The two hosts outside: one client, and "the internet", a single host that has every address and answers on every port (AnyIP), as the
 * outside does unless a document says otherwise.
 */
import { lazy } from '../../../shared/lazy.ts';
import { type Cidr, type IpAddress, prefixOf } from '../../net/address.ts';
import type { NetworkNamespace } from '../../topology/networkNamespace.ts';
import { device, loopback } from '../devices.ts';
import { dockerMac, hashedMac } from '../macAddresses.ts';
import { emptyNetfilter } from '../podNamespace.ts';
import { anywhere, route, routingOf } from '../routes.ts';
import { clientNetwork, linkPrefixLength } from './outsideNames.ts';

const host = {
  added: true,
  forwarding: false,
  reversePathFilter: 0,
  neighbours: lazy(() => []),
  fdb: lazy(() => []),
  netfilter: emptyNetfilter,
  listeners: [],
} as const;

export function clientNamespace(id: string): NetworkNamespace {
  const eth0 = device({
    name: 'eth0',
    index: 2,
    mac: dockerMac(clientNetwork.client),
    addresses: [{ address: clientNetwork.client, prefixLength: linkPrefixLength, scope: 'global' }],
  });
  const interfaces = [loopback, eth0];
  const routes = [route({ destination: anywhere.ipv4, gateway: clientNetwork.gateway, dev: 'eth0' })];
  return { ...host, id, kind: 'client', interfaces, routing: lazy(() => routingOf(interfaces, routes)), acceptsEverything: true };
}

/**
 * `ip route add local 0.0.0.0/0 dev lo` makes every address its own. What lies behind the gateway is excepted by longer prefixes in the same
 * table, so that its answers and connections leave.
 */
export function internetNamespace(id: string, behindGateway: readonly Cidr[]): NetworkNamespace {
  const eth0 = device({ name: 'eth0', index: 2, mac: hashedMac(id) });
  const interfaces = [loopback, eth0];
  const back = (destination: Cidr, gateway: IpAddress) => route({ destination, gateway, dev: 'eth0', onlink: true, protocol: 'static' });
  const local = lazy(() => [
    route({ type: 'local', destination: anywhere.ipv4, dev: 'lo', scope: 'host', protocol: 'static' }),
    ...behindGateway.filter((prefix) => prefixOf(prefix).family === 'ipv4').map((prefix) => back(prefix, clientNetwork.gateway)),
  ]);
  const main = [back(anywhere.ipv4, clientNetwork.gateway)];
  return { ...host, id, kind: 'internet', interfaces, routing: lazy(() => routingOf(interfaces, main, local())), acceptsEverything: true };
}
