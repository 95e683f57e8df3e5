/**
 * One Ethernet segment: who hangs on it, by which port of a switch a MAC address is reached, and who answers when a host asks for an address (ARP).
 * A switch forwards to the port behind which the address is, as one does that has learned it; storms, VLANs and spanning tree are not modelled.
 * The answer to ARP follows net/ipv4/arp.c arp_process; IPv6 neighbours answer for their interface's own addresses only.
 */
import { familyOf, type IpAddress, type MacAddress } from '../net/address.ts';
import { type Cluster, type Interface, type LinkEnd, linkEndKey } from '../topology/networkNamespace.ts';
import { fdbKey, hostOf } from './host.ts';
import { isForwarding, routeInput } from './inputRoute.ts';

export interface NeighbourAnswer {
  readonly mac: MacAddress;
  readonly answeredBy: 'owner' | 'proxy';
  /** The host and interface that answered. */
  readonly by: LinkEnd;
}

interface SegmentIndex {
  readonly ends: Map<string, readonly LinkEnd[]>;
  readonly answers: Map<string, NeighbourAnswer | null>;
  readonly ports: Map<string, string | null>;
}

const indexes = new WeakMap<Cluster, SegmentIndex>();

function indexOf(cluster: Cluster): SegmentIndex {
  const cached = indexes.get(cluster);
  if (cached !== undefined) return cached;
  const index: SegmentIndex = { ends: new Map(), answers: new Map(), ports: new Map() };
  indexes.set(cluster, index);
  return index;
}

export function interfaceAt(cluster: Cluster, end: LinkEnd): Interface | undefined {
  const namespace = cluster.namespaces.get(end.namespace);
  return namespace === undefined ? undefined : hostOf(namespace).interfaceByName.get(end.interface);
}

/** The other end of an interface's link; undefined when there is none or it is down. */
export function livePeer(cluster: Cluster, end: LinkEnd): LinkEnd | undefined {
  const peer = cluster.peers.get(linkEndKey(end))?.peer;
  return peer !== undefined && interfaceAt(cluster, peer)?.up === true ? peer : undefined;
}

/** The switch ports a frame may leave by when it came in by one. */
function otherPorts(cluster: Cluster, inPort: LinkEnd): readonly LinkEnd[] {
  const namespace = cluster.namespaces.get(inPort.namespace);
  if (namespace === undefined) return [];
  return hostOf(namespace)
    .interfaces.filter((port) => port.device.kind !== 'loopback' && port.up && port.name !== inPort.interface)
    .map((port) => ({ namespace: inPort.namespace, interface: port.name }));
}

/** Every host interface that a frame from this end can reach, switches crossed. */
function hostsBehind(cluster: Cluster, from: LinkEnd, visited: ReadonlySet<string> = new Set()): readonly LinkEnd[] {
  const peer = livePeer(cluster, from);
  if (peer === undefined || visited.has(peer.namespace)) return [];
  if (cluster.namespaces.get(peer.namespace)?.kind !== 'switch') return [peer];
  const crossed = new Set([...visited, peer.namespace]);
  return otherPorts(cluster, peer).flatMap((port) => hostsBehind(cluster, port, crossed));
}

function segmentOf(cluster: Cluster, from: LinkEnd): readonly LinkEnd[] {
  const { ends } = indexOf(cluster);
  const key = linkEndKey(from);
  const known = ends.get(key) ?? hostsBehind(cluster, from);
  ends.set(key, known);
  return known;
}

/** By which port a switch sends a frame on: the fdb's word, else where the address is; null: nowhere, the frame is flooded and nobody takes it. */
export function switchPort(cluster: Cluster, inPort: LinkEnd, destination: MacAddress): string | null {
  const { ports } = indexOf(cluster);
  const key = `${linkEndKey(inPort)} ${destination}`;
  const cached = ports.get(key);
  if (cached !== undefined) return cached;
  const namespace = cluster.namespaces.get(inPort.namespace);
  const found = otherPorts(cluster, inPort).find(
    (port) =>
      (namespace !== undefined && hostOf(namespace).fdb().has(fdbKey(port.interface, destination))) ||
      segmentOf(cluster, port).some((end) => interfaceAt(cluster, end)?.mac === destination),
  );
  const port = found?.interface ?? null;
  ports.set(key, port);
  return port;
}

/** Asks a segment who has an address. Owners are asked before others, so that far hosts' routes are worked out only when nobody owns it. */
export function askForNeighbour(cluster: Cluster, from: LinkEnd, target: IpAddress, sender: IpAddress): NeighbourAnswer | null {
  const { answers } = indexOf(cluster);
  const key = `${linkEndKey(from)} ${target} ${sender}`;
  const cached = answers.get(key);
  if (cached !== undefined) return cached;
  const owns = (end: LinkEnd): boolean => {
    const namespace = cluster.namespaces.get(end.namespace);
    return namespace !== undefined && hostOf(namespace).addresses.has(target);
  };
  const ends = segmentOf(cluster, from);
  const inOrder = [...ends.filter(owns), ...ends.filter((end) => !owns(end))];
  let answer: NeighbourAnswer | null = null;
  for (const end of inOrder) {
    answer = answerOf(cluster, end, target, sender);
    if (answer !== null) break;
  }
  answers.set(key, answer);
  return answer;
}

function answerOf(cluster: Cluster, end: LinkEnd, target: IpAddress, sender: IpAddress): NeighbourAnswer | null {
  const namespace = cluster.namespaces.get(end.namespace);
  const asked = interfaceAt(cluster, end);
  if (namespace === undefined || asked === undefined || asked.mac === null) return null;
  if (familyOf(target) === 'ipv6') {
    const owns = asked.addresses.some(({ address }) => address === target);
    return owns ? { mac: asked.mac, answeredBy: 'owner', by: end } : null;
  }
  const host = hostOf(namespace);
  const routed = routeInput(host, asked, { source: sender, destination: target, mark: 0 }, () => 0);
  if (routed.kind !== 'routed') return null;
  if (routed.lookup.route?.type === 'local') return { mac: asked.mac, answeredBy: 'owner', by: end };
  const { decision } = routed.lookup;
  const answersForOthers = isForwarding(host, asked) && asked.sysctls.proxyArp;
  if (decision.kind !== 'forward' || !answersForOthers || decision.interface === asked.name) return null;
  return { mac: asked.mac, answeredBy: 'proxy', by: end };
}
