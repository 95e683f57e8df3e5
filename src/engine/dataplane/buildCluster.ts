/**
 * Programs the whole network of a cluster: nodes, Pods, the switches between nodes, and what stands around them. Only names, interfaces,
 * links and listeners are made at once; routes, rules and forwarding entries of a namespace are rendered when a packet walks there.
 */
import { groupBy } from '../../shared/groupBy.ts';
import { invariant } from '../../shared/invariant.ts';
import type { ClusterState, NodeState, PodState } from '../clusterState.ts';
import { type Cidr, cidrCovers, hostCidr } from '../net/address.ts';
import {
  type Cluster,
  type Interface,
  indexLinks,
  type Link,
  type LinkEnd,
  linkEndKey,
  type NetworkNamespace,
} from '../topology/networkNamespace.ts';
import { vethName } from './cni/calico/names.ts';
import { podMtu } from './cni/calico/tunnels.ts';
import { ethernetMtu } from './devices.ts';
import { healthCheckListeners, nodeListeners, podListeners, servedPortsOf } from './listeners.ts';
import { nodeNamespace } from './nodeNamespace.ts';
import { nodeNetfilter } from './nodeNetfilter.ts';
import { type GatewayLegs, gatewayLegs, gatewayNamespace } from './outside/gateway.ts';
import { clientNamespace, internetNamespace } from './outside/hosts.ts';
import { loadBalancerNamespace, segmentLeg } from './outside/loadBalancer.ts';
import { loadBalancedAddresses } from './outside/loadBalancing.ts';
import { type Attachment, switchNamespace } from './outside/nodeSwitch.ts';
import { clientNetwork, loadBalancerNetwork, outsideId } from './outside/outsideNames.ts';
import { podId, podNamespace } from './podNamespace.ts';
import { gatewayOf, type Segment, segmentsOf } from './segments.ts';

export { loadBalancerTargets } from './outside/loadBalancing.ts';

/** Builds every network namespace and link. Pods that do not run have no namespace; their addresses belong to nobody. */
export function buildCluster(state: ClusterState): Cluster {
  const segments = segmentsOf(state.nodes);
  const prefixes = clusterPrefixes(state);
  const nodeNames = new Set(state.nodes.map((node) => node.name));
  const running = state.pods.filter((pod) => hasNamespace(pod) && nodeNames.has(pod.node ?? ''));
  const inside = buildNodes(state, segments, running);
  const outside = buildOutside(state, segments, prefixes, inside.namespaces);
  const namespaces = new Map<string, NetworkNamespace>();
  for (const namespace of [...outside.namespaces, ...inside.namespaces]) {
    invariant(!namespaces.has(namespace.id), `two network namespaces are called ${namespace.id}`);
    namespaces.set(namespace.id, namespace);
  }
  const links = [...outside.links, ...inside.links];
  return { namespaces, links, peers: indexLinks(links), clusterPrefixes: prefixes };
}

interface Part {
  readonly namespaces: readonly NetworkNamespace[];
  readonly links: readonly Link[];
}

const hasNamespace = (pod: PodState): boolean =>
  pod.node !== null && pod.phase === 'Running' && !pod.hostNetwork && pod.addresses.length > 0;

function buildNodes(state: ClusterState, segments: readonly Segment[], running: readonly PodState[]): Part {
  const servedPorts = servedPortsOf(state);
  const healthChecks = healthCheckListeners(state);
  const mtu = podMtu(state.ipam.pools, ethernetMtu);
  const podsOfNode = groupBy(running, (pod) => pod.node);
  const hostPods = groupBy(
    state.pods.filter((pod) => pod.hostNetwork && pod.phase === 'Running'),
    (pod) => pod.node,
  );
  const segmentOf = new Map(segments.flatMap((segment) => segment.nodes.map((node) => [node, segment] as const)));
  const nodes = state.nodes.map((node) => {
    const segment = segmentOf.get(node);
    const families = ['ipv4', 'ipv6'] as const;
    return nodeNamespace({
      state,
      node,
      pods: podsOfNode.get(node.name) ?? [],
      listeners: [
        ...nodeListeners(node, healthChecks),
        ...(hostPods.get(node.name) ?? []).flatMap((pod) => podListeners(pod, servedPorts)),
      ],
      gateways: segment === undefined ? [] : families.flatMap((family) => gatewayOf(segment, node, family) ?? []),
      podMtu: mtu,
      netfilter: (interfaces) => nodeNetfilter(state, node, podsOfNode.get(node.name) ?? [], interfaces),
    });
  });
  const pods = running.map((pod) => podNamespace(pod, mtu, podListeners(pod, servedPorts)));
  const veths = running.map((pod) =>
    link('veth', { namespace: podId(pod), interface: 'eth0' }, { namespace: pod.node ?? '', interface: vethName(pod.namespace, pod.name) }),
  );
  return { namespaces: [...nodes, ...pods], links: veths };
}

