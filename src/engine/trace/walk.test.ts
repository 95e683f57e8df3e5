/** The walk's rules (SPEC.md), on the laboratory and on networks of a few hosts. */
import { describe, expect, it } from 'vitest';
import type { FlowTuple, Packet } from '../net/packet.ts';
import {
  answerTo,
  calicoRules,
  clusterFrom,
  echoRequest,
  labCluster,
  podMac,
  serviceRules,
  tcpPacket,
  udpPacket,
} from '../testing/network.ts';
import type { Cluster } from '../topology/networkNamespace.ts';
import { type Choices, enumerateBranches } from './choices.ts';
import { checkTrace } from './invariants.ts';
import { emptyKernelState, type KernelState, namespaceState } from './kernelState.ts';
import type { Step, Trace } from './trace.ts';
import { type WalkStart, walkPacket } from './walk.ts';

const first: Choices = { pick: () => 0 };

function walk(cluster: Cluster, start: WalkStart, state: KernelState = emptyKernelState, choices: Choices = first) {
  const result = walkPacket(cluster, state, start, choices);
  expect(checkTrace(result.trace)).toEqual([]);
  return result;
}

const send = (namespace: string, packet: Packet, process = 'client'): WalkStart => ({ kind: 'send', namespace, packet, process });

/** A packet and the receiver's answer to it. */
function roundTrip(cluster: Cluster, namespace: string, packet: Packet, state: KernelState = emptyKernelState) {
  const there = walk(cluster, send(namespace, packet), state);
  expect(there.trace.disposition).toBe('delivered');
  const { namespace: server, packet: seen } = there.trace.final;
  const back = walk(cluster, send(server, answerTo(seen), there.trace.final.process ?? 'kernel'), there.state);
  return { there: there.trace, back: back.trace, state: back.state };
}

const steps = <Kind extends Step['kind']>(trace: Trace, kind: Kind): readonly Extract<Step, { kind: Kind }>[] =>
  trace.hops.flatMap((hop) => hop.steps).filter((step): step is Extract<Step, { kind: Kind }> => step.kind === kind);

const tuple = (flow: FlowTuple): string => `${flow.source}:${flow.sourcePort} > ${flow.destination}:${flow.destinationPort}`;

/** Entries of a namespace as "original | reply", once each. */
const entries = (state: KernelState, namespace: string): readonly string[] => [
  ...new Set([...namespaceState(state, namespace).conntrack.values()].map((entry) => `${tuple(entry.original)} | ${tuple(entry.reply)}`)),
];

const withRules = { n1: calicoRules, n2: calicoRules, n3: calicoRules };
const withService = { n1: serviceRules(), n2: calicoRules, n3: calicoRules };

const ends = (packet: Packet | null): string => (packet === null ? '' : `${packet.source} > ${packet.destination} ttl ${packet.ttl}`);
const path = (trace: Trace): readonly string[] =>
  trace.hops.map((hop) => `${hop.interfaceIn ?? ''}>${hop.namespace}>${hop.interfaceOut ?? ''}`);

