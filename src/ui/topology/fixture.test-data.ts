/**
 * A cluster and a request made by hand for tests of the picture: two workers, a control plane, and a request from outside that reaches an
 * ingress controller and, over the tunnel, an application's Pod. It claims nothing about what the engine would do.
 */
import type {
  Cause,
  HopModel,
  LegModel,
  NodeModel,
  OutsideModel,
  PodModel,
  RequestModel,
  StepModel,
  TopologyModel,
} from '../../view/model.ts';

const cause = (label: string): Cause => ({ label, range: null, added: false });

export function makePod(namespace: string, name: string, parts: Partial<PodModel> = {}): PodModel {
  return {
    id: `${namespace}/${name}`,
    namespace,
    name,
    owner: name.split('-').slice(0, -2).join('-') || name,
    addresses: ['10.244.162.130'],
    phase: 'Running',
    ready: true,
    hostNetwork: false,
    hostInterface: `cali${hash(`${namespace}.${name}`)}`,
    containers: [{ name: 'app', ports: ['4000'] }],
    added: false,
    cause: cause(`Pod ${namespace}/${name}`),
    trouble: null,
    ...parts,
  };
}

function hash(text: string): string {
  let value = 7;
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) % 0xffffffffff;
  return value.toString(16).padStart(11, '0').slice(0, 11);
}

export function makeNode(
  name: string,
  address: string,
  block: string,
  pods: readonly PodModel[],
  parts: Partial<NodeModel> = {},
): NodeModel {
  return {
    id: name,
    name,
    role: 'worker',
    ready: true,
    addresses: [address],
    podBlocks: [`${block}/26`],
    ports: [
      { id: `${name} eth0`, name: 'eth0', addresses: [address], device: 'ethernet' },
      { id: `${name} vxlan.calico`, name: 'vxlan.calico', addresses: [block], device: 'vxlan' },
    ],
    segment: 'node-network',
    pods,
    added: false,
    cause: cause(`Node ${name}`),
    ...parts,
  };
}

const outsideThing = (id: string, kind: OutsideModel['kind'], address: string, ports: readonly string[]): OutsideModel => ({
  id,
  kind,
  addresses: address === '' ? [] : [address],
  ports: ports.map((name) => ({ id: `${id} ${name}`, name, addresses: [], device: 'ethernet' })),
  added: true,
});

export const outside: readonly OutsideModel[] = [
  outsideThing('client', 'client', '203.0.113.9', ['eth0']),
  outsideThing('internet', 'internet', '', ['client', 'lb', 'gateway']),
  outsideThing('load-balancer', 'loadBalancer', '198.51.100.20', ['eth0']),
  outsideThing('gateway', 'router', '172.18.0.1', ['wan', 'eth0']),
];

const outsideLinks: TopologyModel['links'] = [
  { id: 'client', kind: 'wire', from: 'client eth0', to: 'internet client' },
  { id: 'lb', kind: 'wire', from: 'internet lb', to: 'load-balancer eth0' },
  { id: 'wan', kind: 'wire', from: 'internet gateway', to: 'gateway wan' },
  { id: 'gateway', kind: 'wire', from: 'gateway eth0', to: 'node-network gateway' },
];

export function makeTopology(nodes: readonly NodeModel[], parts: Partial<TopologyModel> = {}): TopologyModel {
  return {
    revision: 1,
    outside,
    segments: [{ id: 'node-network', cidr: '172.18.0.0/16' }],
    nodes,
    pending: [],
    overlay: { kind: 'vxlan', label: 'VXLAN, VNI 4096', crossSubnetOnly: false },
    links: [
      ...outsideLinks,
      ...nodes.map((node) => ({ id: node.id, kind: 'wire' as const, from: `${node.id} eth0`, to: `${node.segment} ${node.id}` })),
      ...nodes.flatMap((node) =>
        node.pods.flatMap((pod) =>
          pod.hostInterface === null
            ? []
            : [{ id: pod.id, kind: 'veth' as const, from: `${node.id} ${pod.hostInterface}`, to: `${pod.id} eth0` }],
        ),
      ),
    ],
    services: [],
    ...parts,
  };
}

