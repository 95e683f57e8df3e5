/**
 * The router that joins node networks, client, load balancer and internet. It knows nodes and load balancer addresses, but no Pod and no
 * ClusterIP, as routers outside a cluster do unless BGP tells them. A node's ExternalIP is one-to-one NAT here, as in most clouds.
 */
import { lazy } from '../../../shared/lazy.ts';
import { originOf } from '../../api/resource.ts';
import type { NodeState } from '../../clusterState.ts';
import { addressBits, type Cidr, cidr, familyOf, hostCidr, type IpAddress, prefixOf } from '../../net/address.ts';
import { assembleNetfilter, type NetfilterContribution } from '../../netfilter/assemble.ts';
import type { Match, Rule } from '../../netfilter/ruleset.ts';
import type { Route } from '../../routing/routing.ts';
import type { Interface, InterfaceAddress, NetworkNamespace } from '../../topology/networkNamespace.ts';
import { addressOf } from '../cni/calico/tunnels.ts';
import { device, forwardingSysctls, loopback } from '../devices.ts';
import { dockerMac, hashedMac } from '../macAddresses.ts';
import { anywhere, networkOf, route, routingOf } from '../routes.ts';
import type { Segment } from '../segments.ts';
import type { LoadBalancedAddress } from './loadBalancing.ts';
import { clientNetwork, linkPrefixLength, loadBalancerNetwork } from './outsideNames.ts';

const linkLocalRange = cidr('169.254.0.0/16');

export interface GatewayPlan {
  readonly id: string;
  readonly segments: readonly Segment[];
  readonly nodes: readonly NodeState[];
  readonly loadBalanced: readonly LoadBalancedAddress[];
  /** Prefixes that are Pods' or Services'. */
  readonly clusterPrefixes: readonly Cidr[];
}

/** The gateway's legs by what they lead to; `segments` in the segments' order, `loadBalancer` only when there is one. */
export interface GatewayLegs {
  readonly segments: readonly Interface[];
  readonly client: Interface;
  readonly internet: Interface;
  readonly loadBalancer: Interface | null;
}

export function gatewayLegs({ id, segments, loadBalanced }: GatewayPlan): GatewayLegs {
  const leg = (position: number, addresses: readonly InterfaceAddress[]): Interface => {
    const name = `eth${position}`;
    const first = addresses.find(({ address }) => familyOf(address) === 'ipv4')?.address;
    const mac = first === undefined ? hashedMac(`${id} ${name}`) : dockerMac(first);
    return device({ name, index: position + 2, mac, addresses, sysctls: forwardingSysctls });
  };
  const count = segments.length;
  return {
    segments: segments.map((segment, position) =>
      leg(
        position,
        segment.subnets.flatMap(({ cidr, gateway }) =>
          gateway === null ? [] : [{ address: gateway, prefixLength: prefixOf(cidr).length, scope: 'global' as const }],
        ),
      ),
    ),
    client: leg(count, [{ address: clientNetwork.gateway, prefixLength: linkPrefixLength, scope: 'global' }]),
    internet: leg(count + 1, []),
    loadBalancer:
      loadBalanced.length === 0
        ? null
        : leg(count + 2, [{ address: loadBalancerNetwork.gateway, prefixLength: linkPrefixLength, scope: 'global' }]),
  };
}

export function gatewayNamespace(plan: GatewayPlan, legs: GatewayLegs): NetworkNamespace {
  const external = externalAddresses(plan.nodes);
  const internet: Interface = {
    ...legs.internet,
    addresses: external.map(({ address }) => ({ address, prefixLength: addressBits[familyOf(address)], scope: 'global' })),
  };
  const interfaces = [loopback, ...legs.segments, legs.client, internet, ...(legs.loadBalancer === null ? [] : [legs.loadBalancer])];
  return {
    id: plan.id,
    kind: 'router',
    added: true,
    interfaces,
    forwarding: true,
    reversePathFilter: 0,
    routing: lazy(() => routingOf(interfaces, gatewayRoutes(plan, legs))),
    neighbours: lazy(() => []),
    fdb: lazy(() => []),
    netfilter: lazy(() => assembleNetfilter(externalNat(external, legs), [])),
    listeners: [],
    acceptsEverything: false,
  };
}