describe('frames between Pods (W25, W27, W32)', () => {
  const cluster = labCluster('vxlan', withRules);

  it('VXLAN: each frame as it was captured', () => {
    const { trace } = walk(cluster, send('p1a', echoRequest({ to: '10.244.110.129' })));
    expect(path(trace)).toEqual(['>p1a>eth0', 'calia7a3e029a7b>n1>eth0', 'port1>sw>port2', 'eth0>n2>cali4e54bcdb445', 'eth0>p2a>']);
    const [pod, node, bridge, far] = trace.hops.map((hop) => hop.packetOut);
    expect(pod?.link).toEqual({ source: podMac('10.244.162.129'), destination: 'ee:ee:ee:ee:ee:ee' });
    expect(ends(pod ?? null)).toBe('10.244.162.129 > 10.244.110.129 ttl 64');
    expect(node?.link).toEqual({ source: '02:42:ac:12:00:02', destination: '02:42:ac:12:00:03' });
    expect(ends(node ?? null)).toBe('172.18.0.2 > 172.18.0.3 ttl 64');
    expect(node?.dontFragment).toBe(false);
    expect(bridge).toEqual(node);
    expect(node?.payload).toMatchObject({ kind: 'vxlan', vni: 4096 });
    const inner = node?.payload.kind === 'vxlan' ? node.payload.inner : null;
    expect(inner?.link).toEqual({ source: '66:46:b3:ce:05:5d', destination: '66:03:c5:fc:0f:e5' });
    expect(ends(inner)).toBe('10.244.162.129 > 10.244.110.129 ttl 63');
    expect(far?.link).toEqual({ source: 'ee:ee:ee:ee:ee:ee', destination: podMac('10.244.110.129') });
    expect(ends(far ?? null)).toBe('10.244.162.129 > 10.244.110.129 ttl 62');
  });

  it('VXLAN: the same source port both ways', () => {
    const { there, back } = roundTrip(cluster, 'p1a', echoRequest({ to: '10.244.110.129' }));
    const ports = [there, back].map((trace) => steps(trace, 'encapsulate')[0]?.packet.transport);
    expect(ports[0]).toEqual(ports[1]);
    expect(ports[0]).toMatchObject({ kind: 'udp', destinationPort: 4789 });
  });

  it('VXLAN: the outer packet is one of the node itself, and untracked by its raw rule', () => {
    const { trace, state } = walk(cluster, send('p1a', tcpPacket({ to: '10.244.110.129', dport: 8080 })));
    const states = trace.hops[1]?.steps.flatMap((step) => (step.kind === 'conntrack' ? [`${step.hook} ${step.state}`] : []));
    expect(states).toEqual(['PREROUTING NEW', 'OUTPUT UNTRACKED']);
    expect(entries(state, 'n1')).toEqual(['10.244.162.129:40000 > 10.244.110.129:8080 | 10.244.110.129:8080 > 10.244.162.129:40000']);
  });

  it('IPIP: outer TTL and DF are the inner ones (W33)', () => {
    const { trace } = walk(labCluster('ipip', withRules), send('p1a', echoRequest({ to: '10.244.110.129' })));
    const outer = trace.hops[1]?.packetOut ?? null;
    expect(ends(outer)).toBe('172.18.0.2 > 172.18.0.3 ttl 63');
    expect(outer?.dontFragment).toBe(true);
    expect(ends(trace.final.packet)).toBe('10.244.162.129 > 10.244.110.129 ttl 62');
  });

  it('CrossSubnet: no tunnel to a neighbour, a tunnel beyond the router', () => {
    const cross = labCluster('vxlan-cross', withRules);
    const near = walk(cross, send('p1a', echoRequest({ to: '10.244.110.129' }))).trace;
    const far = walk(cross, send('p1a', echoRequest({ to: '10.244.195.193' }))).trace;
    expect([near, far].map((trace) => steps(trace, 'encapsulate').length)).toEqual([0, 1]);
    expect(far.final.packet.ttl).toBe(62);
  });
});