export const nginx = makePod('ingress-nginx', 'ingress-nginx-controller-6d5f8b9c4d-x2k8p', {
  owner: 'ingress-nginx-controller',
  addresses: ['10.244.162.129'],
  containers: [{ name: 'controller', ports: ['80', '443'] }],
  added: true,
});
export const near = makePod('default', 'microservice1-7d9c8b7f6d-t9k2m', { owner: 'microservice1', addresses: ['10.244.162.130'] });
export const far = makePod('default', 'microservice1-7d9c8b7f6d-hq7wz', { owner: 'microservice1', addresses: ['10.244.110.129'] });
const dns = (end: string, address: string): PodModel =>
  makePod('kube-system', `coredns-7db6d8ff4d-${end}`, {
    owner: 'coredns',
    addresses: [address],
    containers: [{ name: 'coredns', ports: ['53/UDP', '53'] }],
    added: true,
  });

export const ingressTopology: TopologyModel = makeTopology(
  [
    makeNode('kind-worker', '172.18.0.2', '10.244.162.128', [nginx, near]),
    makeNode('kind-worker2', '172.18.0.3', '10.244.110.128', [far]),
    makeNode('kind-control-plane', '172.18.0.4', '10.244.82.0', [dns('a1b2c', '10.244.82.1'), dns('d3e4f', '10.244.82.2')], {
      role: 'control-plane',
    }),
  ],
  {
    services: [
      {
        id: 'default/microservice1-service',
        name: 'microservice1-service',
        namespace: 'default',
        type: 'ClusterIP',
        addresses: ['10.96.31.7'],
        ports: ['5000/TCP'],
        pods: [near.id, far.id],
        added: false,
        cause: cause('Service default/microservice1-service'),
      },
      {
        id: 'ingress-nginx/ingress-nginx-controller',
        name: 'ingress-nginx-controller',
        namespace: 'ingress-nginx',
        type: 'LoadBalancer',
        addresses: ['10.96.140.2', '198.51.100.20'],
        ports: ['80/TCP', '443/TCP'],
        pods: [nginx.id],
        added: true,
        cause: cause('Service ingress-nginx/ingress-nginx-controller'),
      },
      {
        id: 'default/kubernetes',
        name: 'kubernetes',
        namespace: 'default',
        type: 'ClusterIP',
        addresses: ['10.96.0.1'],
        ports: ['443/TCP'],
        pods: [],
        added: true,
        cause: cause('Service default/kubernetes'),
      },
    ],
  },
);

// ---------------------------------------------------------------- the walk

const step = (kind: string, parts: Partial<StepModel> = {}): StepModel => ({
  kind,
  hook: null,
  interface: null,
  line: '',
  effect: 'none',
  decided: false,
  encapsulated: false,
  ...parts,
});

const receive = (device: string, encapsulated = false) => step('receive', { interface: device, line: `in ${device}`, encapsulated });
const transmit = (device: string, encapsulated = false) => step('transmit', { interface: device, line: `out ${device}`, encapsulated });
const chain = (hook: NonNullable<StepModel['hook']>, line: string, encapsulated = false) => step('chain', { hook, line, encapsulated });
const route = (device: string | null, line: string, encapsulated = false) =>
  step('route', { hook: 'ROUTING', interface: device, line, decided: true, encapsulated });
const translate = (hook: NonNullable<StepModel['hook']>, line: string) =>
  step('translate', { hook, line, effect: 'translated', decided: true });

type HopParts = Pick<HopModel, 'namespace' | 'namespaceKind' | 'interfaceIn' | 'interfaceOut' | 'steps'> & Partial<HopModel>;

const hop = (parts: HopParts): HopModel => ({
  id: '',
  number: 0,
  name: parts.namespace,
  source: { before: '203.0.113.9:51514', after: '203.0.113.9:51514' },
  destination: { before: '198.51.100.20:80', after: '198.51.100.20:80' },
  outer: null,
  badge: null,
  alsoBadge: null,
  decided: { kind: 'native', text: '' },
  cause: null,
  ...parts,
});

