/** Whole clusters from YAML: what stands by default, dumps, what moves and what must not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createI18n } from '../i18n/translate.ts';
import { type Convergence, compactLedger } from './converge.ts';
import { emptyLedger, type Ledger } from './ledger.ts';
import { convergeText, readText } from './testing/clusterText.ts';

const deployment = (name: string, replicas = 1, more = ''): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: app, image: ${name}, ports: [{containerPort: 4000}]}]
${more}`;

const service = (name: string, more = 'type: ClusterIP'): string => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
  ${more}
  selector: {app: ${name}}
  ports: [{port: 5000, targetPort: 4000}]
`;

const ingress = (name: string, backend: string): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}}
spec:
  rules:
    - host: ${name}.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ${backend}, port: {number: 5000}}}}]}
`;

const codes = ({ diagnostics }: Convergence): readonly string[] => diagnostics.map(({ message }) => message.code);
const podsOf = ({ state }: Convergence, app: string) => state.pods.filter((pod) => pod.labels.app === app);
const serviceOf = ({ state }: Convergence, name: string) => state.services.find((candidate) => candidate.name === name);

/** Everything that a user would see move. */
const assignments = ({ state }: Convergence): ReadonlyMap<string, string> =>
  new Map([
    ...state.pods.map((pod) => [`Pod ${pod.namespace}/${pod.name}`, `${pod.node} ${pod.addresses.join()}`] as const),
    ...state.services.map(
      ({ namespace, name, clusterIPs, loadBalancerIngress, resource }) =>
        [
          `Service ${namespace}/${name}`,
          JSON.stringify([clusterIPs, loadBalancerIngress, resource.object.spec?.ports, resource.object.spec?.healthCheckNodePort]),
        ] as const,
    ),
    ...state.nodes.map((node) => [`Node ${node.name}`, node.addresses.map(({ address }) => address).join()] as const),
    ...state.endpointSlices.map((slice) => [`EndpointSlice ${slice.namespace}/${slice.name}`, slice.service] as const),
  ]);

describe('the default cluster', () => {
  const cluster = convergeText('');

  it('has kind nodes, system Namespaces, the API server and DNS', () => {
    const { state } = cluster;
    expect(state.nodes.map(({ name, addresses, ready }) => [name, addresses[0]?.address, addresses[0]?.prefixLength, ready])).toEqual([
      ['kind-worker', '172.18.0.2', 16, true],
      ['kind-worker2', '172.18.0.3', 16, true],
      ['kind-control-plane', '172.18.0.4', 16, true],
    ]);
    expect(state.nodes.map(({ podCidrs }) => podCidrs)).toEqual([['10.244.1.0/24'], ['10.244.2.0/24'], ['10.244.0.0/24']]);
    expect(state.services.map(({ namespace, name, clusterIPs }) => `${namespace}/${name} ${clusterIPs}`)).toEqual([
      'default/kubernetes 10.96.0.1',
      'kube-system/kube-dns 10.96.0.10',
    ]);
    expect(state.pods.map(({ node, addresses }) => `${node} ${addresses}`)).toEqual([
      'kind-worker 10.244.162.129',
      'kind-worker2 10.244.110.129',
    ]);
    expect(state.endpointSlices[0]?.resource.object).toMatchObject({
      endpoints: [{ addresses: ['172.18.0.4'] }],
      ports: [{ name: 'https', port: 6443 }],
    });
    expect(state.ipam.pools[0]).toMatchObject({ cidr: '10.244.0.0/16', vxlan: 'CrossSubnet', ipip: 'Never', natOutgoing: true });
    expect(state.settings).toMatchObject({
      dnsDomain: 'cluster.local',
      dnsServiceAddress: '10.96.0.10',
      nodePortRange: { first: 30000, last: 32767 },
    });
    expect(state.settings.kubeProxy).toMatchObject({
      mode: 'iptables',
      masqueradeBit: 14,
      detectLocal: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
    });
    expect(cluster.diagnostics).toEqual([]);
  });

  it('keeps the control plane for those that tolerate it', () => {
    const text = deployment('everywhere', 3, '      tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]\n');
    expect(new Set(podsOf(convergeText(deployment('web', 10)), 'web').map(({ node }) => node))).toEqual(
      new Set(['kind-worker', 'kind-worker2']),
    );
    expect(podsOf(convergeText(text), 'everywhere').map(({ node }) => node)).toContain('kind-control-plane');
  });
});

