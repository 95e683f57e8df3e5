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
}

interface GeneratedService {
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly port: number;
  readonly nodePort: number;
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
    ...workloads.map(deployment),
    ...services.map((service) => service.document),
    ...(ingress ? [ingressFor(services[0]?.service ?? { name: 'none', port: 80 })] : []),
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
    status: { addresses: [{ type: 'InternalIP', address: `172.${twoSubnets && index % 2 === 1 ? 19 : 18}.0.${10 + index}` }] },
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

const generateWorkload = (random: Random, index: number): Workload => ({
  name: `app${index}`,
  replicas: 1 + random.integer(3),
  port: 4000 + random.integer(3),
});

function deployment(workload: Workload): Document {
  const labels = { app: workload.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workload.name },
    spec: {
      replicas: workload.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'app:1', ports: [{ name: 'web', containerPort: workload.port }] }] },
      },
    },
  };
}

function generateService(
  random: Random,
  index: number,
  workloads: readonly Workload[],
): { readonly service: GeneratedService; readonly document: Document } {
  const workload = random.pick(workloads);
  const service: GeneratedService = {
    name: `service${index}`,
    type: random.pick(['ClusterIP', 'NodePort', 'LoadBalancer'] as const),
    port: random.pick([80, 5000]),
    nodePort: 30100 + index,
  };
  const external = service.type !== 'ClusterIP';
  const document = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service.name },
    spec: {
      type: service.type,
      selector: { app: random.next() < 0.1 ? 'nobody' : workload.name },
      ports: [
        {
          port: service.port,
          targetPort: random.pick(['web', workload.port]),
          ...(external ? { nodePort: service.nodePort } : {}),
        },
      ],
      ...(external ? { externalTrafficPolicy: random.pick(['Cluster', 'Local']) } : {}),
      ...(random.next() < 0.2 ? { internalTrafficPolicy: 'Local' } : {}),
      ...(random.next() < 0.2 ? { sessionAffinity: 'ClientIP' } : {}),
    },
  };
  return { service, document };
}

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
  const workload = random.pick(workloads);
  const service = random.pick(services);
  const node = random.pick(nodes);
  const from = random.pick(['external', `node/${random.pick(nodes)}`, `deployment/default/${workload.name}`]);
  const inside = [
    `service/default/${service.name}:${service.port}`,
    `deployment/default/${random.pick(workloads).name}:${workload.port}`,
    `node/${node}:${service.nodePort}`,
    '203.0.113.9:443',
  ];
  const outside = [
    `node/${node}:${service.nodePort}`,
    ...(service.type === 'LoadBalancer' ? [`service/default/${service.name}:${service.port}`] : []),
  ];
  if (ingress && random.next() < 0.4) return { from: 'external', to: 'http://web.example.com/' };
  return { from, to: random.pick(from === 'external' ? outside : inside) };
}
