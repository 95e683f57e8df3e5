/**
 * Which endpoints a service port has, and which of them this node may use (pkg/proxy/endpointslicecache.go and pkg/proxy/topology.go).
 * kube-proxy trusts the hints in the slices; who wrote them and why is the EndpointSlice controller's affair.
 */
import { compareText } from '../../../shared/compare.ts';
import type { Origin } from '../../api/origin.ts';
import { originOf } from '../../api/resource.ts';
import type { EndpointSliceState } from '../../clusterState.ts';
import { addressWithPort, familyOf, type IpAddress, parseIpAddress } from '../../net/address.ts';
import type { TransportProtocol } from '../../net/packet.ts';
import type { KubeProxyInput } from './kubeProxyInput.ts';
import { type Exposure, type ServicePort, transportProtocol, usesClusterEndpoints, usesLocalEndpoints } from './servicePorts.ts';

export interface ProxyEndpoint {
  readonly address: IpAddress;
  readonly port: number;
  /** "10.0.0.1:80" or "[fd00::1]:80". */
  readonly text: string;
  readonly isLocal: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  readonly origin?: Origin;
}

const endpointsKey = (namespace: string, service: string, portName: string, protocol: TransportProtocol): string =>
  `${namespace}/${service}:${portName}/${protocol}`;

/** The endpoints of every service port, sorted by the text of address and port, as kube-proxy sorts them. */
export interface EndpointIndex {
  readonly of: (port: Pick<ServicePort, 'service' | 'portName' | 'protocol'>) => readonly ProxyEndpoint[];
  /** How many endpoints all service ports have together. */
  readonly total: number;
}

export function indexEndpoints(input: Pick<KubeProxyInput, 'family' | 'nodeName' | 'endpointSlices'>): EndpointIndex {
  const byPort = new Map<string, Map<string, ProxyEndpoint>>();
  const slices = [...input.endpointSlices].sort(
    (left, right) => compareText(left.namespace, right.namespace) || compareText(left.name, right.name),
  );
  for (const slice of slices) addSlice(byPort, slice, input);
  const sorted = new Map<string, readonly ProxyEndpoint[]>();
  let total = 0;
  for (const [key, endpoints] of byPort) {
    total += endpoints.size;
    sorted.set(
      key,
      [...endpoints.values()].sort((left, right) => compareText(left.text, right.text)),
    );
  }
  return {
    total,
    of: ({ service, portName, protocol }) => sorted.get(endpointsKey(service.namespace, service.name, portName, protocol)) ?? [],
  };
}

/**
 * Adds one slice's endpoints. An absent port name is the empty one and an absent protocol TCP, as the API server defaults them; an
 * absent port number means "all ports", which kube-proxy skips. Of an endpoint's addresses only the first counts.
 */
function addSlice(
  byPort: Map<string, Map<string, ProxyEndpoint>>,
  slice: EndpointSliceState,
  input: Pick<KubeProxyInput, 'family' | 'nodeName'>,
): void {
  const { addressType, endpoints = [], ports = [] } = slice.resource.object;
  if (addressType !== (input.family === 'ipv4' ? 'IPv4' : 'IPv6')) return;
  const slicePorts = ports.flatMap(({ name = '', port, protocol }) =>
    port ? [{ port, known: endpointsAt(byPort, endpointsKey(slice.namespace, slice.service, name, transportProtocol(protocol))) }] : [],
  );
  for (const [index, endpoint] of endpoints.entries()) {
    const address = parseIpAddress(endpoint.addresses[0] ?? '');
    if (address === undefined || familyOf(address) !== input.family) continue;
    const origin = originOf(slice.resource, `/endpoints/${index}`);
    const terminating = endpoint.conditions?.terminating ?? false;
    for (const { port, known } of slicePorts) {
      const text = addressWithPort(address, port);
      // One that goes does not hide one that stays: a Pod may be in two slices while the controller moves it.
      if (known.has(text) && terminating) continue;
      known.set(text, {
        address,
        port,
        text,
        isLocal: endpoint.nodeName === input.nodeName,
        ready: endpoint.conditions?.ready ?? true,
        serving: endpoint.conditions?.serving ?? true,
        terminating,
        zoneHints: endpoint.hints?.forZones?.map((hint) => hint.name) ?? [],
        nodeHints: endpoint.hints?.forNodes?.map((hint) => hint.name) ?? [],
        origin,
      });
    }
  }
}