describe('Services: what the server sees and what conntrack keeps (W13, W14, W15)', () => {
  const cluster = labCluster('vxlan', withService);
  const service = { to: '10.96.0.10', dport: 80 };
  const toServer = 'src=10.244.110.129:8080';

  it('Pod → ClusterIP: DNAT only, as measured', () => {
    const { there, back, state } = roundTrip(cluster, 'p1a', tcpPacket(service));
    expect(there.final.packet.source).toBe('10.244.162.129');
    expect(entries(state, 'n1')).toEqual(['10.244.162.129:40000 > 10.96.0.10:80 | 10.244.110.129:8080 > 10.244.162.129:40000']);
    expect(back.disposition).toBe('delivered');
    expect(back.final.packet.source).toBe('10.96.0.10');
    expect(back.final.process).toBe('client');
  });

  it.each([
    { from: 'n1', packet: tcpPacket(service), client: '172.18.0.2', dialled: '10.96.0.10:80' },
    { from: 'ext', packet: tcpPacket({ to: '172.18.0.2', dport: 30_080 }), client: '203.0.113.9', dialled: '172.18.0.2:30080' },
    { from: 'p1a', packet: tcpPacket({ to: '172.18.0.2', dport: 30_080 }), client: '10.244.162.129', dialled: '172.18.0.2:30080' },
  ])('$from → $dialled: the server sees the tunnel address', ({ from, packet, client, dialled }) => {
    const { there, back, state } = roundTrip(cluster, from, packet);
    const seen = there.final.packet;
    expect(seen.source).toBe('10.244.162.128');
    const port = seen.transport.kind === 'tcp' ? seen.transport.sourcePort : 0;
    expect(port).toBeGreaterThanOrEqual(1024);
    expect(entries(state, 'n1')).toContain(`${client}:40000 > ${dialled} | 10.244.110.129:8080 > 10.244.162.128:${port}`);
    expect(toServer).toContain(there.final.packet.destination);
    expect([back.disposition, back.final.namespace, back.final.process]).toEqual(['delivered', from, 'client']);
    expect(`${back.final.packet.source}`).toBe(dialled.split(':')[0]);
  });

  it('a host speaks to a remote Pod as its tunnel address and to a local one as its own (W19)', () => {
    const remote = roundTrip(cluster, 'n1', tcpPacket({ to: '10.244.110.129', dport: 8080 }));
    const local = roundTrip(cluster, 'n1', tcpPacket({ to: '10.244.162.130', dport: 8080 }));
    expect([remote.there.final.packet.source, local.there.final.packet.source]).toEqual(['10.244.162.128', '172.18.0.2']);
    expect(steps(remote.there, 'translate')).toEqual([]);
  });

  it('a host that binds its other address is masqueraded to the tunnel address (W6)', () => {
    const { there, back } = roundTrip(cluster, 'n1', tcpPacket({ from: '172.18.0.2', to: '10.244.110.129', dport: 8080 }));
    expect(there.final.packet.source).toBe('10.244.162.128');
    expect(back.final).toMatchObject({ namespace: 'n1', process: 'client', packet: { destination: '172.18.0.2' } });
  });

  it('natOutgoing: the outside sees the node', () => {
    const { there, back } = roundTrip(cluster, 'p1a', echoRequest({ to: '203.0.113.9' }));
    expect(ends(there.final.packet)).toBe('172.18.0.2 > 203.0.113.9 ttl 62');
    expect(ends(back.final.packet)).toBe('203.0.113.9 > 10.244.162.129 ttl 62');
  });

  it('a reply is translated back before routing for its destination, after it for its source', () => {
    const { back } = roundTrip(cluster, 'ext', tcpPacket({ to: '172.18.0.2', dport: 30_080 }));
    const node = back.hops.find((hop) => hop.namespace === 'n1');
    const order = node?.steps.flatMap((step) =>
      step.kind === 'translate' ? [`${step.hook} ${step.translation}`] : step.kind === 'route' ? [`route ${step.destination}`] : [],
    );
    expect(order).toEqual(['route 172.18.0.2', 'PREROUTING undoSnat', 'route 203.0.113.9', 'POSTROUTING undoDnat']);
  });

  it('a second connection with the same source keeps its port only if the reply stays unambiguous (W15)', () => {
    const viaService = walk(cluster, send('p1a', tcpPacket(service)));
    const direct = walk(cluster, send('p1a', tcpPacket({ to: '10.244.110.129', dport: 8080 })), viaService.state);
    const { transport } = direct.trace.final.packet;
    expect(transport.kind === 'tcp' && transport.sourcePort !== 40_000).toBe(true);
    expect(entries(direct.state, 'n1')).toHaveLength(2);
  });

  it('the handshake: states, [ASSURED], and no nat rules after the first packet (W12, W13)', () => {
    const { state, there } = roundTrip(cluster, 'p1a', tcpPacket(service));
    const ack = walk(cluster, send('p1a', tcpPacket({ ...service, from: '10.244.162.129', flags: { ack: true } })), state);
    expect(ack.trace.disposition).toBe('delivered');
    expect(ack.trace.final.process).toBe(there.final.process);
    expect(steps(ack.trace, 'chain').filter((step) => step.table === 'nat')).toEqual([]);
    expect(steps(ack.trace, 'translate').map((step) => step.translation)).toEqual(['dnat']);
    const [entry] = namespaceState(ack.state, 'n1').conntrack.values();
    expect(entry).toMatchObject({ tcpState: 'ESTABLISHED', assured: true, unreplied: false });
  });

  it('an entry of a packet that was dropped on its way never enters the table (W11)', () => {
    const drops = labCluster('vxlan', { ...withService, n1: serviceRules('-A FORWARD -d 10.244.110.129/32 -j DROP') });
    const { trace, state } = walk(drops, send('p1a', tcpPacket(service)));
    expect(trace.disposition).toBe('dropped');
    expect(trace.final.cause).toMatchObject({ kind: 'rule', reference: { table: 'filter', chain: 'FORWARD', index: 0 } });
    expect(entries(state, 'n1')).toEqual([]);
  });
});

