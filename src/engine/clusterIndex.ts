/**
 * Finds objects of a ClusterState by name or address: what a request's words, DNS and nginx look up. Computed once per state.
 * The objects themselves are made elsewhere.
 */
import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice';
import type { Resource } from './api/resource.ts';
import type { ClusterState, EndpointSliceState, NodeState, PodState, ServiceState } from './clusterState.ts';
import { type IpAddress, parseIpAddress } from './net/address.ts';

export interface ClusterIndex {
  readonly state: ClusterState;
  /** By "NS/NAME". */
  readonly pods: ReadonlyMap<string, PodState>;
  /** Pods with a network namespace of their own, by address. */
  readonly podsByAddress: ReadonlyMap<IpAddress, PodState>;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly nodesByAddress: ReadonlyMap<IpAddress, NodeState>;
  readonly services: ReadonlyMap<string, ServiceState>;
  readonly servicesByAddress: ReadonlyMap<IpAddress, ServiceState>;
  /** The slices of a Service, by its "NS/NAME". */
  readonly slices: ReadonlyMap<string, readonly EndpointSliceState[]>;
  readonly namespaces: ReadonlySet<string>;
}

const indexes = new WeakMap<ClusterState, ClusterIndex>();

export function indexCluster(state: ClusterState): ClusterIndex {
  const known = indexes.get(state);
  if (known !== undefined) return known;
  const slices = new Map<string, EndpointSliceState[]>();
  for (const slice of state.endpointSlices) {
    const key = `${slice.namespace}/${slice.service}`;
    const list = slices.get(key);
    if (list === undefined) slices.set(key, [slice]);
    else list.push(slice);
  }
  const index: ClusterIndex = {
    state,
    pods: new Map(state.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])),
    podsByAddress: new Map(
      state.pods.filter((pod) => !pod.hostNetwork).flatMap((pod) => pod.addresses.map((address) => [address, pod] as const)),
    ),
    nodes: new Map(state.nodes.map((node) => [node.name, node])),
    nodesByAddress: new Map(
      state.nodes.flatMap((node) =>
        [...node.addresses.map((entry) => entry.address), ...node.externalAddresses].map((address) => [address, node] as const),
      ),
    ),
    services: new Map(state.services.map((service) => [`${service.namespace}/${service.name}`, service])),
    servicesByAddress: new Map(
      state.services.flatMap((service) =>
        [...service.clusterIPs, ...externalAddressesOf(service)].map((address) => [address, service] as const),
      ),
    ),
    slices,
    namespaces: new Set(state.resources.filter((resource) => resource.kind === 'Namespace').map((resource) => resource.reference.name)),
  };
  indexes.set(state, index);
  return index;
}

const externalAddressesOf = (service: ServiceState): readonly IpAddress[] => [
  ...service.loadBalancerIngress.map((entry) => entry.ip),
  ...(service.resource.object.spec?.externalIPs ?? []).flatMap((text) => parseIpAddress(text) ?? []),
];

/** One address of a Service's endpoints, with the port that a Service port leads to. */
export interface ServiceEndpoint {
  readonly address: IpAddress;
  readonly port: number;
  readonly ready: boolean;
  readonly hostname: string | null;
  readonly slice: Resource<'EndpointSlice'>;
}

/**
 * The endpoints behind one port of a Service, in the slices' order, an address and port once. `portName` is the Service port's name
 * ("" for the only, unnamed port); null asks for every address whatever its ports (headless Services may have none), port 0.
 */
export function endpointsOf(index: ClusterIndex, service: ServiceState, portName: string | null): readonly ServiceEndpoint[] {
  const found = new Map<string, ServiceEndpoint>();
  for (const slice of index.slices.get(`${service.namespace}/${service.name}`) ?? []) {
    const object: IEndpointSlice = slice.resource.object;
    if (object.addressType === 'FQDN') continue;
    const port = portName === null ? 0 : object.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of object.endpoints ?? []) {
      for (const address of (endpoint.addresses ?? []).slice(0, 1).flatMap((text) => parseIpAddress(text) ?? [])) {
        const key = `${address} ${port} ${endpoint.hostname ?? ''}`;
        if (!found.has(key)) {
          found.set(key, {
            address,
            port,
            ready: endpoint.conditions?.ready !== false,
            hostname: endpoint.hostname ?? null,
            slice: slice.resource,
          });
        }
      }
    }
  }
  return [...found.values()];
}

export interface ServicePortEntry {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly targetPort: number | string;
  readonly nodePort: number | null;
  /** Its place in spec.ports. */
  readonly position: number;
}

/** A Service's ports with the API server's defaults (targetPort = port, protocol TCP). */
export const servicePorts = (service: ServiceState): readonly ServicePortEntry[] =>
  (service.resource.object.spec?.ports ?? []).map((port, position) => ({
    name: port.name ?? '',
    port: port.port,
    protocol: port.protocol === 'UDP' || port.protocol === 'SCTP' ? port.protocol : 'TCP',
    targetPort: port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '' ? port.port : port.targetPort,
    nodePort: port.nodePort === undefined || port.nodePort === 0 ? null : port.nodePort,
    position,
  }));

/** The network namespace that a Pod's processes live in; null while it has no node. */
export function podNamespaceId(pod: PodState): string | null {
  if (pod.node === null) return null;
  return pod.hostNetwork ? pod.node : `${pod.namespace}/${pod.name}`;
}
