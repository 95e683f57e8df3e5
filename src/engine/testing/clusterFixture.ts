/** Small ClusterStates written in few words, for tests of the dataplane. Addresses come from the real IPAM. For tests only. */
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IPPool } from '../api/clusterDocuments.ts';
import type { ActingKind, KindTypes, Resource } from '../api/resource.ts';
import type { ClusterState, EndpointSliceState, NodeState, PodState, ServiceState } from '../clusterState.ts';
import { allocateAddresses } from '../ipam/allocate.ts';
import { cidr, type IpAddress, ipAddress } from '../net/address.ts';

export interface NodeFixture {
  readonly name: string;
  readonly address: string;
  readonly prefixLength?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly external?: readonly string[];
  readonly ready?: boolean;
}

export interface PodFixture {
  readonly name: string;
  readonly node: string;
  readonly namespace?: string;
  readonly pinned?: string;
  readonly hostNetwork?: boolean;
  readonly phase?: PodState['phase'];
  readonly containers?: NonNullable<IPod['spec']>['containers'];
}

export interface ServiceFixture {
  readonly name: string;
  readonly spec?: Partial<NonNullable<IService['spec']>>;
  readonly clusterIP?: string;
  readonly ingress?: readonly { readonly ip: string; readonly ipMode?: 'VIP' | 'Proxy' }[];
  /** Pods behind it, by name, all ready, at the target port of the first port. */
  readonly endpoints?: readonly string[];
}

export interface ClusterFixture {
  readonly nodes?: readonly NodeFixture[];
  readonly pool?: Partial<IPPool['spec']>;
  readonly pods?: readonly PodFixture[];
  readonly services?: readonly ServiceFixture[];
}

export const kindNodes: readonly NodeFixture[] = [
  { name: 'kind-worker', address: '172.18.0.2' },
  { name: 'kind-worker2', address: '172.18.0.3' },
  { name: 'kind-control-plane', address: '172.18.0.4', labels: { 'node-role.kubernetes.io/control-plane': '' } },
];

export function resource<Kind extends ActingKind>(
  kind: Kind,
  apiVersion: string,
  object: KindTypes[Kind],
  name: string,
  namespace?: string,
): Resource<Kind> {
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  return { kind, reference, object, provenance: 'declared', rangeOf: () => undefined };
}

export function clusterFixture(fixture: ClusterFixture = {}): ClusterState {
  const nodes = (fixture.nodes ?? kindNodes).map(nodeState);
  const spec: IPPool['spec'] = { cidr: '10.244.0.0/16', vxlanMode: 'CrossSubnet', natOutgoing: true, ...fixture.pool };
  const poolObject: IPPool = { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', metadata: { name: 'default-ipv4-ippool' }, spec };
  const pool = resource('IPPool', 'projectcalico.org/v3', poolObject, 'default-ipv4-ippool');
  const declared = (fixture.pods ?? []).map((pod) => ({ pod, namespace: pod.namespace ?? 'default' }));
  const podResources = new Map(
    declared.map(({ pod, namespace }) => {
      const object: IPod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: pod.name, namespace },
        spec: { containers: pod.containers ?? [{ name: 'app', image: 'app' }] },
      };
      return [pod, resource('Pod', 'v1', object, pod.name, namespace)] as const;
    }),
  );
  const allocation = allocateAddresses({
    pools: [pool],
    nodes,
    pods: declared
      .filter(({ pod }) => pod.hostNetwork !== true)
      .map(({ pod, namespace }) => ({
        key: `${namespace}/${pod.name}`,
        namespace,
        name: pod.name,
        node: pod.node,
        pinned: pod.pinned === undefined ? [] : [ipAddress(pod.pinned)],
        kept: [],
        annotations: {},
        resource: podResources.get(pod) ?? missing(),
      })),
  });
  const pods = declared.map(({ pod, namespace }): PodState => {
    const nodeAddress = nodes.find((node) => node.name === pod.node)?.addresses[0]?.address;
    const hostAddresses: readonly IpAddress[] = nodeAddress === undefined ? [] : [nodeAddress];
    return {
      resource: podResources.get(pod) ?? missing(),
      namespace,
      name: pod.name,
      labels: {},
      node: pod.node,
      addresses: pod.hostNetwork === true ? hostAddresses : (allocation.podAddresses.get(`${namespace}/${pod.name}`) ?? []),
      hostNetwork: pod.hostNetwork ?? false,
      phase: pod.phase ?? 'Running',
      ready: true,
      terminating: false,
      message: null,
      owners: [],
    };
  });
  const services = (fixture.services ?? []).map(serviceState);
  return {
    settings: {
      podSubnets: [cidr('10.244.0.0/16')],
      serviceSubnets: [cidr('10.96.0.0/16')],
      dnsDomain: 'cluster.local',
      nodePortRange: { first: 30000, last: 32767 },
      kubeProxy: {
        mode: 'iptables',
        detectLocal: { kind: 'clusterCidr', cidrs: [cidr('10.244.0.0/16')] },
        masqueradeAll: false,
        masqueradeBit: 14,
        localhostNodePorts: true,
        nodePortAddresses: [],
      },
      dnsServiceAddress: ipAddress('10.96.0.10'),
    },
    resources: [],
    nodes,
    pods,
    services,
    endpointSlices: (fixture.services ?? []).flatMap((service) => sliceState(service, pods)),
    ingresses: [],
    ingressClasses: [],
    ipam: allocation.ipam,
  };
}