describe('REJECT and its answer (W8, W16, W17)', () => {
  const reject = (chain: string) => `-A ${chain} -d 10.96.0.20/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable`;
  const cluster = labCluster('vxlan', { ...withService, n1: serviceRules(`${reject('FORWARD')}\n${reject('OUTPUT')}`) });

  it.each([
    { from: 'p1a', chain: 'FORWARD' },
    { from: 'n1', chain: 'OUTPUT' },
  ])('$from → a Service without endpoints: refused in $chain, and the socket hears of it', ({ from, chain }) => {
    const refused = walk(cluster, send(from, tcpPacket({ to: '10.96.0.20', dport: 80 })));
    expect(refused.trace.disposition).toBe('rejected');
    expect(refused.trace.final.cause).toMatchObject({ kind: 'rule', reference: { chain } });
    const { response } = refused.trace;
    expect(response?.packet).toMatchObject({ source: '172.18.0.2', transport: { kind: 'icmp', type: 3, code: 3 } });
    if (response === null) return;
    const back = walk(cluster, { kind: 'send', ...response, process: 'kernel' }, refused.state).trace;
    expect([back.disposition, back.final.namespace, back.final.process]).toEqual(['delivered', from, 'client']);
  });

  it('an error about a translated packet speaks as the Service, about the Service', () => {
    const filter = '-A FORWARD -d 10.244.110.129/32 -j REJECT --reject-with icmp-port-unreachable';
    const rejecting = labCluster('vxlan', { ...withService, n1: serviceRules(filter) });
    const refused = walk(rejecting, send('p1a', tcpPacket({ to: '10.96.0.10', dport: 80 })));
    expect(refused.trace.response?.packet).toMatchObject({ source: '172.18.0.2', transport: { about: { destination: '10.244.110.129' } } });
    if (refused.trace.response === null) return;
    const back = walk(rejecting, { kind: 'send', ...refused.trace.response, process: 'kernel' }, refused.state).trace;
    expect(back.final.packet).toMatchObject({
      source: '10.96.0.10',
      transport: { about: { source: '10.244.162.129', destination: '10.96.0.10' } },
    });
    expect(back.final.process).toBe('client');
  });

  it('a masqueraded datagram’s error finds its way back to the Pod', () => {
    const lost = walk(cluster, send('p1a', udpPacket({ to: '203.0.113.9', dport: 9999 })));
    expect(lost.trace).toMatchObject({ disposition: 'noListener', final: { namespace: 'ext' } });
    if (lost.trace.response === null) return;
    const back = walk(cluster, { kind: 'send', ...lost.trace.response, process: 'kernel' }, lost.state).trace;
    expect(back.final).toMatchObject({
      namespace: 'p1a',
      process: 'client',
      packet: { transport: { about: { source: '10.244.162.129' } } },
    });
  });

  it('TTL spent at the host that translates: the error speaks as the Service too', () => {
    const spent = walk(cluster, send('p1a', tcpPacket({ to: '10.96.0.10', dport: 80, ttl: 1 })));
    expect(spent.trace).toMatchObject({ disposition: 'ttlExceeded', response: { namespace: 'n1', packet: { source: '172.18.0.2' } } });
    if (spent.trace.response === null) return;
    const back = walk(cluster, { kind: 'send', ...spent.trace.response, process: 'kernel' }, spent.state).trace;
    expect(back.final).toMatchObject({ namespace: 'p1a', process: 'client', packet: { source: '10.96.0.10' } });
  });

  it('nobody answers behind a masquerade: the error goes to the host itself first, and from there to the client', () => {
    const lost = walk(cluster, send('p1a', udpPacket({ to: '172.18.0.77', dport: 1 })));
    expect(lost.trace).toMatchObject({
      disposition: 'neighbourUnreachable',
      response: { packet: { source: '172.18.0.2', destination: '172.18.0.2' } },
    });
    if (lost.trace.response === null) return;
    const back = walk(cluster, { kind: 'send', ...lost.trace.response, process: 'kernel' }, lost.state).trace;
    expect(steps(back, 'translate').map((step) => [step.hook, step.translation])).toEqual([['OUTPUT', 'undoSnat']]);
    expect(back.final).toMatchObject({ namespace: 'p1a', process: 'client', packet: { source: '172.18.0.2' } });
  });

  it('a reset removes an unanswered connection and reaches the client (W12, W37)', () => {
    const refused = walk(cluster, send('p1a', tcpPacket({ to: '10.244.110.129', dport: 81 })));
    expect(refused.trace).toMatchObject({ disposition: 'noListener', response: { namespace: 'p2a' } });
    if (refused.trace.response === null) return;
    const back = walk(cluster, { kind: 'send', ...refused.trace.response, process: 'kernel' }, refused.state);
    expect(back.trace).toMatchObject({ disposition: 'delivered', final: { namespace: 'p1a', process: 'client' } });
    expect(entries(back.state, 'n1')).toEqual([]);
  });
});