describe('cluster documents', () => {
  it('reads kubeadm and kube-proxy as their programs do', () => {
    const { state } = convergeText(`
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking: {podSubnet: 192.168.0.0/16, serviceSubnet: 10.0.0.0/24, dnsDomain: corp.local}
apiServer: {extraArgs: [{name: service-node-port-range, value: 20000-20099}]}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: ""
iptables: {masqueradeBit: 20, masqueradeAll: true}
${service('web', 'type: NodePort')}`);
    expect(state.settings).toMatchObject({
      podSubnets: ['192.168.0.0/16'],
      dnsDomain: 'corp.local',
      dnsServiceAddress: '10.0.0.10',
      nodePortRange: { first: 20000, last: 20099 },
    });
    expect(state.settings.kubeProxy).toMatchObject({ detectLocal: { kind: 'none' }, masqueradeBit: 20, masqueradeAll: true });
    expect(state.ipam.pools[0]?.cidr).toBe('192.168.0.0/16');
    expect(state.services.find(({ name }) => name === 'kubernetes')?.clusterIPs).toEqual(['10.0.0.1']);
    expect(state.services.find(({ name }) => name === 'web')?.resource.object.spec?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(20016);
  });

  it('says that another proxy mode is not modelled', () => {
    const cluster = convergeText('apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\n');
    expect(codes(cluster)).toEqual(['controlplane.settings.modeNotModelled']);
    expect(cluster.state.settings.kubeProxy.mode).toBe('iptables');
  });

  it('takes declared Nodes alone, completes an address, and adds no default pool beside a declared one', () => {
    const cluster = convergeText(`
apiVersion: v1
kind: Node
metadata: {name: one, labels: {node-role.kubernetes.io/control-plane: ""}}
status: {addresses: [{type: InternalIP, address: 172.18.0.2}]}
---
{apiVersion: v1, kind: Node, metadata: {name: two}}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: mine}
spec: {cidr: 10.250.0.0/16, vxlanMode: Always}
`);
    expect(cluster.state.nodes.map(({ name, addresses }) => `${name} ${addresses[0]?.address}`)).toEqual([
      'one 172.18.0.2',
      'two 172.18.0.3',
    ]);
    expect(cluster.state.ipam.pools.map(({ name }) => name)).toEqual(['mine']);
    expect(cluster.state.settings.podSubnets).toEqual(['10.250.0.0/16']);
    expect(codes(cluster)).toEqual(['controlplane.settings.podSubnetFromPool', 'controlplane.node.addressAdded']);
  });

  it('adds a Namespace in use, with a warning, once', () => {
    const text =
      '{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {ports: [{port: 1}]}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}, spec: {ports: [{port: 1}]}}\n';
    const cluster = convergeText(text);
    expect(codes(cluster)).toEqual(['controlplane.namespace.added']);
    expect(cluster.state.resources.some(({ kind, reference }) => kind === 'Namespace' && reference.name === 'shop')).toBe(true);
  });

  it('taints a node that is not ready, so that nothing new goes there', () => {
    const cluster = convergeText(`
apiVersion: v1
kind: Node
metadata: {name: sick}
status: {addresses: [{type: InternalIP, address: 10.0.0.1}], conditions: [{type: Ready, status: "False"}]}
${deployment('web')}`);
    expect(cluster.state.nodes[0]?.ready).toBe(false);
    expect(podsOf(cluster, 'web')[0]?.message).toContain('1 node(s) had untolerated taint(s)');
  });
});

describe('an Ingress', () => {
  it('brings ingress-nginx as its cloud manifest installs it', () => {
    const cluster = convergeText(ingress('shop', 'web') + service('web') + deployment('web', 2));
    const { state } = cluster;
    const controller = serviceOf(cluster, 'ingress-nginx-controller');
    expect(controller).toMatchObject({ type: 'LoadBalancer', loadBalancerIngress: [{ ip: '198.51.100.20', ipMode: 'VIP' }] });
    expect(controller?.resource).toMatchObject({ provenance: 'added', object: { spec: { externalTrafficPolicy: 'Local' } } });
    expect(controller?.resource.object.spec?.healthCheckNodePort).toBeDefined();
    expect(state.pods.filter(({ namespace }) => namespace === 'ingress-nginx')).toHaveLength(1);
    expect(state.ingressClasses.map(({ reference }) => reference.name)).toEqual(['nginx']);
    expect(state.ingresses[0]?.object).toMatchObject({
      spec: { ingressClassName: 'nginx' },
      status: { loadBalancer: { ingress: [{ ip: '198.51.100.20' }] } },
    });
    expect(codes(cluster)).toEqual(['controlplane.ingress.classAssumed']);
    expect(new Set(podsOf(cluster, 'web').map(({ node }) => node))).toEqual(new Set(['kind-worker', 'kind-worker2']));
  });

  it('brings none where the text runs one, by image or by labels', () => {
    const own = deployment('edge').replace('image: edge', 'image: registry.k8s.io/ingress-nginx/controller:v1.11.2@sha256:abc');
    const labelled = deployment('edge').replaceAll(
      'app: edge',
      'app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller',
    );
    for (const text of [own, labelled]) {
      const { state } = convergeText(ingress('shop', 'web') + text);
      expect(state.services.some(({ name }) => name === 'ingress-nginx-controller')).toBe(false);
      expect(state.ingresses[0]?.object.spec?.ingressClassName).toBeUndefined();
    }
  });

  it('takes the declared default class', () => {
    const className = `---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: front, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: k8s.io/ingress-nginx}
`;
    const cluster = convergeText(className + ingress('shop', 'web'));
    expect(cluster.state.ingresses[0]?.object.spec?.ingressClassName).toBe('front');
    expect(codes(cluster)).toEqual([]);
  });
});

describe('workloads', () => {
  it('names Pods by ReplicaSet and ordinal: scaling up keeps the names of those that are there', () => {
    const names = (replicas: number) => podsOf(convergeText(deployment('web', replicas)), 'web').map(({ name }) => name);
    const five = names(5);
    expect(names(2)).toEqual(five.slice(0, 2));
    expect(five.every((name) => /^web-[456789bcdf]+-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(name))).toBe(true);
  });

  it('orders a StatefulSet and gives its Pods their host names', () => {
    const text = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: app, image: db}]}
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}}
`;
    const cluster = convergeText(text);
    expect(podsOf(cluster, 'db').map(({ name }) => name)).toEqual(['db-0', 'db-1', 'db-2']);
    const slice = cluster.state.endpointSlices.find(({ service: name }) => name === 'db');
    expect(slice?.resource.object.endpoints?.map(({ hostname }) => hostname)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(slice?.resource.object.metadata?.labels).toHaveProperty(['service.kubernetes.io/headless']);
    const stuck = convergeText(text.replace('image: db}', 'image: db, resources: {requests: {cpu: "100"}}}'));
    expect(podsOf(stuck, 'db').map(({ name, phase }) => `${name} ${phase}`)).toEqual(['db-0 Pending']);
  });

  it('puts a DaemonSet on every node that it tolerates', () => {
    const text = (tolerations: string) => `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {${tolerations} containers: [{name: app, image: agent}]}
