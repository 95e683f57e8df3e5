/** Small random clusters and requests from a seed, as documents (JSON is YAML): for properties that must hold everywhere. For tests only. */
import { type Random, seededRandom } from '../../shared/random.ts';
import type { Probe } from '../exchange/probe.ts';
import type { SourceFile } from '../manifest/document.ts';

export interface GeneratedCluster {
  readonly seed: number;
  readonly files: readonly SourceFile[];
  readonly probes: readonly Probe[];
}

type Document = Readonly<Record<string, unknown>>;

interface Workload {
  readonly name: string;
  readonly replicas: number;
  readonly port: number;
  /** One Pod per node, in the node's own network namespace. */
  readonly onHost: boolean;
}

interface GeneratedService {
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly port: number;
  readonly nodePort: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly headless: boolean;
  readonly externalIP: string | null;
}

export function generateCluster(seed: number, probeCount = 2): GeneratedCluster {
  const random = seededRandom(seed);
  const nodes = generateNodes(random);
  const workloads = Array.from({ length: 1 + random.integer(3) }, (_, index) => generateWorkload(random, index));
  const services = Array.from({ length: 1 + random.integer(3) }, (_, index) => generateService(random, index, workloads));
  const ingress = random.next() < 0.4;
  const documents = [
    ...nodes.documents,
    ...generatePool(random),
    ...generateKubeProxy(random),
    ...workloads.map(workloadDocument),
    ...services.map((service) => service.document),
    ...(ingress ? [ingressFor(services[0]?.service ?? { name: 'none', port: 80 })] : []),
    ...services.flatMap((service) => service.slices),
  ];
  const text = documents.map((document) => JSON.stringify(document, null, 1)).join('\n---\n');
  const probes = Array.from({ length: probeCount }, () =>
    generateProbe(
      random,
      nodes.names,
      workloads,
      services.map((service) => service.service),
      ingress,
    ),
  );
  return { seed, files: [{ name: 'generated.yaml', text }], probes };
}

function generateNodes(random: Random): { readonly names: readonly string[]; readonly documents: readonly Document[] } {
  if (random.next() < 0.5) return { names: ['kind-worker', 'kind-worker2', 'kind-control-plane'], documents: [] };
  const twoSubnets = random.next() < 0.5;
  const names = Array.from({ length: 1 + random.integer(4) }, (_, index) => `node${index + 1}`);
  const documents = names.map((name, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      addresses: [
        { type: 'InternalIP', address: `172.${twoSubnets && index % 2 === 1 ? 19 : 18}.0.${10 + index}` },
        ...(random.next() < 0.2 ? [{ type: 'ExternalIP', address: `192.0.2.${10 + index}` }] : []),
      ],
    },
  }));
  return { names, documents };
}

function generatePool(random: Random): readonly Document[] {
  const modes = [
    {},
    { vxlanMode: 'Always' },
    { vxlanMode: 'CrossSubnet' },
    { ipipMode: 'Never', vxlanMode: 'Never' },
    { ipipMode: 'Always' },
    { ipipMode: 'CrossSubnet' },
  ];
  if (random.next() < 0.3) return [];
  return [
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPPool',
      metadata: { name: 'default-ipv4-ippool' },
      spec: { cidr: '10.244.0.0/16', natOutgoing: true, ...random.pick(modes) },
    },
  ];
}