describe('the errors that were measured (W24, W25, W26, W29)', () => {
  const cluster = clusterFrom(
    [
      {
        id: 'c',
        interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:0c', addresses: ['10.1.0.2/24'] }],
        routes: ['default via 10.1.0.1 dev eth0'],
      },
      {
        id: 'router',
        kind: 'router',
        forwarding: true,
        interfaces: [
          { name: 'c0', mac: '02:00:00:00:00:01', addresses: ['10.1.0.1/24'] },
          { name: 's0', mac: '02:00:00:00:00:02', addresses: ['10.2.0.1/24'], mtu: 1400 },
        ],
        routes: ['blackhole 10.9.1.0/24', 'unreachable 10.9.2.0/24', 'prohibit 10.9.3.0/24'],
      },
      {
        id: 's',
        interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:05', addresses: ['10.2.0.2/24'] }],
        routes: ['default via 10.2.0.1 dev eth0'],
      },
    ],
    ['c eth0 - router c0', 's eth0 - router s0'],
  );
  const answer = (trace: Trace): string | null => {
    const packet = trace.response?.packet;
    return packet?.transport.kind === 'icmp' ? `${packet.source} ${packet.transport.type}/${packet.transport.code}` : null;
  };

  it.each([
    { to: '10.9.1.1', forwarded: null, disposition: 'dropped', cause: 'blackhole' },
    { to: '10.9.2.1', forwarded: '10.1.0.1 3/1', disposition: 'noRoute', cause: 'noRoute' },
    { to: '10.9.3.1', forwarded: '10.1.0.1 3/13', disposition: 'noRoute', cause: 'noRoute' },
    { to: '10.9.9.9', forwarded: '10.1.0.1 3/0', disposition: 'noRoute', cause: 'noRoute' },
    { to: '10.2.0.77', forwarded: '10.1.0.1 3/1', disposition: 'neighbourUnreachable', cause: 'neighbour' },
  ])('forwarded to $to: $forwarded', ({ to, forwarded, disposition, cause }) => {
    const { trace } = walk(cluster, send('c', echoRequest({ to })));
    expect([answer(trace), trace.disposition, trace.final.cause?.kind]).toEqual([forwarded, disposition, cause]);
  });

  it.each([
    { to: '10.9.1.1', disposition: 'dropped', error: null },
    { to: '10.9.2.1', disposition: 'noRoute', error: null },
    { to: '10.9.9.9', disposition: 'noRoute', error: null },
    { to: '10.2.0.77', disposition: 'neighbourUnreachable', error: '10.2.0.1 3/1' },
  ])('local to $to: $disposition', ({ to, disposition, error }) => {
    const { trace } = walk(cluster, send('router', echoRequest({ to })));
    expect([trace.disposition, answer(trace)]).toEqual([disposition, error]);
  });

  it('TTL 1', () => {
    const { trace } = walk(cluster, send('c', echoRequest({ to: '10.2.0.2', ttl: 1 })));
    expect([trace.disposition, answer(trace)]).toEqual(['ttlExceeded', '10.1.0.1 11/0']);
  });

  it('too big with DF', () => {
    const { trace } = walk(cluster, send('c', echoRequest({ to: '10.2.0.2', bytes: 1450 })));
    expect([trace.disposition, answer(trace)]).toEqual(['tooBig', '10.1.0.1 3/4']);
    expect(trace.response?.packet.transport).toMatchObject({ mtu: 1400 });
  });

  it.each([
    { bytes: 1372, disposition: 'delivered' },
    { bytes: 1373, disposition: 'tooBig' },
  ])('an echo of $bytes bytes: $disposition', ({ bytes, disposition }) => {
    expect(walk(cluster, send('c', echoRequest({ to: '10.2.0.2', bytes }))).trace.disposition).toBe(disposition);
  });

  it('a closed UDP port answers from the address that was asked', () => {
    const { trace } = walk(cluster, send('c', udpPacket({ to: '10.2.0.1', dport: 9 })));
    expect([trace.disposition, answer(trace)]).toEqual(['noListener', '10.2.0.1 3/3']);
  });
});

