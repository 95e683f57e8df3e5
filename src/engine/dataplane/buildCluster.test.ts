/** The whole network: its shape, and the route tables that real clusters and a lab of network namespaces show. */
import { describe, expect, it } from 'vitest';
import type { NodeState } from '../clusterState.ts';
import { renderRoutes } from '../routing/render.ts';
import { type ClusterFixture, clusterFixture, kindNodes, type PodFixture } from '../testing/clusterFixture.ts';
import { hasSharedData, sharedText } from '../testing/sharedData.ts';
import { linkEndKey } from '../topology/networkNamespace.ts';
import { renderFdb, renderInterfaces, renderNeighbours } from '../topology/render.ts';
import { buildCluster, loadBalancerTargets } from './buildCluster.ts';

const namespaceOf = (fixture: ClusterFixture, id: string) => {
  const namespace = buildCluster(clusterFixture(fixture)).namespaces.get(id);
  if (namespace === undefined) throw new Error(`no network namespace ${id}`);
  return namespace;
};
const routesOf = (fixture: ClusterFixture, id: string, table: 'main' | 'local' = 'main'): string =>
  renderRoutes(namespaceOf(fixture, id).routing(), 'ipv4', table);

const labNodes = [
  { name: 'kind-worker', address: '172.18.0.2' },
  { name: 'kind-worker2', address: '172.18.0.3' },
  { name: 'kind-worker3', address: '172.19.0.2' },
];
const labPods: readonly PodFixture[] = [
  { name: 'client', node: 'kind-worker' },
  { name: 'web', node: 'kind-worker' },
  { name: 'web2', node: 'kind-worker2' },
  { name: 'web3', node: 'kind-worker3' },
];

describe('routes of a node', () => {
  it('VXLAN only across subnets', () => {
    expect(routesOf({ nodes: labNodes, pods: labPods }, 'kind-worker')).toBe(
      [
        'default via 172.18.0.1 dev eth0 ',
        '10.244.110.128/26 via 172.18.0.3 dev eth0 proto 80 onlink ',
        'blackhole 10.244.162.128/26 proto 80 ',
        '10.244.162.129 dev calia7a3e029a7b scope link ',
        '10.244.162.130 dev cali68caf03a5f4 scope link ',
        '10.244.195.192/26 via 10.244.195.192 dev vxlan.calico onlink mtu 1450 ',
        '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2 ',
        '',
      ].join('\n'),
    );
  });

  it('IP in IP across subnets, by BIRD', () => {
    expect(routesOf({ nodes: labNodes, pool: { vxlanMode: 'Never', ipipMode: 'CrossSubnet' } }, 'kind-worker')).toBe(
      [
        'default via 172.18.0.1 dev eth0 ',
        '10.244.110.128/26 via 172.18.0.3 dev eth0 proto bird ',
        'blackhole 10.244.162.128/26 proto bird ',
        '10.244.195.192/26 via 172.19.0.2 dev tunl0 proto bird onlink ',
        '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2 ',
        '',
      ].join('\n'),
    );
  });

  it('the local table', () => {
    expect(routesOf({ pool: { vxlanMode: 'Always' } }, 'kind-worker', 'local')).toBe(
      [
        'local 10.244.162.128 dev vxlan.calico proto kernel scope host src 10.244.162.128 ',
        'local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 ',
        'local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 ',
        'broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 ',
        'local 172.18.0.2 dev eth0 proto kernel scope host src 172.18.0.2 ',
        'broadcast 172.18.255.255 dev eth0 proto kernel scope link src 172.18.0.2 ',
        '',
      ].join('\n'),
    );
  });

  it('a borrowed address is a /32 on every other node', () => {
    const pods = [
      { name: 'guest', node: 'kind-worker', pinned: '10.244.110.140' },
      { name: 'stray', node: 'kind-worker', pinned: '10.180.0.9' },
    ];
    expect(routesOf({ pods }, 'kind-control-plane')).toContain('\n10.244.110.140 via 172.18.0.2 dev eth0 proto 80 onlink \n');
    expect(routesOf({ pods }, 'kind-worker2')).toContain('\n10.180.0.9 via 172.18.0.2 dev eth0 proto 80 onlink \n');
    expect(routesOf({ pods, pool: { vxlanMode: 'Always' } }, 'kind-worker2')).toContain(
      '\n10.244.110.140 via 10.244.162.128 dev vxlan.calico onlink mtu 1450 \n',
    );
    expect(routesOf({ pods }, 'kind-worker')).toMatch(/\n10\.244\.110\.140 dev cali[0-9a-f]{11} scope link \n/);
  });
});