`;
    expect(podsOf(convergeText(text('')), 'agent').map(({ node }) => node)).toEqual(['kind-worker', 'kind-worker2']);
    expect(podsOf(convergeText(text('tolerations: [{operator: Exists}],')), 'agent')).toHaveLength(3);
  });

  it('says once how many Pods of a giant are modelled, fairly shared', () => {
    const cluster = convergeText(deployment('giant', 100_000) + deployment('web', 3));
    expect(podsOf(cluster, 'web')).toHaveLength(3);
    expect(cluster.state.pods).toHaveLength(5000);
    expect(
      cluster.diagnostics.filter(({ message }) => message.code === 'controlplane.pod.tooManyAsked').map(({ message }) => message.params),
    ).toEqual([{ asked: 100_005, modelled: 5000 }]);
    const pending = podsOf(cluster, 'giant').filter(({ phase }) => phase === 'Pending');
    expect(pending.length).toBeGreaterThan(4000);
    expect(pending[0]?.message).toContain('2 Too many pods');
  });

  it('says that hostPort is not modelled', () => {
    expect(codes(convergeText(deployment('web').replace('containerPort: 4000', 'containerPort: 4000, hostPort: 80')))).toContain(
      'controlplane.pod.hostPortNotModelled',
    );
  });

  it('gives hostNetwork Pods the address of their node', () => {
    const [pod] = podsOf(convergeText(deployment('web', 1, '      hostNetwork: true\n')), 'web');
    expect(pod).toMatchObject({ hostNetwork: true, addresses: ['172.18.0.2'], node: 'kind-worker' });
  });

  it('leads from a made Pod to the template that made it', () => {
    const [pod] = podsOf(convergeText(deployment('web')), 'web');
    expect(pod?.resource.rangeOf('/spec/containers/0/ports/0')?.line).toBe(11);
    expect(pod?.owners.map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Deployment']);
  });
});

const dumpedPod = (name: string, more: { hash?: string; ip?: string; node?: string; status?: string } = {}): string => `---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels: {app: web, pod-template-hash: ${more.hash ?? '6d4cf56db6'}}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-${more.hash ?? '6d4cf56db6'}, uid: u1, controller: true}]
spec: {nodeName: ${more.node ?? 'kind-worker'}, containers: [{name: app, image: web, ports: [{containerPort: 4000}]}]}
status: {phase: Running, podIP: ${more.ip ?? '10.244.162.140'}, hostIP: 172.18.0.2${more.status ?? ''}}
`;

const dumpedReplicaSet = `---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-6d4cf56db6
  labels: {app: web, pod-template-hash: 6d4cf56db6}
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u0, controller: true}]
spec:
  replicas: 2
  selector: {matchLabels: {app: web, pod-template-hash: 6d4cf56db6}}
  template:
    metadata: {labels: {app: web, pod-template-hash: 6d4cf56db6}}
    spec: {containers: [{name: app, image: web, ports: [{containerPort: 4000}]}]}