describe('ARP and proxy ARP (W27, W28)', () => {
  const noDefault = { routes: ['10.244.162.129 dev calia7a3e029a7b scope link', '10.244.162.130 dev cali68caf03a5f4 scope link'] };

  it('the Pod’s gateway is answered for because the node has a default route', () => {
    const { trace } = walk(labCluster('noencap'), send('p1a', echoRequest({ to: '10.244.110.129' })));
    expect(steps(trace, 'neighbour')[0]).toMatchObject({ address: '169.254.1.1', mac: 'ee:ee:ee:ee:ee:ee', answeredBy: 'proxy' });
  });

  it('without it, nobody answers and the Pod reaches no one', () => {
    const { trace } = walk(labCluster('noencap', { n1: noDefault }), send('p1a', echoRequest({ to: '10.244.162.130' })));
    expect(trace.disposition).toBe('neighbourUnreachable');
    expect(steps(trace, 'neighbour')).toMatchObject([{ address: '169.254.1.1', answeredBy: 'nobody', mac: null }]);
  });

  it('without it, a local Pod’s address is still answered for', () => {
    const onLink = { routes: ['10.244.162.130 dev eth0 scope link'] };
    const { trace } = walk(labCluster('noencap', { n1: noDefault, p1a: onLink }), send('p1a', echoRequest({ to: '10.244.162.130' })));
    expect(steps(trace, 'neighbour')[0]).toMatchObject({ answeredBy: 'proxy', mac: 'ee:ee:ee:ee:ee:ee' });
  });

  it('without proxy_arp nobody answers', () => {
    const plain = labCluster('noencap');
    const n1 = plain.namespaces.get('n1');
    if (n1 === undefined) throw new Error('the laboratory has n1');
    const interfaces = n1.interfaces.map((entry) => ({ ...entry, sysctls: { ...entry.sysctls, proxyArp: false } }));
    const cluster: Cluster = { ...plain, namespaces: new Map([...plain.namespaces, ['n1', { ...n1, interfaces }]]) };
    expect(walk(cluster, send('p1a', echoRequest({ to: '10.244.162.130' }))).trace.disposition).toBe('neighbourUnreachable');
  });

  it('what is routed back out of the same interface is not answered for', () => {
    const r = {
      interfaces: [
        { name: 'eth0', mac: '02:42:ac:12:00:01', addresses: ['172.18.0.1/16'], proxyArp: true },
        { name: 'eth1' },
        { name: 'eth2' },
      ],
    };
    const { trace } = walk(labCluster('noencap', { r }), send('n1', echoRequest({ to: '172.18.0.77' })));
    expect([trace.disposition, trace.final.namespace]).toEqual(['neighbourUnreachable', 'n1']);
  });

  it('asks under the packet’s own source', () => {
    const { state } = walk(labCluster('vxlan'), send('n1', echoRequest({ from: '10.244.162.128', to: '10.244.162.130' })));
    expect([...namespaceState(state, 'p1b').neighbours]).toEqual([['eth0 10.244.162.128', 'ee:ee:ee:ee:ee:ee']]);
  });

  it('an address of any interface is answered for, and both sides learn', () => {
    const { state, trace } = walk(labCluster('vxlan'), send('n2', echoRequest({ to: '172.18.0.2' })));
    expect(steps(trace, 'neighbour')[0]).toMatchObject({ answeredBy: 'owner', mac: '02:42:ac:12:00:02' });
    expect(namespaceState(state, 'n2').neighbours.get('eth0 172.18.0.2')).toBe('02:42:ac:12:00:02');
    expect(namespaceState(state, 'n1').neighbours.get('eth0 172.18.0.3')).toBe('02:42:ac:12:00:03');
  });
});

describe('checks on the source (W21, W22)', () => {
  it('a spoofed source: the raw table’s rpfilter rule drops it', () => {
    const { trace } = walk(labCluster('vxlan', withRules), send('p1a', echoRequest({ from: '10.9.9.9', to: '10.244.162.130' })));
    expect(trace.disposition).toBe('dropped');
    expect(trace.final.cause).toMatchObject({ kind: 'rule', reference: { table: 'raw', chain: 'PREROUTING' } });
  });

  it.each([
    { filter: 0, from: '10.9.9.9', outcome: 'delivered' },
    { filter: 1, from: '10.9.9.9', outcome: 'reversePathFilter' },
    { filter: 2, from: '10.9.9.9', outcome: 'reversePathFilter' },
    { filter: 1, from: '10.244.162.129', outcome: 'delivered' },
    { filter: 0, from: '172.18.0.2', outcome: 'martian' },
  ] as const)('rp_filter $filter, source $from on a veth: $outcome', ({ filter, from, outcome }) => {
    const cluster = labCluster('noencap', { n1: { reversePathFilter: filter } });
    const { trace } = walk(cluster, send('p1a', udpPacket({ from, to: '10.244.162.130', dport: 1 })));
    const reached = trace.final.namespace === 'p1b' ? 'delivered' : trace.final.cause?.kind;
    expect(reached).toBe(outcome);
  });

  it.each([
    { at: 'ext', outcome: 'ext' },
    { at: 'wire', outcome: 'r' },
  ])('127.0.0.1 as the source: neither sent ($at) nor taken from the wire', ({ at, outcome }) => {
    const packet = udpPacket({ from: '127.0.0.1', to: '172.18.0.2', dport: 1 });
    const start: WalkStart = at === 'wire' ? { kind: 'receive', namespace: 'r', interface: 'eth2', packet } : send(at, packet);
    expect(walk(labCluster('noencap'), start).trace.final).toMatchObject({ namespace: outcome, cause: { kind: 'martian' } });
  });

  it('a Pod forwards nothing', () => {
    const { trace } = walk(labCluster('noencap'), {
      kind: 'receive',
      namespace: 'p1a',
      interface: 'eth0',
      packet: udpPacket({ from: '10.244.162.130', to: '10.244.110.129', dport: 1 }),
    });
    expect(trace.final.cause).toEqual({ kind: 'notForwarding' });
  });
});

