/**
 * Tunnel devices: the packet becomes the payload of an outer one, which the host then sends like its own (drivers/net/vxlan/vxlan_core.c
 * vxlan_xmit, net/ipv4/ip_tunnel.c ip_tunnel_xmit). WireGuard and GENEVE are not modelled; a kernel's flow hash is another function than ours.
 */
import { hashText } from '../../shared/random.ts';
import { familyOf, type IpAddress, macAddress } from '../net/address.ts';
import { type Packet, portsOf, protocolOf } from '../net/packet.ts';
import { lookupRoute, selectSource } from '../routing/lookup.ts';
import type { Interface } from '../topology/networkNamespace.ts';
import { fdbKey } from './host.ts';
import { drop, type Next, type Visit } from './visit.ts';

/** net.ipv4.ip_local_port_range, which VXLAN's source port is drawn from by default. */
const localPorts = { first: 32_768, last: 60_999 } as const;
const everyUnknownMac = macAddress('00:00:00:00:00:00');
const defaultTtl = 64;

/** The outer source port: one per flow, the same for both directions (udp_flow_src_port over a symmetric hash). */
export function tunnelSourcePort(inner: Packet): number {
  const ports = portsOf(inner);
  const ends = [`${inner.source} ${ports.source}`, `${inner.destination} ${ports.destination}`].sort();
  const hash = hashText(`${protocolOf(inner)} ${ends.join(' ')}`);
  const size = localPorts.last - localPorts.first;
  return localPorts.first + Math.floor((hash / 2 ** 32) * size);
}

export function encapsulate(visit: Visit, packet: Packet, tunnel: Interface, nextHop: IpAddress): Next {
  switch (tunnel.device.kind) {
    case 'vxlan':
      return encapsulateVxlan(visit, packet, tunnel, tunnel.device);
    case 'ipip':
      return encapsulateIpip(visit, packet, tunnel, tunnel.device.local, nextHop);
    default:
      return drop(visit, packet, { kind: 'unsupported', what: 'tunnel' });
  }
}

function encapsulateVxlan(visit: Visit, frame: Packet, tunnel: Interface, device: Extract<Interface['device'], { kind: 'vxlan' }>): Next {
  const fdb = visit.host.fdb();
  const destinationMac = frame.link?.destination ?? everyUnknownMac;
  const entry = fdb.get(fdbKey(tunnel.name, destinationMac)) ?? fdb.get(fdbKey(tunnel.name, everyUnknownMac));
  if (entry?.destination === undefined) return drop(visit, frame, { kind: 'neighbour' });
  const outer: Packet = {
    link: null,
    source: device.local,
    destination: entry.destination,
    ttl: defaultTtl,
    dontFragment: false,
    transport: { kind: 'udp', sourcePort: tunnelSourcePort(frame), destinationPort: device.port },
    payload: { kind: 'vxlan', vni: device.vni, inner: { ...frame, mark: 0 } },
    mark: frame.mark,
  };
  const { origin } = entry;
  visit.steps.push({
    kind: 'encapsulate',
    packet: outer,
    interface: tunnel.name,
    remote: entry.destination,
    ...(origin === undefined ? {} : { fdbOrigin: origin }),
  });
  return { kind: 'output', packet: outer, boundTo: device.underlay };
}

/** A tunnel without a remote end of its own sends to the route's gateway; TTL and DF are the inner packet's. */
function encapsulateIpip(visit: Visit, packet: Packet, tunnel: Interface, local: IpAddress | null, nextHop: IpAddress): Next {
  if (familyOf(packet.source) === 'ipv6') return drop(visit, packet, { kind: 'unsupported', what: 'ipv6InIpip' });
  const source = local ?? outerSource(visit, nextHop);
  if (source === undefined) return drop(visit, packet, { kind: 'noRoute' });
  const outer: Packet = {
    link: null,
    source,
    destination: nextHop,
    ttl: packet.ttl,
    dontFragment: packet.dontFragment,
    transport: { kind: 'ipencap' },
    payload: { kind: 'ipip', inner: { ...packet, link: null, mark: 0 } },
    mark: packet.mark,
  };
  visit.steps.push({ kind: 'encapsulate', packet: outer, interface: tunnel.name, remote: nextHop });
  return { kind: 'output', packet: outer, boundTo: null };
}

function outerSource(visit: Visit, remote: IpAddress): IpAddress | undefined {
  const { host } = visit;
  const lookup = lookupRoute(host.namespace.routing(), { destination: remote }, { isUsable: host.isUp, pickNextHop: () => 0 });
  if (lookup.route === null) return undefined;
  return selectSource(host.interfaces, { route: lookup.route, nextHop: lookup.nextHop }, remote);
}