function buildOutside(
  state: ClusterState,
  segments: readonly Segment[],
  prefixes: readonly Cidr[],
  inside: readonly NetworkNamespace[],
): Part {
  const taken = new Set(state.nodes.map((node) => node.name));
  const loadBalanced = loadBalancedAddresses(state);
  const gatewayPlan = { id: outsideId('gateway', taken), segments, nodes: state.nodes, loadBalanced, clusterPrefixes: prefixes };
  const legs = gatewayLegs(gatewayPlan);
  const gateway = gatewayNamespace(gatewayPlan, legs);
  const client = clientNamespace(outsideId('client', taken));
  const behindGateway = [
    ...segments.flatMap((segment) => segment.subnets.map((subnet) => subnet.cidr)),
    clientNetwork.cidr,
    loadBalancerNetwork.cidr,
    ...loadBalanced.map(({ ip }) => hostCidr(ip)),
    ...state.nodes.flatMap((node) => node.externalAddresses.map(hostCidr)),
    ...prefixes,
  ];
  const internet = internetNamespace(outsideId('internet', taken), [...new Set(behindGateway)]);
  const loadBalancer =
    legs.loadBalancer === null
      ? null
      : loadBalancerNamespace({ id: outsideId('load-balancer', taken), state, segments, addresses: loadBalanced });
  const links = [
    link('wire', uplink(client), { namespace: gateway.id, interface: legs.client.name }),
    link('wire', uplink(internet), { namespace: gateway.id, interface: legs.internet.name }),
    ...(loadBalancer === null || legs.loadBalancer === null
      ? []
      : [link('wire', uplink(loadBalancer), { namespace: gateway.id, interface: legs.loadBalancer.name })]),
  ];
  const nodesById = new Map(inside.map((namespace) => [namespace.id, namespace]));
  const switches = segments.map((segment) => {
    const name = outsideId('node-network', taken);
    const id = segment.index === 0 ? name : `${name}-${segment.index + 1}`;
    return buildSwitch(id, attachmentsOf(segment, nodesById, gateway, legs, loadBalancer));
  });
  return {
    namespaces: [
      client,
      internet,
      ...(loadBalancer === null ? [] : [loadBalancer]),
      gateway,
      ...switches.flatMap((part) => part.namespaces),
    ],
    links: [...links, ...switches.flatMap((part) => part.links)],
  };
}

const uplink = (namespace: NetworkNamespace): LinkEnd => ({ namespace: namespace.id, interface: 'eth0' });

function attachmentsOf(
  segment: Segment,
  nodesById: ReadonlyMap<string, NetworkNamespace>,
  gateway: NetworkNamespace,
  legs: GatewayLegs,
  loadBalancer: NetworkNamespace | null,
): readonly Attachment[] {
  const attach = (namespace: NetworkNamespace | undefined, name: string | undefined): readonly Attachment[] => {
    const found: Interface | undefined = namespace?.interfaces.find((candidate) => candidate.name === name);
    return namespace === undefined || found === undefined
      ? []
      : [{ end: { namespace: namespace.id, interface: found.name }, mac: found.mac }];
  };
  return [
    ...attach(gateway, legs.segments[segment.index]?.name),
    ...(loadBalancer === null ? [] : attach(loadBalancer, segmentLeg(segment))),
    ...segment.nodes.flatMap((node: NodeState) => attach(nodesById.get(node.name), 'eth0')),
  ];
}

function buildSwitch(id: string, attachments: readonly Attachment[]): Part {
  return {
    namespaces: [switchNamespace(id, attachments)],
    links: attachments.map(({ end }) => link('wire', end, { namespace: id, interface: end.namespace })),
  };
}

const link = (kind: Link['kind'], near: LinkEnd, far: LinkEnd): Link => ({
  id: `${linkEndKey(near)} - ${linkEndKey(far)}`,
  kind,
  ends: [near, far],
});

/** Prefixes of Pods and Services: pools, subnets, and every address of either that lies in none of them. */
function clusterPrefixes(state: ClusterState): readonly Cidr[] {
  const ranges = [...state.ipam.pools.map((pool) => pool.cidr), ...state.settings.podSubnets, ...state.settings.serviceSubnets];
  const single = [
    ...state.ipam.borrowed.map(({ address }) => hostCidr(address)),
    ...state.services.flatMap((service) => service.clusterIPs.map(hostCidr)),
  ];
  return [...new Set([...ranges, ...single.filter((address) => !ranges.some((range) => cidrCovers(range, address)))])];
}