const through = (namespace: string, kind: HopModel['namespaceKind'], from: string, to: string, parts: Partial<HopModel> = {}): HopModel =>
  hop({
    namespace,
    namespaceKind: kind,
    interfaceIn: from,
    interfaceOut: to,
    steps: [receive(from, parts.outer != null), transmit(to, parts.outer != null)],
    ...parts,
  });

const calis = { nginx: nginx.hostInterface ?? '', near: near.hostInterface ?? '', far: far.hostInterface ?? '' };
const toNginx = { before: '10.244.162.129:80', after: '10.244.162.129:80' };

const clientToNginx: readonly HopModel[] = [
  hop({
    namespace: 'client',
    namespaceKind: 'client',
    interfaceIn: null,
    interfaceOut: 'eth0',
    steps: [step('originate', { line: 'curl', decided: true }), transmit('eth0')],
  }),
  through('internet', 'internet', 'client', 'lb'),
  hop({
    namespace: 'load-balancer',
    namespaceKind: 'loadBalancer',
    interfaceIn: 'eth0',
    interfaceOut: 'eth0',
    steps: [receive('eth0'), step('route', { decided: true, line: 'default dev eth0', interface: 'eth0' }), transmit('eth0')],
  }),
  through('internet', 'internet', 'lb', 'gateway'),
  through('gateway', 'router', 'wan', 'eth0'),
  through('node-network', 'switch', 'gateway', 'kind-worker'),
  hop({
    namespace: 'kind-worker',
    namespaceKind: 'node',
    interfaceIn: 'eth0',
    interfaceOut: calis.nginx,
    badge: 'DNAT',
    destination: { before: '198.51.100.20:80', after: '10.244.162.129:80' },
    steps: [
      receive('eth0'),
      step('conntrack', { hook: 'PREROUTING', line: 'ctstate NEW' }),
      chain('PREROUTING', 'nat KUBE-SEP-LVEAG2SNNAUY5O2H'),
      translate('PREROUTING', 'dst 10.244.162.129'),
      route(calis.nginx, `10.244.162.129 dev ${calis.nginx} scope link`),
      step('ttl', { hook: 'FORWARD', line: 'ttl 62 → 61' }),
      chain('FORWARD', 'filter cali-FORWARD'),
      chain('POSTROUTING', 'nat policy ACCEPT'),
      transmit(calis.nginx),
    ],
  }),
  hop({
    namespace: nginx.id,
    namespaceKind: 'pod',
    interfaceIn: 'eth0',
    interfaceOut: null,
    badge: 'delivered',
    destination: toNginx,
    steps: [receive('eth0'), step('deliver', { line: 'controller', effect: 'delivered', decided: true })],
  }),
];

const inner = {
  source: { before: '10.244.162.129:38412', after: '10.244.162.129:38412' },
  destination: { before: '10.244.110.129:4000', after: '10.244.110.129:4000' },
};
const outer = { source: '172.18.0.2:49881', destination: '172.18.0.3:4789' };

const senderHops: readonly HopModel[] = [
  hop({
    ...inner,
    namespace: nginx.id,
    namespaceKind: 'pod',
    interfaceIn: null,
    interfaceOut: 'eth0',
    steps: [step('originate', { line: 'controller', decided: true }), transmit('eth0')],
  }),
  hop({
    ...inner,
    namespace: 'kind-worker',
    namespaceKind: 'node',
    interfaceIn: calis.nginx,
    interfaceOut: 'eth0',
    badge: 'encap',
    outer,
    steps: [
      receive(calis.nginx),
      chain('PREROUTING', 'nat policy ACCEPT'),
      route('vxlan.calico', '10.244.110.128/26 via 10.244.110.128 dev vxlan.calico onlink'),
      chain('FORWARD', 'filter cali-FORWARD'),
      chain('POSTROUTING', 'nat policy ACCEPT'),
      step('encapsulate', {
        interface: 'vxlan.calico',
        line: 'to 172.18.0.3',
        effect: 'encapsulated',
        decided: true,
        encapsulated: true,
      }),
      route('eth0', '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2', true),
      chain('OUTPUT', 'filter cali-OUTPUT', true),
      chain('POSTROUTING', 'nat policy ACCEPT', true),
      transmit('eth0', true),
    ],
  }),
  through('node-network', 'switch', 'kind-worker', 'kind-worker2', { ...inner, outer }),
];

