/** How things are called in lists and pictures: short names of network namespaces, addresses, and links back to the YAML. */
import {
  addressWithPort,
  namespacedName,
  type Origin,
  type Packet,
  type Provenance,
  portsOf,
  type Route,
  renderRoute,
} from '../engine/index.ts';
import type { Cause } from './model.ts';

/** A Pod by its name without the namespace; everything else by its own name. */
export const displayName = (namespace: string): string => {
  const slash = namespace.indexOf('/');
  return slash < 0 ? namespace.replaceAll('-network', ' network').replace('load-balancer', 'load balancer') : namespace.slice(slash + 1);
};

export const causeOf = (origin: Origin | undefined): Cause | null =>
  origin === undefined
    ? null
    : { label: `${origin.object.kind} ${namespacedName(origin.object)}`, range: origin.range ?? null, added: origin.range === undefined };

export const causeOfResource = (resource: {
  readonly kind: string;
  readonly reference: Origin['object'];
  readonly provenance: Provenance;
  readonly range?: Origin['range'];
}): Cause => ({
  label: `${resource.kind} ${namespacedName(resource.reference)}`,
  range: resource.range ?? null,
  added: resource.provenance === 'added',
});

/** The packet inside all encapsulation, and the outermost header around it when there is one. */
export function unwrap(packet: Packet): { readonly inner: Packet; readonly outer: Packet | null } {
  let inner = packet;
  while (inner.payload.kind === 'vxlan' || inner.payload.kind === 'ipip') inner = inner.payload.inner;
  return { inner, outer: inner === packet ? null : packet };
}

const hasPorts = (packet: Packet): boolean => ['tcp', 'udp', 'sctp'].includes(packet.transport.kind);

/** "10.244.162.129:80", or the bare address for protocols without ports. */
export const sourceText = (packet: Packet): string =>
  hasPorts(packet) ? addressWithPort(packet.source, portsOf(packet).source) : packet.source;

export const destinationText = (packet: Packet): string =>
  hasPorts(packet) ? addressWithPort(packet.destination, portsOf(packet).destination) : packet.destination;

/** What the packet carries ("GET / HTTP/1.1"), else what it is ("TCP SYN"). */
export const packetWords = (packet: Packet): string => (packet.payload.kind === 'data' ? packet.payload.summary : transportWords(packet));

/** "TCP SYN", "UDP", "ICMP 3/3": what the packet is, in the words of tcpdump. */
export function transportWords(packet: Packet): string {
  const { transport } = packet;
  switch (transport.kind) {
    case 'tcp': {
      const flags = (['syn', 'ack', 'psh', 'fin', 'rst'] as const).filter((flag) => transport.flags[flag] === true);
      return `TCP ${flags.join('-').toUpperCase()}`.trim();
    }
    case 'udp':
      return 'UDP';
    case 'sctp':
      return `SCTP ${transport.chunk.toUpperCase()}`;
    case 'icmp':
      return `ICMP ${transport.type}/${transport.code}`;
    case 'ipencap':
      return 'IPIP';
  }
}

/** A route as `ip route` prints it, a multipath one on one line. */
export const routeText = (route: Route): string =>
  renderRoute(route)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
