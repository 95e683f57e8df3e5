/**
 * A packet that is for this host: the socket that takes it, the tunnel that unwraps it, or the kernel's answer that nobody waits
 * (net/ipv4/tcp_ipv4.c, udp.c, icmp.c, drivers/net/vxlan, ip_tunnel.c). Sockets know no sequence numbers; a listener takes any SYN to its port.
 */
import { invariant } from '../../shared/invariant.ts';
import { familyOf } from '../net/address.ts';
import { type Packet, portsOf } from '../net/packet.ts';
import type { Interface, Listener, NetworkNamespace } from '../topology/networkNamespace.ts';
import { attachResponse } from './conntrack.ts';
import { flowOf, icmpRoleOf, invertFlow, packetInError } from './flow.ts';
import { resetPacket } from './icmp.ts';
import { flowKey } from './kernelState.ts';
import { answerWithError, drop, type End, type Next, type Traveller, type Visit } from './visit.ts';

/** Remembers the socket of a packet that a process sends: what answers it finds its way back to the process. */
export function rememberSocket(visit: Visit, packet: Packet, process: string): void {
  const { transport } = packet;
  if (transport.kind === 'ipencap' || packetInError(packet) !== null) return;
  if (transport.kind === 'icmp' && icmpRoleOf(packet) !== 'request') return;
  if (transport.kind === 'tcp' && transport.flags.rst === true) return;
  visit.memory.set(visit.id, 'sockets', flowKey(invertFlow(flowOf(packet))), process);
}

export function deliver(visit: Visit, traveller: Traveller): Next {
  const { packet } = traveller;
  const tunnel = tunnelFor(visit, packet);
  if (tunnel !== undefined) return unwrap(visit, traveller, tunnel);
  const { namespace } = visit.host;
  const socket = visit.memory.read(visit.id).sockets.get(flowKey(flowOf(packetInError(packet) === null ? packet : answeredBy(packet))));
  if (socket !== undefined) return delivered(visit, packet, socket);
  if (icmpRoleOf(packet) === 'request') return delivered(visit, packet, 'kernel');
  const listener = findListener(namespace, packet);
  if (listener !== undefined) return delivered(visit, packet, listener.process, listener);
  if (namespace.acceptsEverything && packet.transport.kind !== 'ipencap') return delivered(visit, packet, namespace.id);
  return refuse(visit, traveller);
}

/** The packet whose socket an error is for: an answer to the one that the error is about. */
function answeredBy(error: Packet): Packet {
  const about = packetInError(error);
  invariant(about !== null, 'an ICMP error is about a packet');
  const flow = invertFlow(flowOf(about));
  return {
    ...about,
    source: flow.source,
    destination: flow.destination,
    transport:
      about.transport.kind === 'icmp' || about.transport.kind === 'ipencap'
        ? about.transport
        : { ...about.transport, sourcePort: flow.sourcePort, destinationPort: flow.destinationPort },
  };
}

function delivered(visit: Visit, packet: Packet, process: string, listener?: Listener): End {
  const end = { kind: 'end', packet, response: null } as const;
  if (visit.host.namespace.kind === 'internet') {
    visit.steps.push({ kind: 'exit', packet });
    return { ...end, disposition: 'exitsCluster' };
  }
  const origin = listener?.origin;
  visit.steps.push({ kind: 'deliver', packet, process, ...(origin === undefined ? {} : { origin }) });
  return { ...end, disposition: 'delivered', process };
}

/** A TCP listener takes connection attempts; segments of connections find their socket before it is asked. */
function findListener(namespace: NetworkNamespace, packet: Packet): Listener | undefined {
  const { transport } = packet;
  if (transport.kind === 'icmp' || transport.kind === 'ipencap') return undefined;
  if (transport.kind === 'tcp' && (transport.flags.syn !== true || transport.flags.ack === true)) return undefined;
  const { destination: port } = portsOf(packet);
  const fits = (listener: Listener): boolean => listener.protocol === transport.kind && listener.port === port;
  return (
    namespace.listeners.find((listener) => fits(listener) && listener.address === packet.destination) ??
    namespace.listeners.find((listener) => fits(listener) && listener.address === null)
  );
}

/** TCP answers with a reset, UDP and SCTP-less hosts with an ICMP error; an answer that nobody asked for is dropped without a word. */
function refuse(visit: Visit, traveller: Traveller): End {
  const { packet } = traveller;
  switch (packet.transport.kind) {
    case 'tcp': {
      const response = resetPacket(packet) ?? null;
      if (response !== null) attachResponse(visit.memory, visit.id, response, null);
      return drop(visit, packet, { kind: 'noListener' }, response);
    }
    case 'udp':
      return drop(visit, packet, { kind: 'noListener' }, answerWithError(visit, traveller, 'portUnreachable', { addressedHere: true }));
    case 'sctp': {
      // net/sctp/input.c answers an INIT to nobody with ABORT; a host without the module would send "protocol unreachable".
      const response: Packet | null = packet.transport.chunk === 'abort' ? null : abortPacket(packet);
      return drop(visit, packet, { kind: 'noListener' }, response);
    }
    case 'ipencap':
      return drop(visit, packet, { kind: 'noListener' }, answerWithError(visit, traveller, 'protocolUnreachable', { addressedHere: true }));
    case 'icmp':
      return drop(visit, packet, { kind: 'noListener' });
  }
}

function abortPacket(cause: Packet): Packet {
  const ports = portsOf(cause);
  return {
    ...cause,
    link: null,
    source: cause.destination,
    destination: cause.source,
    ttl: 64,
    transport: { kind: 'sctp', sourcePort: ports.destination, destinationPort: ports.source, chunk: 'abort' },
    payload: { kind: 'none' },
    mark: 0,
  };
}

/** A tunnel device that listens for this packet: VXLAN's UDP port, or IP in IP. */
function tunnelFor(visit: Visit, packet: Packet): Interface | undefined {
  return visit.host.interfaces.find(({ device, up }) => {
    if (!up) return false;
    if (device.kind === 'vxlan') {
      const family = familyOf(device.local);
      return packet.transport.kind === 'udp' && packet.transport.destinationPort === device.port && family === familyOf(packet.destination);
    }
    return device.kind === 'ipip' && packet.transport.kind === 'ipencap' && (device.local === null || device.local === packet.destination);
  });
}

function unwrap(visit: Visit, traveller: Traveller, tunnel: Interface): Next {
  const { packet } = traveller;
  const { payload } = packet;
  const { device } = tunnel;
  const isForTunnel = (payload.kind === 'vxlan' && device.kind === 'vxlan' && payload.vni === device.vni) || payload.kind === 'ipip';
  if (!isForTunnel) return drop(visit, packet, { kind: 'noListener' });
  // The mark stays beside the packet inside one host (skb_scrub_packet without a change of namespace); the connection does not.
  const inner: Packet = { ...payload.inner, mark: packet.mark };
  visit.steps.push({ kind: 'decapsulate', packet: inner, interface: tunnel.name });
  if (tunnel.mac !== null && inner.link !== null && inner.link.destination !== tunnel.mac) {
    return drop(visit, inner, { kind: 'neighbour' });
  }
  return { kind: 'input', traveller: { packet: inner, tracking: null }, interfaceName: tunnel.name, isLoopback: false };
}