describe('loopback and own addresses (W2, W35)', () => {
  it('a node to its own address: out by lo and in again, TTL untouched', () => {
    const cluster = labCluster('vxlan', withService);
    const { there } = roundTrip(cluster, 'n1', echoRequest({ to: '172.18.0.2' }));
    expect(path(there)).toEqual(['>n1>']);
    expect(there.final.packet).toMatchObject({ source: '172.18.0.2', ttl: 64 });
    const hooks = there.hops[0]?.steps.flatMap((step) => (step.kind === 'chain' ? [`${step.table} ${step.hook}`] : []));
    expect(hooks).toEqual(['raw OUTPUT', 'nat OUTPUT', 'nat POSTROUTING', 'raw PREROUTING']);
  });

  it('a node to its own node port: translated in OUTPUT, routed anew, masqueraded', () => {
    const cluster = labCluster('vxlan', withService);
    const { there, back } = roundTrip(cluster, 'n1', tcpPacket({ to: '172.18.0.2', dport: 30_080 }));
    expect(
      steps(there, 'route')
        .filter((_, index) => index < 2)
        .map((step) => step.decision.kind),
    ).toEqual(['local', 'forward']);
    expect(there.final.packet.source).toBe('10.244.162.128');
    expect(back.final).toMatchObject({ namespace: 'n1', process: 'client', packet: { source: '172.18.0.2' } });
  });
});

describe('the mark (W31)', () => {
  const marking = { iptables: '*filter\n-A FORWARD -j MARK --set-xmark 0x10000/0x10000\nCOMMIT\n' };

  it('stays behind when the packet leaves its host', () => {
    const { trace } = walk(labCluster('noencap', { n1: marking }), send('p1a', tcpPacket({ to: '10.244.110.129', dport: 8080 })));
    expect(trace.hops.map((hop) => hop.packetIn?.mark ?? 0)).toEqual([0, 0, 0, 0, 0]);
    expect(steps(trace, 'chain').map((step) => step.packet.mark)).toEqual([0x10000]);
  });

  it('goes with the packet into the tunnel of the same host', () => {
    const { trace } = walk(labCluster('vxlan', { n1: marking }), send('p1a', tcpPacket({ to: '10.244.110.129', dport: 8080 })));
    expect(steps(trace, 'encapsulate')[0]?.packet.mark).toBe(0x10000);
    expect(trace.final.packet.mark).toBe(0);
  });
});

describe('what cannot go on', () => {
  it('two routers that send a packet to each other: a loop (W38)', () => {
    const cluster = clusterFrom(
      [
        {
          id: 'a',
          forwarding: true,
          interfaces: [{ name: 'e', mac: '02:00:00:00:00:0a', addresses: ['10.0.0.1/24'] }],
          routes: ['default via 10.0.0.2 dev e'],
        },
        {
          id: 'b',
          forwarding: true,
          interfaces: [{ name: 'e', mac: '02:00:00:00:00:0b', addresses: ['10.0.0.2/24'] }],
          routes: ['default via 10.0.0.1 dev e'],
        },
      ],
      ['a e - b e'],
    );
    const packet = udpPacket({ from: '10.0.0.9', to: '8.8.8.8', dport: 53 });
    expect(walk(cluster, { kind: 'receive', namespace: 'a', interface: 'e', packet }).trace.disposition).toBe('loop');
  });

  it('a device that is down takes its routes with it; a dead far end answers nobody (W18, W34)', () => {
    const down = labCluster('noencap', {
      p1a: { interfaces: [{ name: 'eth0', mac: podMac('10.244.162.129'), addresses: ['10.244.162.129/32'], up: false }] },
    });
    expect(walk(down, send('p1a', echoRequest({ to: '10.244.162.130' }))).trace.disposition).toBe('noRoute');
    expect(walk(down, send('p1b', echoRequest({ to: '10.244.162.129' }))).trace.disposition).toBe('neighbourUnreachable');
  });

  it('a permanent neighbour that is not there: the switch floods and nobody takes it (W30)', () => {
    const stale = labCluster('noencap', { n1: { neighbours: ['172.18.0.3 dev eth0 lladdr 02:42:00:00:00:99'] } });
    const { trace } = walk(stale, send('n1', echoRequest({ to: '172.18.0.3' })));
    expect([trace.disposition, trace.final.namespace]).toEqual(['dropped', 'sw']);
    expect(steps(trace, 'bridge')).toMatchObject([{ toInterface: null }]);
  });

  it('no forwarding entry for the neighbour’s MAC: the tunnel has nowhere to send to', () => {
    const { trace } = walk(labCluster('vxlan', { n1: { fdb: [] } }), send('p1a', echoRequest({ to: '10.244.110.129' })));
    expect([trace.disposition, trace.final.namespace]).toEqual(['neighbourUnreachable', 'n1']);
  });
});

