/** Packets through built networks: where they go, who sees whom, and that the answer finds its way back. Rows of packets, walked in all branches. */
import { describe, expect, it } from 'vitest';
import { buildCluster } from './dataplane/buildCluster.ts';
import { type IpAddress, ipAddress } from './net/address.ts';
import { type Packet, portsOf } from './net/packet.ts';
import { type ClusterFixture, clusterFixture, kindNodes } from './testing/clusterFixture.ts';
import type { Cluster } from './topology/networkNamespace.ts';
import { enumerateBranches } from './trace/choices.ts';
import { emptyKernelState } from './trace/kernelState.ts';
import { successfulDispositions, type Trace } from './trace/trace.ts';
import { walkPacket } from './trace/walk.ts';

const unbound = ipAddress('0.0.0.0');
const clientPort = 40000;

function segment(source: IpAddress, sourcePort: number, destination: IpAddress, destinationPort: number, isAnswer: boolean): Packet {
  const flags = isAnswer ? ({ syn: true, ack: true } as const) : ({ syn: true } as const);
  const transport = { kind: 'tcp', sourcePort, destinationPort, flags } as const;
  return { link: null, source, destination, ttl: 64, dontFragment: true, transport, payload: { kind: 'none' }, mark: 0 };
}

const path = (trace: Trace): string =>
  trace.hops.map((hop) => (hop.interfaceOut === null ? hop.namespace : `${hop.namespace}[${hop.interfaceOut}]`)).join(' ');

/** Every branch of a connection attempt in words: the way there, who the server saw, and the way back. */
function connect(cluster: Cluster, from: string, to: string, source: IpAddress = unbound): readonly string[] {
  const [address = '', port = ''] = to.split(':');
  const syn = segment(source, clientPort, ipAddress(address), Number(port), false);
  return enumerateBranches((choices) => {
    const there = walkPacket(cluster, emptyKernelState, { kind: 'send', namespace: from, packet: syn, process: 'test' }, choices);
    const { disposition, final } = there.trace;
    if (!successfulDispositions.has(disposition)) return `${path(there.trace)} ${disposition}`;
    const ports = portsOf(final.packet);
    const answer = segment(final.packet.destination, ports.destination, final.packet.source, ports.source, true);
    const back = walkPacket(cluster, there.state, { kind: 'send', namespace: final.namespace, packet: answer, process: 'test' }, choices);
    const returned = back.trace.final.packet;
    const isAnswer =
      returned.source === syn.destination && portsOf(returned).source === Number(port) && back.trace.final.namespace === from;
    const verdict =
      successfulDispositions.has(back.trace.disposition) && isAnswer
        ? 'answered'
        : `answer ${back.trace.disposition} at ${back.trace.final.namespace}`;
    return `${path(there.trace)} as ${final.packet.source} > ${final.packet.destination}:${ports.destination}, ${verdict} by ${path(back.trace)}`;
  }, 32).branches.map((branch) => branch.value);
}

const build = (fixture: ClusterFixture): Cluster => buildCluster(clusterFixture(fixture));
const containers = [{ name: 'app', image: 'app', ports: [{ containerPort: 8080 }] }];
const three: ClusterFixture = {
  pods: [
    { name: 'client', node: 'kind-worker', containers },
    { name: 'web', node: 'kind-worker', containers },
    { name: 'web2', node: 'kind-worker2', containers },
  ],
};
const pods = { client: '10.244.162.129', web: '10.244.162.130', web2: '10.244.110.129' } as const;
const [veth, webVeth, web2Veth] = ['calia7a3e029a7b', 'cali68caf03a5f4', 'cali4e54bcdb445'] as const;