it('a Pod has one address and a gateway that does not exist', () => {
  expect(routesOf({ pods: labPods, nodes: labNodes }, 'default/web')).toBe(
    'default via 169.254.1.1 dev eth0 \n169.254.1.1 dev eth0 scope link \n',
  );
});

it('neighbours and forwarding entries of the VXLAN device', () => {
  const node = namespaceOf({ nodes: labNodes, pool: { vxlanMode: 'Always' } }, 'kind-worker');
  expect(renderNeighbours(node)).toBe(
    '10.244.110.128 dev vxlan.calico lladdr 66:03:c5:fc:0f:e5 PERMANENT \n10.244.195.192 dev vxlan.calico lladdr 66:f2:49:ad:0b:2d PERMANENT \n',
  );
  expect(renderFdb(node)).toBe(
    '66:03:c5:fc:0f:e5 dev vxlan.calico dst 172.18.0.3 self permanent\n66:f2:49:ad:0b:2d dev vxlan.calico dst 172.19.0.2 self permanent\n',
  );
});

it('interfaces of a node in ip’s words', () => {
  expect(
    renderInterfaces(namespaceOf({ pods: [{ name: 'web', node: 'kind-worker' }], pool: { vxlanMode: 'Always' } }, 'kind-worker')),
  ).toBe(
    `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    link/ether 02:42:ac:12:00:02 brd ff:ff:ff:ff:ff:ff
    inet 172.18.0.2/16 brd 172.18.255.255 scope global eth0
3: vxlan.calico: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UNKNOWN
    link/ether 66:46:b3:ce:05:5d brd ff:ff:ff:ff:ff:ff
    vxlan id 4096 local 172.18.0.2 dev eth0 srcport 0 0 dstport 4789 nolearning ttl auto ageing 300 udpcsum
    inet 10.244.162.128/32 scope global vxlan.calico
4: cali68caf03a5f4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UP
    link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff
    veth
`,
  );
});

interface ObservedCase {
  readonly id: string;
  readonly setup: {
    readonly hosts?: Readonly<Record<string, string>>;
    readonly nodes?: Readonly<Record<string, string>>;
    readonly hostPrefix?: number;
    readonly gateway?: string;
    readonly mode: string;
    readonly node?: string;
    readonly blocks?: Readonly<Record<string, string>>;
    readonly localPods?: Readonly<Record<string, string>>;
  };
  readonly ipRoute: readonly string[];
}

const observedModes: Readonly<Record<string, ClusterFixture['pool']>> = {
  'ipip Always': { ipipMode: 'Always', vxlanMode: 'Never' },
  'none (BGP)': { ipipMode: 'Never', vxlanMode: 'Never' },
};

describe.skipIf(!hasSharedData)('route tables of real clusters (needs ../shared)', () => {
  const { cases }: { readonly cases: readonly ObservedCase[] } = hasSharedData
    ? JSON.parse(sharedText('vectors/calico/routes-observed.json'))
    : { cases: [] };
  const expressible = cases.filter(({ setup }) => setup.mode in observedModes && setup.hosts !== undefined && !('calico' in setup.hosts));

  it('are four', () => expect(expressible.map(({ id }) => id)).toHaveLength(4));

  it.each(expressible)('$id', ({ setup, ipRoute }) => {
    const hosts = Object.entries(setup.hosts ?? {});
    const nodes = hosts.map(([name, address]) => ({ name, address, prefixLength: setup.hostPrefix ?? 24 }));
    const node = setup.node ?? '';
    const pods = [
      ...hosts.filter(([name]) => name !== node).map(([name]) => ({ name: `on-${name}`, node: name })),
      ...Object.keys(setup.localPods ?? {}).map((pinned, index) => ({ name: `pod-${index}`, node, pinned })),
    ];
    const normalize = (line: string): string => line.replace(/cali[0-9a-f]{11}.*? scope/, 'caliX scope').trim();
    const printed = routesOf({ nodes, pods, pool: { ...observedModes[setup.mode] } }, node)
      .split('\n')
      .map(normalize)
      .filter((line) => line !== '' && (setup.gateway !== undefined || !line.startsWith('default')));
    expect(printed).toEqual(ipRoute.map(normalize));
  });
});