function gatewayRoutes({ segments, nodes, loadBalanced, clusterPrefixes }: GatewayPlan, legs: GatewayLegs): readonly Route[] {
  const unrouted = nodes.flatMap((node) =>
    node.addresses.flatMap((entry) => {
      const position = segments.findIndex((segment) => segment.nodes.includes(node));
      const leg = legs.segments[position];
      const subnet = segments[position]?.subnets.find((candidate) => candidate.cidr === networkOf(entry));
      if (leg === undefined || subnet?.gateway !== null) return [];
      return [route({ destination: hostCidr(entry.address), dev: leg.name, origin: originOf(node.resource) })];
    }),
  );
  const balanced =
    legs.loadBalancer === null
      ? []
      : uniqueAddresses(loadBalanced).map(({ ip, service }) =>
          route({
            destination: hostCidr(ip),
            gateway: loadBalancerNetwork.loadBalancer,
            dev: legs.loadBalancer?.name ?? '',
            protocol: 'static',
            origin: originOf(service.resource, '/status/loadBalancer'),
          }),
        );
  const connected = new Set(segments.flatMap((segment) => segment.subnets.map((subnet) => subnet.cidr)));
  const unreachable = clusterPrefixes
    .filter((prefix) => !connected.has(prefix) && !balanced.some(({ destination }) => destination === prefix))
    .map((prefix) => route({ type: 'unreachable', destination: prefix, protocol: 'static' }));
  const outward = (['ipv4', 'ipv6'] as const).map((family) =>
    route({ destination: anywhere[family], dev: legs.internet.name, protocol: 'static' }),
  );
  // RFC 3927: link-local addresses mean something on one link only; nobody beyond the gateway answers for them.
  const linkLocal = route({ type: 'blackhole', destination: linkLocalRange, protocol: 'static' });
  return [...outward, ...unrouted, ...balanced, ...unreachable, linkLocal];
}

const uniqueAddresses = (entries: readonly LoadBalancedAddress[]): readonly LoadBalancedAddress[] => [
  ...new Map(entries.toReversed().map((entry) => [entry.ip, entry])).values(),
];

interface ExternalAddress {
  readonly address: IpAddress;
  readonly internal: IpAddress;
  readonly node: NodeState;
}

/** IPv4 ExternalIPs that are no InternalIP; the first node has one that two name. */
function externalAddresses(nodes: readonly NodeState[]): readonly ExternalAddress[] {
  const all = nodes.flatMap((node) => {
    const internal = addressOf(node, 'ipv4')?.address;
    if (internal === undefined) return [];
    return node.externalAddresses
      .filter((address) => familyOf(address) === 'ipv4' && address !== internal)
      .map((address) => ({ address, internal, node }));
  });
  return [...new Map(all.toReversed().map((entry) => [entry.address, entry])).values()].toReversed();
}

/**
 * One-to-one NAT: toward a node its ExternalIP becomes the InternalIP; a node's own connections leave with its ExternalIP, also those to
 * another node's ExternalIP. A node without one is masqueraded on that last way, so that the answer comes back through here.
 */
function externalNat(external: readonly ExternalAddress[], legs: GatewayLegs): readonly NetfilterContribution[] {
  if (external.length === 0) return [];
  const incoming = external.map(
    ({ address, internal, node }): Rule => ({
      matches: [{ kind: 'destination', cidr: hostCidr(address), negated: false }],
      target: { kind: 'dnat', address: internal },
      origin: originOf(node.resource, '/status/addresses'),
    }),
  );
  const firstOfNode = external.filter(({ node }, position) => external.findIndex((other) => other.node === node) === position);
  const outgoing = firstOfNode.flatMap(({ address, internal, node }) => {
    const conditions: readonly Match[] = [
      { kind: 'outInterface', name: legs.internet.name, negated: false },
      { kind: 'outInterface', name: legs.client.name, negated: false },
      { kind: 'conntrackState', states: ['DNAT'], negated: false },
    ];
    return conditions.map(
      (condition): Rule => ({
        matches: [{ kind: 'source', cidr: hostCidr(internal), negated: false }, condition],
        target: { kind: 'snat', address },
        origin: originOf(node.resource, '/status/addresses'),
      }),
    );
  });
  const hairpin = legs.segments.flatMap((leg) =>
    leg.addresses
      .filter(({ address }) => familyOf(address) === 'ipv4')
      .map(
        (entry): Rule => ({
          matches: [
            { kind: 'source', cidr: networkOf(entry), negated: false },
            { kind: 'outInterface', name: leg.name, negated: false },
            { kind: 'conntrackState', states: ['DNAT'], negated: false },
          ],
          target: { kind: 'masquerade', randomFully: false },
        }),
      ),
  );
  return [
    {
      family: 'ipv4',
      table: 'nat',
      chains: [],
      hooks: [
        { hook: 'PREROUTING', position: 'append', rules: incoming },
        { hook: 'POSTROUTING', position: 'append', rules: [...outgoing, ...hairpin] },
      ],
    },
  ];
}