function endpointsAt(byPort: Map<string, Map<string, ProxyEndpoint>>, key: string): Map<string, ProxyEndpoint> {
  const known = byPort.get(key) ?? new Map<string, ProxyEndpoint>();
  byPort.set(key, known);
  return known;
}

export interface CategorizedEndpoints {
  /** For Cluster policy; empty when the port has no use for them. */
  readonly cluster: readonly ProxyEndpoint[];
  /** For Local policy: on this node. Empty when the port has no use for them. */
  readonly local: readonly ProxyEndpoint[];
  /** All that any rule of this port leads to. */
  readonly reachable: readonly ProxyEndpoint[];
  /** Whether the port has a usable endpoint anywhere: without one it rejects, instead of dropping for want of a local one. */
  readonly hasAny: boolean;
}

export interface TopologyNode {
  readonly nodeName: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** The feature gate PreferSameTrafficDistribution (on since 1.34): whether hints for nodes count. */
  readonly honoursNodeHints?: boolean;
}

/**
 * Chooses the endpoints that this node's rules may use (pkg/proxy/topology.go, CategorizeEndpoints): ready ones, filtered by topology hints
 * for Cluster policy; where none is ready, those that still serve while they terminate. Hints never filter local endpoints.
 */
export function categorizeEndpoints(endpoints: readonly ProxyEndpoint[], port: Exposure, node: TopologyNode): CategorizedEndpoints {
  const usesCluster = usesClusterEndpoints(port);
  const usesLocal = usesLocalEndpoints(port);
  const suitsTopology = topologyFilter(endpoints, node);
  const cluster = usesCluster ? readyElseTerminating(endpoints, suitsTopology) : [];
  if (!usesLocal) return { cluster, local: [], reachable: cluster, hasAny: cluster.length > 0 };
  const local = readyElseTerminating(
    endpoints.filter((endpoint) => endpoint.isLocal),
    () => true,
  );
  const usable = new Set([...cluster, ...local]);
  return {
    cluster,
    local,
    reachable: endpoints.filter((endpoint) => usable.has(endpoint)),
    hasAny: endpoints.some((endpoint) => endpoint.ready || isServingTerminating(endpoint)),
  };
}

const isServingTerminating = (endpoint: ProxyEndpoint): boolean => endpoint.serving && endpoint.terminating;

function readyElseTerminating(
  endpoints: readonly ProxyEndpoint[],
  suitsTopology: (endpoint: ProxyEndpoint) => boolean,
): readonly ProxyEndpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready && suitsTopology(endpoint));
  return ready.length > 0 ? ready : endpoints.filter(isServingTerminating);
}

const zoneLabel = 'topology.kubernetes.io/zone';

/** One ready endpoint without a hint, or no hint for this node or zone, and topology plays no part. */
function topologyFilter(endpoints: readonly ProxyEndpoint[], node: TopologyNode): (endpoint: ProxyEndpoint) => boolean {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const allHintedAndOneFor = (hints: (endpoint: ProxyEndpoint) => readonly string[], wanted: string): boolean =>
    ready.every((endpoint) => hints(endpoint).length > 0) && ready.some((endpoint) => hints(endpoint).includes(wanted));
  if (node.honoursNodeHints !== false && allHintedAndOneFor((endpoint) => endpoint.nodeHints, node.nodeName)) {
    return (endpoint) => endpoint.nodeHints.includes(node.nodeName);
  }
  const zone = node.nodeLabels[zoneLabel];
  if (zone && allHintedAndOneFor((endpoint) => endpoint.zoneHints, zone)) return (endpoint) => endpoint.zoneHints.includes(zone);
  return () => true;
}