describe('Pod to Pod', () => {
  it.each([
    [
      'on the same node',
      {},
      pods.web,
      `default/client[eth0] kind-worker[${webVeth}] default/web`,
      `default/web[eth0] kind-worker[${veth}] default/client`,
    ],
    [
      'on the wire inside one subnet',
      {},
      pods.web2,
      `default/client[eth0] kind-worker[eth0] node-network[kind-worker2] kind-worker2[${web2Veth}] default/web2`,
      `default/web2[eth0] kind-worker2[eth0] node-network[kind-worker] kind-worker[${veth}] default/client`,
    ],
  ])('%s', (_name, pool, address, there, back) => {
    expect(connect(build({ ...three, pool }), 'default/client', `${address}:8080`)).toEqual([
      `${there} as ${pods.client} > ${address}:8080, answered by ${back}`,
    ]);
  });

  it.each([
    ['VXLAN', { vxlanMode: 'Always' }, 'encapsulate'],
    ['IP in IP', { vxlanMode: 'Never', ipipMode: 'Always' }, 'encapsulate'],
    ['no encapsulation', { vxlanMode: 'Never' }, undefined],
  ] as const)('between nodes with %s', (_name, pool, step) => {
    const cluster = build({ ...three, pool });
    const target = clusterFixture({ ...three, pool }).pods.find((pod) => pod.name === 'web2')?.addresses[0] ?? unbound;
    const syn = segment(unbound, clientPort, target, 8080, false);
    const { trace } = walkPacket(
      cluster,
      emptyKernelState,
      { kind: 'send', namespace: 'default/client', packet: syn, process: 'test' },
      { pick: () => 0 },
    );
    expect(trace.disposition).toBe('delivered');
    expect(trace.final.packet.ttl).toBe(62);
    expect(trace.hops.flatMap((hop) => hop.steps).find(({ kind }) => kind === 'encapsulate')?.kind).toBe(step);
  });

  const twoSubnets: ClusterFixture = {
    nodes: [
      { name: 'kind-worker', address: '172.18.0.2' },
      { name: 'kind-worker2', address: '172.19.0.3' },
    ],
    pods: three.pods ?? [],
  };
  it('across subnets goes through the gateway in a tunnel, and without a tunnel the gateway knows no way', () => {
    const [tunnelled] = connect(build(twoSubnets), 'default/client', `${pods.web2}:8080`);
    expect(tunnelled).toMatch(
      /^default\/client\[eth0\] kind-worker\[eth0\] node-network\[gateway\] gateway\[eth1\] node-network-2\[kind-worker2\] kind-worker2/,
    );
    expect(tunnelled).toContain('answered');
    expect(connect(build({ ...twoSubnets, pool: { vxlanMode: 'Never' } }), 'default/client', '10.244.110.128:8080')[0]).toMatch(
      / gateway noRoute$/,
    );
  });

  it('finds a borrowed address, and one outside every pool', () => {
    const fixture: ClusterFixture = {
      pods: [
        { name: 'client', node: 'kind-worker', containers },
        { name: 'guest', node: 'kind-worker', pinned: '10.244.110.150', containers },
        { name: 'stray', node: 'kind-worker', pinned: '10.180.0.9', containers },
        { name: 'web2', node: 'kind-worker2', containers },
      ],
    };
    for (const vxlanMode of ['Always', 'CrossSubnet', 'Never'] as const) {
      const cluster = build({ ...fixture, pool: { vxlanMode } });
      for (const address of ['10.244.110.150', '10.180.0.9'])
        expect(connect(cluster, 'default/web2', `${address}:8080`)[0]).toContain('answered');
    }
  });
});

describe('out of the cluster', () => {
  it('a Pod is seen as its node', () => {
    expect(connect(build(three), 'default/client', '8.8.8.8:53')).toEqual([
      'default/client[eth0] kind-worker[eth0] node-network[gateway] gateway[eth2] internet as 172.18.0.2 > 8.8.8.8:53, answered by ' +
        `internet[eth0] gateway[eth0] node-network[kind-worker] kind-worker[${veth}] default/client`,
    ]);
  });

  it('the client is reached, too', () =>
    expect(connect(build(three), 'kind-worker', '203.0.113.9:443')[0]).toContain('client as 172.18.0.2'));

  const [first, ...others] = kindNodes;
  const external: ClusterFixture = { ...three, nodes: first === undefined ? others : [{ ...first, external: ['192.0.2.7'] }, ...others] };
  it('a node with an ExternalIP is seen as that, and answers to it', () => {
    const cluster = build({ ...external });
    expect(connect(cluster, 'kind-worker', '8.8.8.8:53')[0]).toContain('internet as 192.0.2.7 > 8.8.8.8:53, answered');
    for (const from of ['client', 'internet', 'kind-worker2', 'kind-worker']) {
      expect(connect(cluster, from, '192.0.2.7:10250', from === 'internet' ? ipAddress('9.9.9.9') : unbound)[0]).toContain(
        '> 172.18.0.2:10250, answered',
      );
    }
  });
});