describe.skipIf(!hasSharedData)('route tables of the lab (needs ../shared)', () => {
  const modes = [
    ['calico-v331-vxlan.txt', { vxlanMode: 'Always' }],
    ['calico-vxlan-cross.txt', { vxlanMode: 'CrossSubnet' }],
    ['calico-noencap.txt', { vxlanMode: 'Never' }],
  ] as const;
  it.each(modes)('%s', (file, pool) => {
    const text = sharedText(`vectors/calico/lab/${file}`);
    const lab = [
      ['n1', 'kind-worker'],
      ['n2', 'kind-worker2'],
      ['n3', 'kind-worker3'],
      ['p1a', 'default/client'],
    ] as const;
    const pinned = { client: '10.244.162.129', web: '10.244.162.130', web2: '10.244.110.129', web3: '10.244.195.193' } as const;
    const pods = labPods.map((pod) => ({ ...pod, pinned: pinned[pod.name as keyof typeof pinned] }));
    for (const [name, id] of lab) {
      const shown = text.split(`[${name}]$ ip route\n`)[1]?.split('\n\n')[0];
      const mended =
        file === 'calico-vxlan-cross.txt'
          ? shown?.replaceAll('onlink \n', 'onlink mtu 1450 \n').replaceAll('dev eth0 proto 80 onlink mtu 1450', 'dev eth0 proto 80 onlink')
          : shown;
      expect(routesOf({ nodes: labNodes, pods, pool }, id)).toBe(`${mended}\n`);
    }
  });
});

describe('the shape of the network', () => {
  const fixtures: readonly (readonly [string, ClusterFixture])[] = [
    ['the default cluster', { pods: labPods.filter((pod) => pod.node !== 'kind-worker3') }],
    [
      'two subnets and a load balancer',
      { nodes: labNodes, pods: labPods, services: [{ name: 'lb', spec: { type: 'LoadBalancer' }, ingress: [{ ip: '198.51.100.10' }] }] },
    ],
    [
      'nodes named like things outside',
      {
        nodes: [
          { name: 'client', address: '10.0.0.1', prefixLength: 24 },
          { name: 'gateway', address: '10.0.0.2', prefixLength: 24 },
        ],
      },
    ],
  ];
  it.each(fixtures)('%s: every interface but loopback and tunnels has a peer, and every link two ends', (_name, fixture) => {
    const cluster = buildCluster(clusterFixture(fixture));
    const ends = cluster.links.flatMap((link) => link.ends);
    const physical = [...cluster.namespaces.values()].flatMap((namespace) =>
      namespace.interfaces
        .filter(({ device }) => device.kind === 'ethernet' || device.kind === 'veth')
        .map((device) => linkEndKey({ namespace: namespace.id, interface: device.name })),
    );
    expect(ends.map(linkEndKey).toSorted()).toEqual(physical.toSorted());
    expect(new Set(cluster.links.map((link) => link.id)).size).toBe(cluster.links.length);
    for (const namespace of cluster.namespaces.values()) {
      const names = namespace.interfaces.map((device) => device.name);
      expect(new Set(names).size).toBe(names.length);
      const indexes = namespace.interfaces.map((device) => device.index);
      expect(new Set(indexes).size).toBe(indexes.length);
      const { tables } = namespace.routing().ipv4;
      for (const route of [...tables.values()].flat()) for (const hop of route.nextHops) expect(names).toContain(hop.interface);
    }
  });

  it('gives the gateway another address when a node has the first', () => {
    const nodes = [{ name: 'first', address: '10.0.0.1', prefixLength: 24 }];
    expect(routesOf({ nodes }, 'first')).toContain('default via 10.0.0.254 dev eth0');
  });

  it('leaves out Pods that do not run', () => {
    const pods: readonly PodFixture[] = [
      { name: 'waiting', node: 'kind-worker', phase: 'Pending' },
      { name: 'done', node: 'kind-worker', phase: 'Succeeded' },
    ];
    expect([...buildCluster(clusterFixture({ pods })).namespaces.keys()].filter((id) => id.includes('/'))).toEqual([]);
  });
});