describe('chance (W5, W20)', () => {
  const endpoints = ['p1a', 'p1b', 'p2a', 'p3a'];
  const addresses = ['10.244.162.129', '10.244.162.130', '10.244.110.129', '10.244.195.193'];
  const chains = addresses.map((address, index) => {
    const left = addresses.length - index;
    const dice = left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(11)} `;
    return `-A OUTPUT -d 10.96.0.10/32 -p tcp ${dice}-m tcp --dport 80 -j DNAT --to-destination ${address}:8080`;
  });

  it('four endpoints get a quarter each, and the branches are all there are', () => {
    const cluster = labCluster('vxlan', { n2: { iptables: `*nat\n${chains.join('\n')}\nCOMMIT\n` } });
    const { branches, complete } = enumerateBranches(
      (choices) => walk(cluster, send('n2', tcpPacket({ to: '10.96.0.10', dport: 80 })), emptyKernelState, choices).trace.final.namespace,
      100,
    );
    expect(complete).toBe(true);
    expect(branches.map((branch) => branch.value).sort()).toEqual(endpoints);
    for (const branch of branches) expect(branch.probability).toBeCloseTo(0.25, 9);
  });

  it('two next hops by their weights, and the same one for the next packet of the pair', () => {
    const leg = (name: string, last: number) => ({ name, mac: `02:00:00:00:00:0${last}`, addresses: [`10.0.${last}.1/24`] });
    const far = (id: string, last: number) => ({
      id,
      interfaces: [{ name: 'e', mac: `02:00:00:00:01:0${last}`, addresses: [`10.0.${last}.2/24`, '10.8.0.1/32'] }],
      listeners: ['udp 53'],
    });
    const cluster = clusterFrom(
      [
        {
          id: 'h',
          interfaces: [leg('x', 1), leg('y', 2)],
          routes: ['10.8.0.0/16 nexthop via 10.0.1.2 dev x weight 1 nexthop via 10.0.2.2 dev y weight 3'],
        },
        far('left', 1),
        far('right', 2),
      ],
      ['h x - left e', 'h y - right e'],
    );
    const packet = udpPacket({ from: '10.0.1.1', to: '10.8.0.1', dport: 53 });
    const { branches } = enumerateBranches((choices) => {
      const once = walk(cluster, send('h', packet), emptyKernelState, choices);
      const again = walk(cluster, send('h', packet), once.state, choices);
      return `${once.trace.final.namespace} ${again.trace.final.namespace}`;
    }, 10);
    expect(branches.map((branch) => [branch.value, branch.probability])).toEqual([
      ['left left', 0.25],
      ['right right', 0.75],
    ]);
  });
});

describe('the state that came in (W11)', () => {
  it('is never changed, and the same walk gives the same trace', () => {
    const cluster = labCluster('vxlan', withService);
    const before = walk(cluster, send('p1a', tcpPacket({ to: '10.96.0.10', dport: 80 })));
    const snapshot = JSON.stringify([...before.state.namespaces].map(([id, state]) => [id, [...state.conntrack], [...state.sockets]]));
    const start = send('ext', tcpPacket({ to: '172.18.0.2', dport: 30_080 }));
    const once = walk(cluster, start, before.state);
    const twice = walk(cluster, start, before.state);
    expect(twice.trace).toEqual(once.trace);
    expect(JSON.stringify([...before.state.namespaces].map(([id, state]) => [id, [...state.conntrack], [...state.sockets]]))).toBe(
      snapshot,
    );
  });
});