describe('into the cluster', () => {
  const service = (more: object = {}, ingress: readonly { readonly ip: string; readonly ipMode?: 'VIP' | 'Proxy' }[] = []) => ({
    name: 'web',
    spec: { type: 'LoadBalancer' as const, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }], ...more },
    ingress,
    endpoints: ['web2'],
  });

  it.each([[`${pods.web}:8080`], ['10.96.0.20:80']])('the outside has no route to %s', (to) => {
    const cluster = build({ ...three, services: [service()] });
    expect(connect(cluster, 'client', to)).toEqual(['client[eth0] gateway noRoute']);
  });

  it('a node port on a node without an endpoint', () => {
    const [branch] = connect(build({ ...three, services: [service()] }), 'client', '172.18.0.2:30080');
    expect(branch).toMatch(/default\/web2 as 172\.18\.0\.2 > 10\.244\.110\.129:8080, answered by default\/web2/);
  });

  it('a VIP passes the load balancer unchanged, over every target; the answer does not', () => {
    const cluster = build({ ...three, services: [service({}, [{ ip: '198.51.100.10' }])] });
    const branches = connect(cluster, 'client', '198.51.100.10:80');
    expect(branches).toHaveLength(3);
    for (const branch of branches) {
      expect(branch).toMatch(/^client\[eth0\] gateway\[eth3\] load-balancer\[eth1\] node-network\[kind-/);
      expect(branch).toContain('answered by default/web2[eth0]');
      expect(branch.split('answered by')[1]).not.toContain('load-balancer');
    }
  });

  it('with externalTrafficPolicy Local the server sees the client', () => {
    const local = service({ externalTrafficPolicy: 'Local', healthCheckNodePort: 31234 }, [{ ip: '198.51.100.10' }]);
    const branches = connect(build({ ...three, services: [local] }), 'client', '198.51.100.10:80');
    expect(branches).toHaveLength(1);
    expect(branches[0]).toContain('default/web2 as 203.0.113.9 > 10.244.110.129:8080, answered');
  });

  it('the load balancer drops other ports, and what has no target', () => {
    const cluster = build({ ...three, services: [service({}, [{ ip: '198.51.100.10' }])] });
    expect(connect(cluster, 'client', '198.51.100.10:81')[0]).toBe('client[eth0] gateway[eth3] load-balancer dropped');
    const none = service({ externalTrafficPolicy: 'Local', healthCheckNodePort: 31234 }, [{ ip: '198.51.100.10' }]);
    expect(connect(build({ ...three, services: [{ ...none, endpoints: [] }] }), 'client', '198.51.100.10:80')).toEqual([
      'client[eth0] gateway[eth3] load-balancer dropped',
    ]);
  });

  it('a VIP inside the node network is reached from outside like any other', () => {
    const cluster = build({ ...three, services: [service({}, [{ ip: '172.18.255.200' }])] });
    for (const from of ['client', 'internet']) {
      for (const branch of connect(cluster, from, '172.18.255.200:80', from === 'internet' ? ipAddress('9.9.9.9') : unbound)) {
        expect(branch).toContain('> 10.244.110.129:8080, answered');
      }
    }
  });

  it('a proxying load balancer answers itself and reaches every node port', () => {
    const cluster = build({ ...three, services: [service({}, [{ ip: '198.51.100.10', ipMode: 'Proxy' }])] });
    expect(connect(cluster, 'client', '198.51.100.10:80')[0]).toContain('load-balancer as 203.0.113.9 > 198.51.100.10:80, answered');
    expect(connect(cluster, 'default/client', '198.51.100.10:80')[0]).toContain('load-balancer as 172.18.0.2 > 198.51.100.10:80, answered');
    const onward = connect(cluster, 'load-balancer', '172.18.0.2:30080');
    expect(onward[0]).toMatch(/^load-balancer\[eth1\] node-network\[kind-worker\] kind-worker\[eth0\].*, answered/);
  });

  it('a ClusterIP from a Pod, from a node, and from the only Pod behind it', () => {
    const cluster = build({ ...three, services: [service()] });
    expect(connect(cluster, 'default/client', '10.96.0.20:80')[0]).toContain(`as ${pods.client} > ${pods.web2}:8080, answered`);
    expect(connect(cluster, 'kind-worker', '10.96.0.20:80')[0]).toContain(`as 172.18.0.2 > ${pods.web2}:8080, answered`);
    expect(connect(cluster, 'default/web2', '10.96.0.20:80')[0]).toContain(`as 172.18.0.3 > ${pods.web2}:8080, answered`);
  });
});