describe('the load balancer', () => {
  const local: ClusterFixture = {
    nodes: kindNodes.map((node) =>
      node.name === 'kind-control-plane' ? { ...node, labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } } : node,
    ),
    pods: [{ name: 'web', node: 'kind-worker2' }],
    services: [
      {
        name: 'web',
        spec: {
          type: 'LoadBalancer',
          externalTrafficPolicy: 'Local',
          healthCheckNodePort: 31000,
          ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
        },
        ingress: [{ ip: '198.51.100.10' }],
        endpoints: ['web'],
      },
    ],
  };
  const [service] = local.services ?? [];
  const cluster: ClusterFixture =
    service === undefined ? local : { ...local, services: [{ ...service, spec: { ...service.spec, externalTrafficPolicy: 'Cluster' } }] };
  const targets = (fixture: ClusterFixture): readonly string[] => {
    const state = clusterFixture(fixture);
    return state.services.flatMap((each) => loadBalancerTargets(state, each).map((node: NodeState) => node.name));
  };

  it('sends to Ready nodes that are not left out', () => {
    expect(targets(cluster)).toEqual(['kind-worker', 'kind-worker2']);
    expect(targets({ ...cluster, nodes: (cluster.nodes ?? []).map((node) => ({ ...node, ready: node.name !== 'kind-worker' })) })).toEqual([
      'kind-worker2',
    ]);
  });
  it('with externalTrafficPolicy Local, to nodes with a ready endpoint', () => expect(targets(local)).toEqual(['kind-worker2']));

  it('routes a VIP over its targets, and drops what has none', () => {
    expect(routesOf(cluster, 'load-balancer')).toContain(
      '198.51.100.10 proto static \n\tnexthop via 172.18.0.2 dev eth1 weight 1 \n\tnexthop via 172.18.0.3 dev eth1 weight 1 \n',
    );
    expect(routesOf({ ...local, pods: [] }, 'load-balancer')).toContain('blackhole 198.51.100.10 proto static \n');
  });

  it('is not there when no Service has an address of it', () => {
    expect(buildCluster(clusterFixture()).namespaces.has('load-balancer')).toBe(false);
    const onNode: ClusterFixture = { services: [{ name: 'web', spec: { type: 'LoadBalancer' }, ingress: [{ ip: '172.18.0.2' }] }] };
    expect(buildCluster(clusterFixture(onNode)).namespaces.has('load-balancer')).toBe(false);
  });
});

describe('listeners', () => {
  it('are the declared ports, or what Services send to a container that declares none', () => {
    const fixture: ClusterFixture = {
      pods: [
        {
          name: 'declared',
          node: 'kind-worker',
          containers: [{ name: 'app', image: 'a', ports: [{ containerPort: 9000 }, { containerPort: 53, protocol: 'UDP' }] }],
        },
        { name: 'silent', node: 'kind-worker' },
      ],
      services: [{ name: 'web', endpoints: ['declared', 'silent'] }],
    };
    const listeners = (id: string) =>
      namespaceOf(fixture, id).listeners.map(({ protocol, port, process }) => `${protocol} ${port} ${process}`);
    expect(listeners('default/declared')).toEqual(['tcp 9000 app', 'udp 53 app']);
    expect(listeners('default/silent')).toEqual(['tcp 8080 app (assumed: it declares no port, Service default/web sends to this one)']);
  });

  it('of hostNetwork Pods are the node’s', () => {
    const pods: readonly PodFixture[] = [
      { name: 'host', node: 'kind-worker', hostNetwork: true, containers: [{ name: 'app', image: 'a', ports: [{ containerPort: 9100 }] }] },
    ];
    expect(namespaceOf({ pods }, 'kind-worker').listeners.map(({ port }) => port)).toEqual([10250, 10256, 9100]);
    expect(namespaceOf({ pods }, 'kind-control-plane').listeners.map(({ port }) => port)).toContain(6443);
  });
});
