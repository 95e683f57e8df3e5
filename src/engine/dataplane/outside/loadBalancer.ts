/**
 * A generic cloud load balancer. For ipMode VIP it is a router that sends a Service's packets to one of its target nodes unchanged, and whose
 * answers go from the node to the gateway directly. For ipMode Proxy the address is its own, and exchange/ opens a second connection from here.
 */
import { lazy } from '../../../shared/lazy.ts';
import { originOf } from '../../api/resource.ts';
import type { ClusterState, NodeState } from '../../clusterState.ts';
import { familyOf, hostCidr } from '../../net/address.ts';
import { assembleNetfilter } from '../../netfilter/assemble.ts';
import type { Netfilter, Rule } from '../../netfilter/ruleset.ts';
import type { NextHop, Route } from '../../routing/routing.ts';
import type { Interface, Listener, NetworkNamespace } from '../../topology/networkNamespace.ts';
import { addressOf } from '../cni/calico/tunnels.ts';
import { device, forwardingSysctls, loopback } from '../devices.ts';
import { transportProtocol } from '../kubeProxy/servicePorts.ts';
import { dockerMac, hashedMac } from '../macAddresses.ts';
import { anywhere, route, routingOf } from '../routes.ts';
import type { Segment } from '../segments.ts';
import { type LoadBalancedAddress, loadBalancerTargets } from './loadBalancing.ts';
import { linkPrefixLength, loadBalancerNetwork } from './outsideNames.ts';

export interface LoadBalancerPlan {
  readonly id: string;
  readonly state: ClusterState;
  readonly segments: readonly Segment[];
  readonly addresses: readonly LoadBalancedAddress[];
}

/** eth0 toward the gateway, then one leg without an address per node network, in the segments' order. */
export function loadBalancerNamespace(plan: LoadBalancerPlan): NetworkNamespace {
  const { id, segments, addresses } = plan;
  const proxied = addresses.filter(({ ipMode }) => ipMode === 'Proxy');
  const eth0 = device({
    name: 'eth0',
    index: 2,
    mac: dockerMac(loadBalancerNetwork.loadBalancer),
    addresses: [
      { address: loadBalancerNetwork.loadBalancer, prefixLength: linkPrefixLength, scope: 'global' },
      ...[...new Set(proxied.map(({ ip }) => ip))].map((address) => ({ address, prefixLength: 32, scope: 'global' as const })),
    ],
    sysctls: forwardingSysctls,
  });
  const legs = segments.map((segment) =>
    device({
      name: segmentLeg(segment),
      index: segment.index + 3,
      mac: hashedMac(`${id} ${segmentLeg(segment)}`),
      sysctls: forwardingSysctls,
    }),
  );
  const interfaces: readonly Interface[] = [loopback, eth0, ...legs];
  return {
    id,
    kind: 'loadBalancer',
    added: true,
    interfaces,
    forwarding: true,
    reversePathFilter: 0,
    routing: lazy(() => routingOf(interfaces, loadBalancerRoutes(plan))),
    neighbours: lazy(() => []),
    fdb: lazy(() => []),
    netfilter: lazy(() => loadBalancerRules(addresses)),
    listeners: proxied.flatMap(proxyListeners),
    acceptsEverything: false,
  };
}

export const segmentLeg = (segment: Segment): string => `eth${segment.index + 1}`;

function loadBalancerRoutes({ state, segments, addresses }: LoadBalancerPlan): readonly Route[] {
  const source = loadBalancerNetwork.loadBalancer;
  const networks = segments.flatMap((segment) =>
    segment.subnets
      .filter(({ family }) => family === 'ipv4')
      .map(({ cidr }) => route({ destination: cidr, dev: segmentLeg(segment), protocol: 'static', source })),
  );
  const legOfNode = new Map(segments.flatMap((segment) => segment.nodes.map((node) => [node, segmentLeg(segment)] as const)));
  const virtual = addresses
    .filter(({ ip, ipMode }, position) => ipMode === 'VIP' && addresses.findIndex((other) => other.ip === ip) === position)
    .map(({ ip, service }): Route => {
      const nextHops = loadBalancerTargets(state, service).flatMap((node) => nextHopTo(node, legOfNode));
      const common = { destination: hostCidr(ip), protocol: 'static', origin: originOf(service.resource) } as const;
      return nextHops.length === 0 ? route({ ...common, type: 'blackhole' }) : { ...route(common), nextHops };
    });
  return [
    route({ destination: anywhere.ipv4, gateway: loadBalancerNetwork.gateway, dev: 'eth0', protocol: 'static' }),
    ...networks,
    ...virtual,
  ];
}

function nextHopTo(node: NodeState, legOfNode: ReadonlyMap<NodeState, string>): readonly NextHop[] {
  const gateway = addressOf(node, 'ipv4')?.address;
  const leg = legOfNode.get(node);
  return gateway === undefined || leg === undefined ? [] : [{ gateway, interface: leg, onlink: false, weight: 1 }];
}

/** Only a Service's own ports pass, and ICMP errors about what passed: answers do not come through here. */
function loadBalancerRules(addresses: readonly LoadBalancedAddress[]): Netfilter {
  const related: Rule = {
    matches: [{ kind: 'conntrackState', states: ['RELATED', 'ESTABLISHED'], negated: false }],
    target: { kind: 'accept' },
  };
  const accepts = addresses
    .filter(({ ipMode }) => ipMode === 'VIP')
    .flatMap((entry) =>
      portsOf(entry).map(
        ({ protocol, port, field }): Rule => ({
          matches: [
            { kind: 'destination', cidr: hostCidr(entry.ip), negated: false },
            { kind: 'protocol', protocol, negated: false },
            { kind: 'ports', module: protocol, destination: { first: port, last: port, negated: false } },
          ],
          target: { kind: 'accept' },
          origin: originOf(entry.service.resource, field),
        }),
      ),
    );
  const forward = { name: 'FORWARD', policy: 'DROP', rules: [related, ...accepts] } as const;
  return assembleNetfilter([{ family: 'ipv4', table: 'filter', chains: [forward], hooks: [] }], []);
}

const proxyListeners = (entry: LoadBalancedAddress): readonly Listener[] =>
  portsOf(entry).map(({ protocol, port, field }) => ({
    protocol,
    port,
    address: entry.ip,
    process: 'load balancer',
    origin: originOf(entry.service.resource, field),
  }));

function portsOf({ ip, service }: LoadBalancedAddress) {
  if (familyOf(ip) === 'ipv6') return [];
  return (service.resource.object.spec?.ports ?? []).map(({ port, protocol }, index) => ({
    protocol: transportProtocol(protocol),
    port,
    field: `/spec/ports/${index}`,
  }));
}
