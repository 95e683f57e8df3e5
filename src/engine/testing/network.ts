/**
 * Small networks by hand, in native text: interfaces as `ip addr` has them, routes as `ip route` prints them, rules as `iptables-save` does; and
 * the laboratory of three nodes that a real kernel was measured in. For tests only.
 */
import { invariant } from '../../shared/invariant.ts';
import { lazy } from '../../shared/lazy.ts';
import { addressBits, cidr, hostCidr, ipAddress, macAddress, macFromBytes } from '../net/address.ts';
import type { Packet, TcpFlags } from '../net/packet.ts';
import { parseIptablesSave } from '../netfilter/parse.ts';
import type { IpSet, Netfilter } from '../netfilter/ruleset.ts';
import { defaultRoutingRules, type Route, type RouteProtocol, type RoutingFamily, type RoutingRule } from '../routing/routing.ts';
import {
  type Cluster,
  type Interface,
  type InterfaceDevice,
  indexLinks,
  type Link,
  type NetworkNamespace,
  type NetworkNamespaceKind,
} from '../topology/networkNamespace.ts';

export interface InterfaceText {
  readonly name: string;
  readonly mac?: string;
  /** "172.18.0.2/16" … */
  readonly addresses?: readonly string[];
  readonly device?: InterfaceDevice;
  readonly mtu?: number;
  readonly up?: boolean;
  readonly proxyArp?: boolean;
  readonly reversePathFilter?: 0 | 1 | 2;
  readonly routeLocalnet?: boolean;
}

export interface NamespaceText {
  readonly id: string;
  readonly kind?: NetworkNamespaceKind;
  readonly interfaces: readonly InterfaceText[];
  readonly forwarding?: boolean;
  readonly reversePathFilter?: 0 | 1 | 2;
  /** Lines of `ip route` (table main), without the connected networks: those follow from the addresses. */
  readonly routes?: readonly string[];
  /** Lines for the local table besides the interfaces' own addresses. */
  readonly localRoutes?: readonly string[];
  readonly tables?: Readonly<Record<number, readonly string[]>>;
  readonly rules?: readonly RoutingRule[];
  /** "10.244.110.128 dev vxlan.calico lladdr 66:…" */
  readonly neighbours?: readonly string[];
  /** "66:… dev vxlan.calico dst 172.18.0.3" */
  readonly fdb?: readonly string[];
  readonly iptables?: string;
  readonly sets?: readonly IpSet[];
  /** "tcp 8080" */
  readonly listeners?: readonly string[];
  readonly acceptsEverything?: boolean;
}