const receiverStart: readonly StepModel[] = [
  receive('eth0', true),
  chain('PREROUTING', 'raw cali-PREROUTING', true),
  route(null, 'local 172.18.0.3', true),
  chain('INPUT', 'filter cali-INPUT', true),
  step('decapsulate', { interface: 'vxlan.calico', line: 'out of vxlan.calico', effect: 'decapsulated', decided: true }),
  receive('vxlan.calico'),
  chain('PREROUTING', 'nat policy ACCEPT'),
  route(calis.far, `10.244.110.129 dev ${calis.far} scope link`),
];

const receiverHops: readonly HopModel[] = [
  hop({
    ...inner,
    namespace: 'kind-worker2',
    namespaceKind: 'node',
    interfaceIn: 'eth0',
    interfaceOut: calis.far,
    badge: 'decap',
    steps: [...receiverStart, chain('FORWARD', 'filter cali-FORWARD'), chain('POSTROUTING', 'nat policy ACCEPT'), transmit(calis.far)],
  }),
  hop({
    ...inner,
    namespace: far.id,
    namespaceKind: 'pod',
    interfaceIn: 'eth0',
    interfaceOut: null,
    badge: 'delivered',
    steps: [receive('eth0'), step('deliver', { line: 'app', effect: 'delivered', decided: true })],
  }),
];

const droppedHop: HopModel = hop({
  ...inner,
  namespace: 'kind-worker2',
  namespaceKind: 'node',
  interfaceIn: 'eth0',
  interfaceOut: null,
  badge: 'drop',
  steps: [
    ...receiverStart,
    step('chain', { hook: 'FORWARD', line: 'filter cali-pi-_VKveuRJEGJJvlRRj_yF', effect: 'dropped', decided: true }),
    step('drop', { hook: 'FORWARD', line: 'rule', effect: 'dropped', decided: true }),
  ],
});

const reversed = { source: inner.destination, destination: inner.source };
const replyOuter = { source: '172.18.0.3:50122', destination: '172.18.0.2:4789' };

const replyHops: readonly HopModel[] = [
  hop({
    ...reversed,
    namespace: far.id,
    namespaceKind: 'pod',
    interfaceIn: null,
    interfaceOut: 'eth0',
    steps: [step('originate', { line: 'app', decided: true }), transmit('eth0')],
  }),
  hop({
    ...reversed,
    namespace: 'kind-worker2',
    namespaceKind: 'node',
    interfaceIn: calis.far,
    interfaceOut: 'eth0',
    badge: 'encap',
    outer: replyOuter,
    steps: [
      receive(calis.far),
      chain('PREROUTING', 'nat policy ACCEPT'),
      route('vxlan.calico', '10.244.162.128/26 via 10.244.162.128 dev vxlan.calico onlink'),
      chain('FORWARD', 'filter cali-FORWARD'),
      chain('POSTROUTING', 'nat policy ACCEPT'),
      step('encapsulate', { interface: 'vxlan.calico', line: 'to 172.18.0.2', effect: 'encapsulated', decided: true, encapsulated: true }),
      route('eth0', '172.18.0.0/16 dev eth0', true),
      chain('OUTPUT', 'filter cali-OUTPUT', true),
      chain('POSTROUTING', 'nat policy ACCEPT', true),
      transmit('eth0', true),
    ],
  }),
  through('node-network', 'switch', 'kind-worker2', 'kind-worker', { ...reversed, outer: replyOuter }),
  hop({
    ...reversed,
    namespace: 'kind-worker',
    namespaceKind: 'node',
    interfaceIn: 'eth0',
    interfaceOut: calis.nginx,
    badge: 'decap',
    steps: [
      receive('eth0', true),
      chain('PREROUTING', 'raw cali-PREROUTING', true),
      route(null, 'local 172.18.0.2', true),
      chain('INPUT', 'filter cali-INPUT', true),
      step('decapsulate', { interface: 'vxlan.calico', line: 'out of vxlan.calico', effect: 'decapsulated', decided: true }),
      receive('vxlan.calico'),
      chain('PREROUTING', 'nat policy ACCEPT'),
      route(calis.nginx, `10.244.162.129 dev ${calis.nginx} scope link`),
      chain('FORWARD', 'filter cali-FORWARD'),
      chain('POSTROUTING', 'nat policy ACCEPT'),
      transmit(calis.nginx),
    ],
  }),
  hop({
    ...reversed,
    namespace: nginx.id,
    namespaceKind: 'pod',
    interfaceIn: 'eth0',
    interfaceOut: null,
    steps: [receive('eth0'), step('deliver', { line: 'controller', effect: 'delivered', decided: true })],
  }),
];