const missing = (): never => {
  throw new Error('a Pod of the fixture has no resource');
};

function nodeState(node: NodeFixture): NodeState {
  const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: node.name, annotations: { ...node.annotations } } } as const;
  return {
    name: node.name,
    resource: resource('Node', 'v1', object, node.name),
    addresses: [{ family: 'ipv4', address: ipAddress(node.address), prefixLength: node.prefixLength ?? 16 }],
    externalAddresses: (node.external ?? []).map(ipAddress),
    labels: node.labels ?? {},
    ready: node.ready ?? true,
    podCidrs: [],
  };
}

function serviceState(service: ServiceFixture): ServiceState {
  const clusterIP = ipAddress(service.clusterIP ?? '10.96.0.20');
  const spec: NonNullable<IService['spec']> = { type: 'ClusterIP', clusterIP, ports: [{ port: 80, targetPort: 8080 }], ...service.spec };
  const object: IService = { apiVersion: 'v1', kind: 'Service', metadata: { name: service.name, namespace: 'default' }, spec };
  return {
    resource: resource('Service', 'v1', object, service.name, 'default'),
    namespace: 'default',
    name: service.name,
    type: spec.type ?? 'ClusterIP',
    clusterIPs: [clusterIP],
    headless: false,
    loadBalancerIngress: (service.ingress ?? []).map(({ ip, ipMode }) => ({ ip: ipAddress(ip), ipMode: ipMode ?? 'VIP' })),
  };
}

function sliceState(service: ServiceFixture, pods: readonly PodState[]): readonly EndpointSliceState[] {
  if (service.endpoints === undefined) return [];
  const [port] = service.spec?.ports ?? [{ port: 80, targetPort: 8080 }];
  const behind = pods.filter((pod) => service.endpoints?.includes(pod.name));
  const name = `${service.name}-abcde`;
  const object: KindTypes['EndpointSlice'] = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': service.name } },
    addressType: 'IPv4',
    ports: [{ port: Number(port?.targetPort ?? port?.port), protocol: port?.protocol ?? 'TCP' }],
    endpoints: behind.map((pod) => ({
      addresses: [...pod.addresses],
      conditions: { ready: true },
      ...(pod.node === null ? {} : { nodeName: pod.node }),
      targetRef: { kind: 'Pod', namespace: pod.namespace, name: pod.name },
    })),
  };
  return [
    {
      resource: resource('EndpointSlice', 'discovery.k8s.io/v1', object, name, 'default'),
      namespace: 'default',
      name,
      service: service.name,
    },
  ];
}