export function namespaceFrom(text: NamespaceText): NetworkNamespace {
  const isForwarding = text.forwarding ?? false;
  const loopback: InterfaceText = { name: 'lo', addresses: ['127.0.0.1/8'], device: { kind: 'loopback' }, mtu: 65_536 };
  const interfaces = [loopback, ...text.interfaces].map((entry, index) => interfaceFrom(entry, index + 1, isForwarding));
  return {
    id: text.id,
    kind: text.kind ?? 'node',
    added: false,
    interfaces,
    forwarding: isForwarding,
    reversePathFilter: text.reversePathFilter ?? 0,
    routing: lazy(() => ({ ipv4: routingFamily(text, interfaces), ipv6: { rules: defaultRoutingRules, tables: new Map() } })),
    neighbours: lazy(() => (text.neighbours ?? []).map(neighbourFrom)),
    fdb: lazy(() => (text.fdb ?? []).map(fdbFrom)),
    netfilter: lazy(() => netfilterFrom(text.iptables ?? '', text.sets ?? [])),
    listeners: (text.listeners ?? []).map((line) => {
      const [protocol, port] = line.split(' ');
      invariant(protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp', `not a listener: ${line}`);
      return { protocol, port: Number(port), address: null, process: `server ${line}` };
    }),
    acceptsEverything: text.acceptsEverything ?? false,
  };
}

/** A Netfilter from the text of `iptables-save`; throws on a text that is not understood. */
export function netfilterFrom(text: string, sets: readonly IpSet[] = []): Netfilter {
  const parsed = parseIptablesSave(text, 'ipv4');
  invariant(parsed.ok, parsed.ok ? '' : `line ${parsed.error.line}: ${parsed.error.message}`);
  return { ...parsed.value, sets: new Map(sets.map((set) => [set.name, set])) };
}

function interfaceFrom(text: InterfaceText, index: number, forwarding: boolean): Interface {
  const device = text.device ?? { kind: 'ethernet' };
  const hasMac = device.kind !== 'loopback' && device.kind !== 'ipip';
  return {
    name: text.name,
    index,
    device,
    mac: hasMac ? macAddress(text.mac ?? '02:00:00:00:00:01') : null,
    mtu: text.mtu ?? 1500,
    up: text.up ?? true,
    addresses: (text.addresses ?? []).map((entry) => {
      const [address = '', length = '32'] = entry.split('/');
      return { address: ipAddress(address), prefixLength: Number(length), scope: device.kind === 'loopback' ? 'host' : 'global' };
    }),
    sysctls: {
      forwarding,
      proxyArp: text.proxyArp ?? false,
      reversePathFilter: text.reversePathFilter ?? 0,
      routeLocalnet: text.routeLocalnet ?? false,
    },
  };
}

function routingFamily(text: NamespaceText, interfaces: readonly Interface[]): RoutingFamily {
  const local: Route[] = [];
  const connected: Route[] = [];
  for (const { name, addresses, device } of interfaces) {
    for (const { address, prefixLength } of addresses) {
      const network = cidr(`${address}/${prefixLength}`);
      const own = device.kind === 'loopback' ? network : hostCidr(address);
      local.push(routeFrom(`local ${own} dev ${name} proto kernel scope host src ${address}`));
      if (device.kind !== 'loopback' && prefixLength < addressBits.ipv4) {
        connected.push(routeFrom(`${network} dev ${name} proto kernel scope link src ${address}`));
      }
    }
  }
  const tables = new Map<string | number, readonly Route[]>([
    ['local', [...local, ...(text.localRoutes ?? []).map(routeFrom)]],
    ['main', [...connected, ...(text.routes ?? []).map(routeFrom)]],
  ]);
  for (const [number, lines] of Object.entries(text.tables ?? {})) tables.set(Number(number), lines.map(routeFrom));
  const named = new Map([...tables].map(([name, routes]) => [tableName(name), routes]));
  return { rules: text.rules ?? defaultRoutingRules, tables: named };
}

function tableName(name: string | number): 'local' | 'main' | number {
  if (typeof name === 'number' || name === 'local' || name === 'main') return name;
  throw new Error(`no such table: ${name}`);
}

const routeTypes = ['local', 'broadcast', 'blackhole', 'unreachable', 'prohibit'] as const;
const protocols: readonly RouteProtocol[] = ['kernel', 'boot', 'static', 'bird', 'dhcp', '80'];

/** Reads one line of `ip route`, multipath written as "… nexthop via A dev B weight N nexthop …". */
export function routeFrom(line: string): Route {
  const [head = '', ...hopTexts] = line.trim().split(/\s+nexthop\s+/);
  const words = head.split(/\s+/);
  const type = routeTypes.find((candidate) => candidate === words[0]) ?? 'unicast';
  const destination = words[type === 'unicast' ? 0 : 1] ?? '';
  const after = (name: string, among: readonly string[] = words): string | undefined => {
    const position = among.indexOf(name);
    return position < 0 ? undefined : among[position + 1];
  };
  const hopFrom = (among: readonly string[]) => {
    const gateway = after('via', among);
    const device = after('dev', among);
    if (device === undefined || (type !== 'unicast' && type !== 'local' && type !== 'broadcast')) return [];
    const via = gateway === undefined ? {} : { gateway: ipAddress(gateway) };
    return [{ ...via, interface: device, onlink: among.includes('onlink'), weight: Number(after('weight', among) ?? 1) }];
  };
  const nextHops = hopTexts.length > 0 ? hopTexts.flatMap((text) => hopFrom(text.split(/\s+/))) : hopFrom(words);
  const source = after('src');
  const scope = after('scope');
  const mtu = after('mtu');
  return {
    type,
    destination: destination === 'default' ? cidr('0.0.0.0/0') : cidr(destination),
    nextHops,
    protocol: protocols.find((candidate) => candidate === after('proto')) ?? 'boot',
    scope: scope === 'link' || scope === 'host' ? scope : 'global',
    ...(source === undefined ? {} : { source: ipAddress(source) }),
    metric: Number(after('metric') ?? 0),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
  };
}

function neighbourFrom(line: string) {
  const [address = '', , device = '', , mac = ''] = line.split(' ');
  return { address: ipAddress(address), interface: device, mac: macAddress(mac) };
}

function fdbFrom(line: string) {
  const [mac = '', , device = '', , destination] = line.split(' ');
  const remote = destination === undefined ? {} : { destination: ipAddress(destination) };
  return { mac: macAddress(mac), interface: device, ...remote };
}

/** Links as "n1 eth0 - switch port1"; a link with a Pod's end is a veth pair. */
export function clusterFrom(namespaces: readonly NamespaceText[], links: readonly string[]): Cluster {
  const built = new Map(namespaces.map((text) => [text.id, namespaceFrom(text)]));
  const parsed = links.map((line): Link => {
    const [left = '', right = ''] = line.split(' - ');
    const ends = [left, right].map((end) => {
      const [namespace = '', name = ''] = end.split(' ');
      const found = built.get(namespace)?.interfaces.some((candidate) => candidate.name === name);
      invariant(found === true, `no interface ${end}`);
      return { namespace, interface: name };
    });
    const [first, second] = ends;
    invariant(first !== undefined && second !== undefined, `not a link: ${line}`);
    const kinds = ends.map((end) => built.get(end.namespace)?.kind);
    return { id: line, kind: kinds.includes('pod') ? 'veth' : 'wire', ends: [first, second] };
  });
  return { namespaces: built, links: parsed, peers: indexLinks(parsed), clusterPrefixes: [] };
}

/** Docker's MAC of an IPv4 address: 02:42 and its four bytes. */
const macOf = (address: string) => macFromBytes([0x02, 0x42, ...address.split('.').map(Number)]);

const hostVeth = 'ee:ee:ee:ee:ee:ee';

const pod = (id: string, address: string, mtu: number, listeners: readonly string[] = ['tcp 8080']): NamespaceText => ({
  id,
  kind: 'pod',
  interfaces: [{ name: 'eth0', mac: podMac(address), addresses: [`${address}/32`], device: { kind: 'veth' }, mtu }],
  routes: ['default via 169.254.1.1 dev eth0', '169.254.1.1 dev eth0 scope link'],
  listeners,
});

export const podMac = (address: string) => macFromBytes([0x0a, 0x58, ...address.split('.').map(Number)]);

export type LabMode = 'noencap' | 'vxlan' | 'vxlan-cross' | 'ipip';

interface LabNode {
  readonly id: string;
  readonly address: string;
  readonly gateway: string;
  readonly block: string;
  readonly tunnel: string;
  readonly vtep: string;
  readonly pods: readonly { readonly id: string; readonly address: string; readonly interface: string }[];
}

const labNodes: readonly LabNode[] = [
  {
    id: 'n1',
    address: '172.18.0.2',
    gateway: '172.18.0.1',
    block: '10.244.162.128/26',
    tunnel: '10.244.162.128',
    vtep: '66:46:b3:ce:05:5d',
    pods: [
      { id: 'p1a', address: '10.244.162.129', interface: 'calia7a3e029a7b' },
      { id: 'p1b', address: '10.244.162.130', interface: 'cali68caf03a5f4' },
    ],
  },
  {
    id: 'n2',
    address: '172.18.0.3',
    gateway: '172.18.0.1',
    block: '10.244.110.128/26',
    tunnel: '10.244.110.128',
    vtep: '66:03:c5:fc:0f:e5',
    pods: [{ id: 'p2a', address: '10.244.110.129', interface: 'cali4e54bcdb445' }],
  },
  {
    id: 'n3',
    address: '172.19.0.2',
    gateway: '172.19.0.1',
    block: '10.244.195.192/26',
    tunnel: '10.244.195.192',
    vtep: '66:f2:49:ad:0b:2d',
    pods: [{ id: 'p3a', address: '10.244.195.193', interface: 'cali2edf923f493' }],
  },
];

const sharesSubnet = (left: LabNode, right: LabNode): boolean => left.gateway === right.gateway;

function routeToBlock(mode: LabMode, from: LabNode, to: LabNode): string {
  const nearby = sharesSubnet(from, to);
  switch (mode) {
    case 'noencap':
      return `${to.block} via ${nearby ? to.address : from.gateway} dev eth0 proto bird`;
    case 'ipip':
      return `${to.block} via ${to.address} dev tunl0 proto bird onlink`;
    case 'vxlan':
      return `${to.block} via ${to.tunnel} dev vxlan.calico onlink`;
    case 'vxlan-cross':
      return nearby ? `${to.block} via ${to.address} dev eth0 proto 80 onlink` : `${to.block} via ${to.tunnel} dev vxlan.calico onlink`;
  }
}

function labNode(mode: LabMode, node: LabNode, extra: Partial<NamespaceText>): NamespaceText {
  const others = labNodes.filter((other) => other !== node);
  const usesVxlan = mode === 'vxlan' || mode === 'vxlan-cross';
  const tunnel: InterfaceText = usesVxlan
    ? {
        name: 'vxlan.calico',
        mac: node.vtep,
        addresses: [`${node.tunnel}/32`],
        device: { kind: 'vxlan', vni: 4096, port: 4789, local: ipAddress(node.address), underlay: 'eth0' },
        mtu: 1450,
      }
    : { name: 'tunl0', addresses: [`${node.tunnel}/32`], device: { kind: 'ipip', local: null }, mtu: 1480 };
  return {
    id: node.id,
    interfaces: [
      { name: 'eth0', mac: macOf(node.address), addresses: [`${node.address}/16`] },
      ...node.pods.map(
        (entry): InterfaceText => ({
          name: entry.interface,
          mac: hostVeth,
          device: { kind: 'veth' },
          mtu: usesVxlan ? 1450 : 1500,
          proxyArp: true,
          routeLocalnet: true,
        }),
      ),
      ...(mode === 'noencap' ? [] : [tunnel]),
    ],
    forwarding: true,
    routes: [
      `default via ${node.gateway} dev eth0`,
      ...others.map((other) => routeToBlock(mode, node, other)),
      `blackhole ${node.block} proto ${usesVxlan ? '80' : 'bird'}`,
      ...node.pods.map((entry) => `${entry.address} dev ${entry.interface} scope link`),
    ],
    neighbours: usesVxlan ? others.map((other) => `${other.tunnel} dev vxlan.calico lladdr ${other.vtep}`) : [],
    fdb: usesVxlan ? others.map((other) => `${other.vtep} dev vxlan.calico dst ${other.address}`) : [],
    ...extra,
  };
}

/** Per namespace, what differs from the plain laboratory. */
export type LabChanges = Readonly<Record<string, Partial<NamespaceText>>>;

/** n1 and n2 on one switch, n3 behind the router r, ext beyond it; Pods p1a, p1b on n1, p2a on n2, p3a on n3. */
export function labCluster(mode: LabMode, changes: LabChanges = {}): Cluster {
  const mtu = mode === 'vxlan' || mode === 'vxlan-cross' ? 1450 : 1500;
  const change = (text: NamespaceText): NamespaceText => ({ ...text, ...changes[text.id] });
  const router: NamespaceText = {
    id: 'r',
    kind: 'router',
    forwarding: true,
    interfaces: [
      { name: 'eth0', mac: macOf('172.18.0.1'), addresses: ['172.18.0.1/16'] },
      { name: 'eth1', mac: macOf('172.19.0.1'), addresses: ['172.19.0.1/16'] },
      { name: 'eth2', mac: macOf('203.0.113.1'), addresses: ['203.0.113.1/24'] },
    ],
    routes:
      mode === 'noencap'
        ? labNodes.map((node) => `${node.block} via ${node.address} dev ${node.gateway === '172.18.0.1' ? 'eth0' : 'eth1'} proto bird`)
        : [],
  };
  const lan: NamespaceText = {
    id: 'sw',
    kind: 'switch',
    interfaces: ['port1', 'port2', 'port3'].map((name, index) => ({ name, mac: `02:00:00:00:01:0${index}` })),
  };
  const ext: NamespaceText = {
    id: 'ext',
    kind: 'client',
    interfaces: [{ name: 'eth0', mac: macOf('203.0.113.9'), addresses: ['203.0.113.9/24'] }],
    routes: ['default via 203.0.113.1 dev eth0'],
  };
  const pods = labNodes.flatMap((node) => node.pods.map((entry) => ({ node, entry })));
  return clusterFrom(
    [
      ...labNodes.map((node) => change(labNode(mode, node, {}))),
      ...pods.map(({ entry }) => change(pod(entry.id, entry.address, mtu))),
      change(router),
      change(lan),
      change(ext),
    ],
    [
      'n1 eth0 - sw port1',
      'n2 eth0 - sw port2',
      'r eth0 - sw port3',
      'n3 eth0 - r eth1',
      'ext eth0 - r eth2',
      ...pods.map(({ node, entry }) => `${entry.id} eth0 - ${node.id} ${entry.interface}`),
    ],
  );
}

type Send = { readonly from?: string; readonly to: string; readonly ttl?: number };

const basePacket = ({ from, to, ttl }: Send) => ({
  link: null,
  source: from === undefined ? ipAddress('0.0.0.0') : ipAddress(from),
  destination: ipAddress(to),
  ttl: ttl ?? 64,
  dontFragment: true,
  payload: { kind: 'none' } as const,
  mark: 0,
});

export const tcpPacket = (send: Send & { readonly sport?: number; readonly dport: number; readonly flags?: TcpFlags }): Packet => ({
  ...basePacket(send),
  transport: { kind: 'tcp', sourcePort: send.sport ?? 40_000, destinationPort: send.dport, flags: send.flags ?? { syn: true } },
});

export const udpPacket = (send: Send & { readonly sport?: number; readonly dport: number; readonly bytes?: number }): Packet => ({
  ...basePacket(send),
  transport: { kind: 'udp', sourcePort: send.sport ?? 40_000, destinationPort: send.dport },
  payload: send.bytes === undefined ? { kind: 'none' } : { kind: 'data', bytes: send.bytes, summary: 'datagram' },
});

export const echoRequest = (send: Send & { readonly id?: number; readonly bytes?: number }): Packet => ({
  ...basePacket(send),
  transport: { kind: 'icmp', type: 8, code: 0, identifier: send.id ?? 77, sequence: 1 },
  payload: { kind: 'data', bytes: send.bytes ?? 56, summary: 'ping' },
});

/** What the receiver of a delivered packet answers: SYN-ACK, echo reply, a datagram back. */
export function answerTo(packet: Packet): Packet {
  const { transport } = packet;
  const back: Packet = { ...packet, link: null, source: packet.destination, destination: packet.source, ttl: 64, mark: 0 };
  switch (transport.kind) {
    case 'tcp':
      return { ...back, transport: { ...swapPorts(transport), flags: { syn: true, ack: true } } };
    case 'udp':
      return { ...back, transport: swapPorts(transport) };
    case 'icmp':
      return { ...back, transport: { ...transport, type: 0 } };
    default:
      throw new Error(`no answer to ${transport.kind}`);
  }
}

function swapPorts<Header extends { readonly sourcePort: number; readonly destinationPort: number }>(header: Header): Header {
  return { ...header, sourcePort: header.destinationPort, destinationPort: header.sourcePort };
}

const poolSet = (name: string): IpSet => ({
  name,
  type: 'hash:net',
  family: 'ipv4',
  members: [{ cidr: cidr('10.244.0.0/16') }],
});

/** Calico's sets that the laboratory's rules name. */
export const labSets: readonly IpSet[] = [poolSet('cali40all-ipam-pools'), poolSet('cali40masq-ipam-pools')];

const rawRules = `
*raw
-A PREROUTING -p udp -m udp --dport 4789 -j NOTRACK
-A PREROUTING -i cali+ -m rpfilter --validmark --invert -j DROP
-A OUTPUT -p udp -m udp --dport 4789 -j NOTRACK
COMMIT
`;

const calicoPostrouting = `
-A POSTROUTING -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully
-A POSTROUTING -o vxlan.calico -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE --random-fully
`;

/** What Felix installs on a node for NAT and against spoofing, in short. */
export const calicoRules: Partial<NamespaceText> = { iptables: `${rawRules}*nat${calicoPostrouting}COMMIT\n`, sets: labSets };

/** kube-proxy's rules for 10.96.0.10:80 (node port 30080) with one endpoint p2a:8080, and Calico's behind them; `filter` goes into its own table. */
export const serviceRules = (filter = ''): Partial<NamespaceText> => ({
  sets: labSets,
  iptables: `${rawRules}
*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SVC - [0:0]
:KUBE-EXT - [0:0]
:KUBE-SEP - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING${calicoPostrouting}
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-EXT
-A KUBE-EXT -j KUBE-MARK-MASQ
-A KUBE-EXT -j KUBE-SVC
-A KUBE-SVC ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC -j KUBE-SEP
-A KUBE-SEP -s 10.244.110.129/32 -j KUBE-MARK-MASQ
-A KUBE-SEP -p tcp -m tcp -j DNAT --to-destination 10.244.110.129:8080
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
*filter
${filter}
COMMIT
`,
});