`;

describe('a dump', () => {
  const two = dumpedPod('web-6d4cf56db6-aaaaa') + dumpedPod('web-6d4cf56db6-bbbbb', { ip: '10.244.162.141' });

  it.each([
    ['with its ReplicaSet', deployment('web', 2) + dumpedReplicaSet + two],
    ['without its ReplicaSet', deployment('web', 2) + two],
    ['Pods before their Deployment', two + deployment('web', 2)],
  ])('%s creates no Pod twice', (_, text) => {
    const cluster = convergeText(text);
    expect(podsOf(cluster, 'web').map(({ name, addresses, owners }) => [name, addresses[0], owners[0]?.name])).toEqual([
      ['web-6d4cf56db6-aaaaa', '10.244.162.140', 'web-6d4cf56db6'],
      ['web-6d4cf56db6-bbbbb', '10.244.162.141', 'web-6d4cf56db6'],
    ]);
    expect(cluster.state.resources.filter(({ kind }) => kind === 'ReplicaSet').map(({ reference }) => reference.name)).toContain(
      'web-6d4cf56db6',
    );
  });

  it('is completed and cut as its controller would', () => {
    const more = convergeText(deployment('web', 3) + two);
    expect(podsOf(more, 'web').map(({ name }) => name.slice(0, 14))).toEqual(Array(3).fill('web-6d4cf56db6'));
    const fewer = convergeText(deployment('web', 1) + two);
    expect(podsOf(fewer, 'web').map(({ name }) => name)).toEqual(['web-6d4cf56db6-aaaaa']);
    expect(codes(fewer)).toEqual(['controlplane.pod.surplus']);
  });

  it('keeps states: not ready, terminating, at its end', () => {
    const text =
      dumpedPod('ready') +
      dumpedPod('unready', { ip: '10.244.162.141', status: ', conditions: [{type: Ready, status: "False"}]' }) +
      dumpedPod('leaving', { ip: '10.244.162.142' }).replace('  labels:', '  deletionTimestamp: "2026-01-01T00:00:00Z"\n  labels:') +
      dumpedPod('done', { ip: '10.244.162.143' }).replace('phase: Running', 'phase: Succeeded') +
      service('web');
    const cluster = convergeText(text);
    const slice = cluster.state.endpointSlices.find(({ service: name }) => name === 'web');
    expect(slice?.resource.object.endpoints?.map(({ addresses, conditions }) => [addresses[0], conditions])).toEqual([
      ['10.244.162.140', { ready: true, serving: true, terminating: false }],
      ['10.244.162.141', { ready: false, serving: false, terminating: false }],
      ['10.244.162.142', { ready: false, serving: true, terminating: true }],
    ]);
  });

  it('brings the nodes that its running Pods prove', () => {
    const cluster = convergeText(dumpedPod('a', { node: 'worker-a', ip: '10.244.1.5' }));
    expect(cluster.state.nodes.map(({ name, addresses }) => `${name} ${addresses[0]?.address}`)).toEqual(['worker-a 172.18.0.2']);
    expect(codes(cluster)).toContain('controlplane.node.addedForPod');
    const typo = convergeText(
      '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: wroker, containers: [{name: a, image: a}]}}',
    );
    expect(typo.state.pods.find(({ name }) => name === 'a')).toMatchObject({ node: null, phase: 'Pending' });
    expect(typo.state.nodes).toHaveLength(3);
  });

  it('honours hand-written EndpointSlices beside a Service without selector', () => {
    const { state } = convergeText(`
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{name: sql, port: 5432}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
addressType: IPv4
endpoints: [{addresses: [192.0.2.7]}]
ports: [{name: sql, port: 5432}]
`);
    expect(state.endpointSlices.filter((slice) => slice.service === 'db').map(({ name }) => name)).toEqual(['db-1']);
  });
});

describe('EndpointSlices', () => {
  const endpointsOf = (cluster: Convergence, name: string) =>
    cluster.state.endpointSlices.filter((slice) => slice.service === name).map(({ resource }) => resource.object);

  it('holds at most 100 endpoints each', () => {
    const slices = endpointsOf(convergeText(service('web') + deployment('web', 210)), 'web');
    expect(slices.map(({ endpoints }) => endpoints?.length)).toEqual([100, 100, 10]);
    expect(new Set(slices.map(({ metadata }) => metadata?.name)).size).toBe(3);
  });

  it('resolves a named port for every Pod by itself', () => {
    const pod = (name: string, port: string) =>
      `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: web}}, spec: {containers: [{name: a, image: a, ports: [${port}]}]}}\n`;
    const text =
      service('web').replace('targetPort: 4000', 'targetPort: http') +
      pod('old', '{name: http, containerPort: 80}') +
      pod('new', '{name: http, containerPort: 8080}') +
      pod('udp', '{name: http, containerPort: 80, protocol: UDP}');
    expect(
      endpointsOf(convergeText(text), 'web').map(({ ports, endpoints }) => [
        ports?.map(({ port }) => port),
        endpoints?.map(({ targetRef }) => targetRef?.name),
      ]),
    ).toEqual([
      [[80], ['old']],
      [[8080], ['new']],
      [[], ['udp']],
    ]);
  });

  it('writes hints for trafficDistribution, and none for what is not ready', () => {
    const node = (name: string, zone: string, last: number) =>
      `---\n{apiVersion: v1, kind: Node, metadata: {name: ${name}, labels: {topology.kubernetes.io/zone: ${zone}}}, status: {addresses: [{type: InternalIP, address: 172.18.0.${last}}]}}\n`;
    const nodes = node('a', 'west', 2) + node('b', 'east', 3);
    const text = (distribution: string) => nodes + service('web', `trafficDistribution: ${distribution}`) + deployment('web', 2);
    const hints = (distribution: string) =>
      endpointsOf(convergeText(text(distribution)), 'web').flatMap(({ endpoints }) => endpoints?.map((endpoint) => endpoint.hints));
    expect(hints('PreferSameZone')).toEqual(expect.arrayContaining([{ forZones: [{ name: 'west' }] }, { forZones: [{ name: 'east' }] }]));
    expect(hints('PreferSameNode')).toEqual(
      expect.arrayContaining([
        { forZones: [{ name: 'west' }], forNodes: [{ name: 'a' }] },
        { forZones: [{ name: 'east' }], forNodes: [{ name: 'b' }] },
      ]),
    );
  });

  it('takes Pods on a node that is not Ready out, unless the text states that they are ready', () => {
    const node =
      '---\n{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: InternalIP, address: 172.18.0.2}], conditions: [{type: Ready, status: Unknown}]}}\n';
    const pod = (name: string, status: string) =>
      `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: web}}, spec: {nodeName: a, containers: [{name: a, image: a}]}${status}}\n`;
    const text = node + service('web') + pod('silent', '') + pod('stated', ', status: {conditions: [{type: Ready, status: "True"}]}');
    const found = endpointsOf(convergeText(text), 'web').flatMap(({ endpoints }) => endpoints ?? []);
    expect(found.map(({ targetRef, conditions }) => [targetRef?.name, conditions?.ready])).toEqual([
      ['silent', false],
      ['stated', true],
    ]);
  });

  it('leaves one empty slice behind a selector that finds nothing', () => {
    expect(endpointsOf(convergeText(service('web')), 'web').map(({ endpoints, ports }) => [endpoints, ports])).toEqual([[[], []]]);
  });
});

/** Pieces of text that random clusters are made of. */
const piece = fc.oneof(
  fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 6 }))
    .map(([name, replicas]) => ({ key: `deployment ${name}`, text: deployment(name, replicas) })),
  fc
    .tuple(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.constantFrom('type: ClusterIP', 'type: NodePort', 'type: LoadBalancer', '{type: LoadBalancer, externalTrafficPolicy: Local}'),
    )
    .map(([name, type]) => ({
      key: `service ${name}`,
      text: service(name, type.startsWith('{') ? 'type: LoadBalancer\n  externalTrafficPolicy: Local' : type),
    })),
  fc.constantFrom('a', 'b').map((name) => ({ key: `ingress ${name}`, text: ingress(name, name) })),
  fc.constantFrom('pod-x', 'pod-y', 'pod-z').map((name) => ({
    key: `pod ${name}`,
    text: `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}\n`,
  })),
);
const pieces = fc.uniqueArray(piece, { selector: ({ key }) => key, maxLength: 8 }).map((list) => list.map(({ text }) => text));

describe('editing is not time', () => {
  it('gives the same cluster for the same text and ledger, and settles at once', () => {
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 4 }), (edits) => {
        let ledger: Ledger = emptyLedger;
        let last: Convergence | undefined;
        for (const texts of edits) {
          last = convergeText(texts.join(''), ledger);
          ledger = last.ledger;
        }
        const text = (edits.at(-1) ?? []).join('');
        const reopened = convergeText(text, ledger);
        expect(assignments(reopened)).toEqual(last === undefined ? undefined : assignments(last));
        expect(reopened.ledger).toEqual(ledger);
        const compact = compactLedger(readText(text), ledger);
        expect(assignments(convergeText(text, compact))).toEqual(assignments(reopened));
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('moves nothing when an unrelated document is appended', () => {
    fc.assert(
      fc.property(pieces, (texts) => {
        const before = assignments(convergeText(texts.join('')));
        const after = assignments(convergeText(texts.join('') + deployment('unrelated', 3) + service('unrelated', 'type: LoadBalancer')));
        for (const [key, value] of before) expect(`${key}: ${after.get(key)}`).toBe(`${key}: ${value}`);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('moves nothing with the ledger wherever a document is inserted', () => {
    fc.assert(
      fc.property(pieces, fc.nat(8), (texts, at) => {
        const first = convergeText(texts.join(''));
        const added = [deployment('unrelated', 3), service('unrelated', 'type: LoadBalancer'), ingress('unrelated', 'unrelated')];
        const edited = [...texts.slice(0, at), ...added, ...texts.slice(at)];
        const after = assignments(convergeText(edited.join(''), first.ledger));
        for (const [key, value] of assignments(first)) expect(`${key}: ${after.get(key)}`).toBe(`${key}: ${value}`);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('needs no ledger for text that was pasted at once', () => {
    const text = deployment('web', 4) + service('web', 'type: LoadBalancer') + ingress('shop', 'web');
    expect(compactLedger(readText(text), convergeText(text).ledger)).toEqual(emptyLedger);
  });

  it('places a bare Pod anew when its spec changes', () => {
    const pod = (selector: string) =>
      `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${selector} containers: [{name: a, image: a}]}}`;
    const first = convergeText(pod(''));
    expect(first.state.pods.at(-1)?.node).toBe('kind-worker');
    const moved = convergeText(pod('nodeSelector: {kubernetes.io/hostname: kind-worker2},'), first.ledger).state.pods.at(-1);
    expect(moved).toMatchObject({ node: 'kind-worker2', addresses: ['10.244.110.130'] });
  });
});

describe('words', () => {
  it('has an English text for every code of the control plane', () => {
    const i18n = createI18n('en');
    const texts = [
      'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nnodePortAddresses: [primary, x]\ndetectLocalMode: BridgeInterface\n',
      deployment('giant', 100_000, '      priority: 5\n') + ingress('shop', 'web'),
      deployment('web', 1).replace('containerPort: 4000', 'containerPort: 4000, hostPort: 80'),
      service('web', 'type: LoadBalancer\n  loadBalancerClass: example.com/x\n  clusterIP: 172.30.0.1'),
    ];
    const messages = texts.flatMap((text) => convergeText(text).diagnostics.map(({ message }) => message));
    expect(messages.length).toBeGreaterThan(8);
    for (const { code, params } of messages) {
      expect(i18n.exists(code), code).toBe(true);
      expect(i18n.t(code, { ...params })).not.toContain('{{');
    }
  });
});