function generateKubeProxy(random: Random): readonly Document[] {
  if (random.next() < 0.7) return [];
  const settings = [
    { iptables: { masqueradeAll: true } },
    { clusterCIDR: '' },
    { detectLocalMode: 'NodeCIDR' },
    { detectLocalMode: 'InterfaceNamePrefix', detectLocal: { interfaceNamePrefix: 'cali' } },
    { nodePortAddresses: ['172.18.0.0/16'] },
    { iptables: { localhostNodePorts: false } },
  ];
  return [{ apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration', ...random.pick(settings) }];
}

const generateWorkload = (random: Random, index: number): Workload => ({
  name: `app${index}`,
  replicas: 1 + random.integer(3),
  port: 4000 + random.integer(3) + 10 * index,
  onHost: random.next() < 0.15,
});

function workloadDocument(workload: Workload): Document {
  const labels = { app: workload.name };
  const ports = [
    { name: 'web', containerPort: workload.port },
    { name: 'udp', containerPort: workload.port, protocol: 'UDP' },
    { name: 'sctp', containerPort: workload.port, protocol: 'SCTP' },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: workload.onHost ? 'DaemonSet' : 'Deployment',
    metadata: { name: workload.name },
    spec: {
      ...(workload.onHost ? {} : { replicas: workload.replicas }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { ...(workload.onHost ? { hostNetwork: true } : {}), containers: [{ name: 'app', image: 'app:1', ports }] },
      },
    },
  };
}

interface ServiceDocuments {
  readonly service: GeneratedService;
  readonly document: Document;
  readonly slices: readonly Document[];
}

function generateService(random: Random, index: number, workloads: readonly Workload[]): ServiceDocuments {
  const workload = random.pick(workloads);
  const type = random.pick(['ClusterIP', 'NodePort', 'LoadBalancer'] as const);
  const service: GeneratedService = {
    name: `service${index}`,
    type,
    port: random.pick([80, 5000]),
    nodePort: 30100 + index,
    protocol: random.pick(['TCP', 'TCP', 'TCP', 'UDP', 'SCTP'] as const),
    headless: type === 'ClusterIP' && random.next() < 0.2,
    externalIP: random.next() < 0.2 ? `192.0.2.${100 + index}` : null,
  };
  const portName = { TCP: 'web', UDP: 'udp', SCTP: 'sctp' }[service.protocol];
  const byHand = random.next() < 0.15;
  const reachable = type !== 'ClusterIP' || service.externalIP !== null;
  const document = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service.name },
    spec: {
      type,
      ...(service.headless ? { clusterIP: 'None' } : {}),
      ...(byHand ? {} : { selector: { app: random.next() < 0.1 ? 'nobody' : workload.name } }),
      ports: [
        {
          port: service.port,
          protocol: service.protocol,
          targetPort: random.pick([portName, workload.port, 9]),
          ...(type === 'ClusterIP' ? {} : { nodePort: service.nodePort }),
        },
      ],
      ...(service.externalIP === null ? {} : { externalIPs: [service.externalIP] }),
      ...(reachable ? { externalTrafficPolicy: random.pick(['Cluster', 'Local']) } : {}),
      ...(type === 'LoadBalancer' && random.next() < 0.2
        ? { loadBalancerSourceRanges: [random.pick(['203.0.113.0/24', '10.0.0.0/8'])] }
        : {}),
      ...(random.next() < 0.2 ? { internalTrafficPolicy: 'Local' } : {}),
      ...(random.next() < 0.2 && !service.headless ? { sessionAffinity: 'ClientIP' } : {}),
    },
    ...(type === 'LoadBalancer' && random.next() < 0.2
      ? { status: { loadBalancer: { ingress: [{ ip: `198.51.100.${100 + index}`, ipMode: 'Proxy' }] } } }
      : {}),
  };
  return { service, document, slices: byHand ? [sliceFor(random, service, workload)] : [] };
}

/** Endpoints that no controller made: outside the cluster, going away, or not ready. */
const sliceFor = (random: Random, service: GeneratedService, workload: Workload): Document => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${service.name}-by-hand`, labels: { 'kubernetes.io/service-name': service.name } },
  addressType: 'IPv4',
  ports: [{ name: '', port: workload.port, protocol: service.protocol }],
  endpoints: ['192.0.2.200', '192.0.2.201'].map((address) => ({
    addresses: [address],
    conditions: random.pick([{}, { ready: false }, { ready: false, serving: true, terminating: true }]),
  })),
});

const ingressFor = (service: { readonly name: string; readonly port: number }): Document => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web' },
  spec: {
    rules: [
      {
        host: 'web.example.com',
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service.name, port: { number: service.port } } } }] },
      },
    ],
  },
});

function generateProbe(
  random: Random,
  nodes: readonly string[],
  workloads: readonly Workload[],
  services: readonly GeneratedService[],
  ingress: boolean,
): Probe {
  const service = random.pick(services);
  const node = random.pick(nodes);
  const pods = workloads.filter((workload) => !workload.onHost).map((workload) => `deployment/default/${workload.name}`);
  const from = random.pick(['external', `node/${random.pick(nodes)}`, ...pods]);
  if (ingress && random.next() < 0.3) return { from, to: 'http://web.example.com/' };
  const other = random.pick(workloads);
  const nodePorts = service.type === 'ClusterIP' ? [] : [`node/${node}:${service.nodePort}`];
  const everywhere = [
    ...nodePorts,
    ...(service.externalIP === null ? [] : [`${service.externalIP}:${service.port}`]),
    ...(other.onHost ? [`node/${node}:${other.port}`] : [`deployment/default/${other.name}:${other.port}`]),
    `service/default/${service.name}:${service.port}`,
  ];
  const inside = [
    `${service.name}:${service.port}`,
    '203.0.113.9:443',
    '8.8.8.8:53',
    ...(from.startsWith('node/') ? [`127.0.0.1:${service.nodePort}`] : []),
  ];
  const to = random.pick(from === 'external' ? everywhere : [...everywhere, ...inside]);
  const protocol = random.next() < 0.15 ? random.pick(['TCP', 'UDP', 'SCTP', 'ICMP'] as const) : service.protocol;
  const via = from === 'external' && random.next() < 0.3 ? { via: random.pick([node, 'destination']) } : {};
  return { from, to, protocol, ...via };
}