function makeLeg(connection: number, index: number, direction: LegModel['direction'], hops: readonly HopModel[], offset: number): LegModel {
  const id = `${connection}.${index}`;
  return {
    id,
    connection,
    direction,
    segment: direction === 'request' ? 'SYN' : 'SYN-ACK',
    shown: true,
    title: { code: 'view.leg.request', params: { from: 'client', to: 'ingress-nginx' } },
    hops: hops.map((each, at) => ({ ...each, id: `${id}.${at}`, number: offset + at + 1 })),
    disposition: 'delivered',
    upstream: null,
  };
}

export function makeRequest(legs: readonly LegModel[]): RequestModel {
  return {
    probe: { from: 'external', to: 'http://microservice1.com/' },
    resolved: '198.51.100.20:80',
    branches: [],
    complete: true,
    shown: {
      index: 0,
      probability: 1,
      disposition: 'delivered',
      clientSees: 'http',
      destination: 'microservice1',
      crossesNodes: true,
      legs,
      outcome: { code: 'view.outcome.connected', params: {} },
      succeeded: true,
      reason: null,
      http: null,
      notWalked: [],
    },
    problems: [],
  };
}

/** Client to ingress controller, controller to Pod, and the Pod's answer. */
export const ingressRequest: RequestModel = makeRequest([
  makeLeg(0, 0, 'request', clientToNginx, 0),
  makeLeg(1, 0, 'request', [...senderHops, ...receiverHops], 8),
  makeLeg(1, 1, 'reply', replyHops, 13),
]);

/** The same, but the application's node drops the packet in FORWARD. */
export const droppedRequest: RequestModel = makeRequest([
  makeLeg(0, 0, 'request', clientToNginx, 0),
  makeLeg(1, 0, 'request', [...senderHops, droppedHop], 8),
]);

const rejectingHop: HopModel = {
  ...droppedHop,
  badge: 'refused',
  steps: droppedHop.steps.map((each) => (each.kind === 'chain' && each.effect === 'dropped' ? { ...each, effect: 'rejected' } : each)),
};

/** The same, but refused with an ICMP error. */
export const rejectedRequest: RequestModel = makeRequest([
  makeLeg(0, 0, 'request', clientToNginx, 0),
  makeLeg(1, 0, 'request', [...senderHops, rejectingHop], 8),
]);

/** A node with `count` Pods of a few owners, for crowded pictures. */
export function crowd(count: number, block: string, seed = 0): readonly PodModel[] {
  const owners = ['microservice1', 'cartservice', 'recommendationservice', 'redis-cart', 'checkoutservice'];
  return Array.from({ length: count }, (_, index) => {
    const owner = owners[index % owners.length] ?? 'web';
    const end = (index * 7919 + 104729 + seed * 31).toString(36).slice(-5);
    return makePod('default', `${owner}-7d9c8b7f6d-${end}`, { owner, addresses: [`${block}${130 + index}`] });
  });
}
