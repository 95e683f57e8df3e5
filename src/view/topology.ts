/**
 * The cluster as the picture needs it: nodes with their ports and Pods, the outside, segments and cables. What a thing holds in rules and
 * routes is asked for when someone looks (inspectThing.ts).
 */
import {
  type Interface,
  linkEndKey,
  type NetworkNamespace,
  type NodeState,
  namespacedName,
  type PodState,
  type ServiceState,
  type Simulation,
} from '../engine/index.ts';
import { groupBy } from '../shared/groupBy.ts';
import type { ContainerModel, NodeModel, OutsideModel, PodModel, PortModel, SegmentModel, ServiceModel, TopologyModel } from './model.ts';
import { causeOfResource } from './names.ts';

export function buildTopology(simulation: Simulation, revision: number): TopologyModel {
  const { state, cluster } = simulation;
  const namespaces = [...cluster.namespaces.values()];
  const pods = state.pods.map((pod) => buildPod(pod, cluster.peers));
  const podsByNode = groupBy(pods, (_, index) => state.pods[index]?.node ?? null);
  return {
    revision,
    outside: namespaces.flatMap((namespace) => buildOutside(namespace, simulation)),
    segments: namespaces.filter((namespace) => namespace.kind === 'switch').map((segment) => buildSegment(segment, simulation)),
    nodes: state.nodes.map((node) => buildNode(node, simulation, podsByNode.get(node.name) ?? [])),
    pending: podsByNode.get(null) ?? [],
    overlay: overlayOf(simulation),
    links: cluster.links.map((link) => ({
      id: link.id,
      kind: link.kind,
      from: linkEndKey(link.ends[0]),
      to: linkEndKey(link.ends[1]),
    })),
    services: state.services.map((service) => buildService(service, simulation)),
  };
}

function buildPod(pod: PodState, peers: Simulation['cluster']['peers']): PodModel {
  const id = namespacedName(pod);
  const spec = pod.resource.object.spec;
  const owner = pod.owners.at(-1);
  const containers: readonly ContainerModel[] = (spec?.containers ?? []).map((container) => ({
    name: container.name,
    ports: (container.ports ?? []).map((port) =>
      (port.protocol ?? 'TCP') === 'TCP' ? String(port.containerPort) : `${port.containerPort}/${port.protocol}`,
    ),
  }));
  return {
    id,
    namespace: pod.namespace,
    name: pod.name,
    owner: owner === undefined ? pod.name : owner.name,
    addresses: pod.addresses,
    phase: pod.phase,
    ready: pod.ready,
    hostNetwork: pod.hostNetwork,
    hostInterface: pod.hostNetwork ? null : (peers.get(linkEndKey({ namespace: id, interface: 'eth0' }))?.peer.interface ?? null),
    containers,
    added: pod.resource.provenance === 'added' || pod.resource.range === undefined,
    cause: causeOfResource(pod.resource),
    trouble: pod.message,
  };
}

function buildNode(node: NodeState, { state, cluster }: Simulation, pods: readonly PodModel[]): NodeModel {
  const namespace = cluster.namespaces.get(node.name);
  const uplink = cluster.peers.get(linkEndKey({ namespace: node.name, interface: 'eth0' }));
  return {
    id: node.name,
    name: node.name,
    role: 'node-role.kubernetes.io/control-plane' in node.labels ? 'control-plane' : 'worker',
    ready: node.ready,
    addresses: node.addresses.map((address) => address.address),
    podBlocks: state.ipam.blocks.filter((block) => block.node === node.name).map((block) => block.cidr),
    ports: (namespace?.interfaces ?? [])
      .filter((device) => device.device.kind !== 'loopback' && device.device.kind !== 'veth')
      .map((device) => buildPort(node.name, device)),
    segment: uplink?.peer.namespace ?? '',
    pods,
    added: node.resource.provenance === 'added',
    cause: causeOfResource(node.resource),
  };
}

const buildPort = (namespace: string, device: Interface): PortModel => ({
  id: linkEndKey({ namespace, interface: device.name }),
  name: device.name,
  addresses: device.addresses.map((address) => address.address),
  device: device.device.kind,
});

/** A load balancer is known by the addresses that Services have on it, not by its own. */
function buildOutside(namespace: NetworkNamespace, { state }: Simulation): readonly OutsideModel[] {
  const { kind } = namespace;
  if (kind !== 'client' && kind !== 'internet' && kind !== 'loadBalancer' && kind !== 'router') return [];
  const ports = namespace.interfaces.filter((device) => device.device.kind !== 'loopback').map((device) => buildPort(namespace.id, device));
  const addresses =
    kind === 'loadBalancer'
      ? state.services.flatMap((service) => service.loadBalancerIngress.map((ingress) => ingress.ip))
      : ports.flatMap((port) => port.addresses);
  return [{ id: namespace.id, kind, addresses, ports, added: namespace.added }];
}

/** A segment is named by the network of the nodes on it. */
function buildSegment(segment: NetworkNamespace, { state, cluster }: Simulation): SegmentModel {
  const node = state.nodes.find(
    (candidate) => cluster.peers.get(linkEndKey({ namespace: candidate.name, interface: 'eth0' }))?.peer.namespace === segment.id,
  );
  const address = node?.addresses[0];
  const connected = address === undefined ? undefined : connectedPrefix(cluster.namespaces.get(node?.name ?? ''), address.address);
  return { id: segment.id, cidr: connected ?? '' };
}

function connectedPrefix(namespace: NetworkNamespace | undefined, address: string): string | undefined {
  const main = namespace?.routing().ipv4.tables.get('main') ?? [];
  return main.find((route) => route.protocol === 'kernel' && route.source === address)?.destination;
}

function overlayOf({ state }: Simulation): TopologyModel['overlay'] {
  const enabled = state.ipam.pools.filter((pool) => !pool.disabled);
  const vxlan = enabled.filter((pool) => pool.vxlan !== 'Never');
  const ipip = enabled.filter((pool) => pool.ipip !== 'Never');
  if (vxlan.length > 0)
    return { kind: 'vxlan', label: 'VXLAN, VNI 4096', crossSubnetOnly: vxlan.every((pool) => pool.vxlan === 'CrossSubnet') };
  if (ipip.length > 0) return { kind: 'ipip', label: 'IP in IP', crossSubnetOnly: ipip.every((pool) => pool.ipip === 'CrossSubnet') };
  return null;
}

function buildService(service: ServiceState, { state }: Simulation): ServiceModel {
  const slices = state.endpointSlices.filter((slice) => slice.namespace === service.namespace && slice.service === service.name);
  const pods = slices.flatMap((slice) =>
    (slice.resource.object.endpoints ?? []).flatMap((endpoint) =>
      endpoint.targetRef?.kind === 'Pod' ? [`${service.namespace}/${endpoint.targetRef.name ?? ''}`] : [],
    ),
  );
  return {
    id: namespacedName(service),
    name: service.name,
    namespace: service.namespace,
    type: service.type,
    addresses: [...service.clusterIPs, ...service.loadBalancerIngress.map((ingress) => ingress.ip)],
    ports: (service.resource.object.spec?.ports ?? []).map((port) => `${port.port}/${port.protocol ?? 'TCP'}`),
    pods: [...new Set(pods)],
    added: service.resource.provenance === 'added',
    cause: causeOfResource(service.resource),
  };
}
