/**
 * A packet that comes up from a device: PREROUTING, the routing decision, then delivery to this host or forwarding (net/ipv4/ip_input.c,
 * ip_forward.c). ICMP redirects, IP options and fragments are not modelled: a datagram without DF that is too big travels as one.
 */
import { familyOf } from '../net/address.ts';
import type { Packet } from '../net/packet.ts';
import type { Route } from '../routing/routing.ts';
import { deliver } from './deliver.ts';
import { runForward, runInput, runPrerouting } from './hooks.ts';
import { type ErrorKind, isMulticast } from './icmp.ts';
import { routeInput } from './inputRoute.ts';
import { sendByInterface } from './output.ts';
import { isTooBig } from './size.ts';
import type { RouteDecision } from './trace.ts';
import { answerWithError, drop, type Next, pickNextHop, type Traveller, type Visit } from './visit.ts';

/** Takes a packet in by an interface; over loopback it is known to be for this host, and tracked already. */
export function receivePacket(visit: Visit, arrived: Traveller, interfaceName: string, isLoopback: boolean): Next {
  const place = { hook: 'PREROUTING', inInterface: interfaceName, outInterface: null, addressedHere: isLoopback } as const;
  const prerouted = runPrerouting(visit, arrived, place);
  if (prerouted.kind === 'end') return prerouted;
  if (isLoopback) return deliverHere(visit, prerouted.traveller, interfaceName);
  return routeArrived(visit, prerouted.traveller, interfaceName);
}

function deliverHere(visit: Visit, traveller: Traveller, interfaceName: string): Next {
  const place = { hook: 'INPUT', inInterface: interfaceName, outInterface: null, addressedHere: true } as const;
  const admitted = runInput(visit, traveller, place);
  return admitted.kind === 'end' ? admitted : deliver(visit, admitted.traveller);
}

function routeArrived(visit: Visit, traveller: Traveller, interfaceName: string): Next {
  const { packet } = traveller;
  const device = visit.host.interfaceByName.get(interfaceName);
  if (device === undefined) return drop(visit, packet, { kind: 'linkDown', interface: interfaceName });
  if (isMulticast(packet.destination)) return drop(visit, packet, { kind: 'unsupported', what: 'multicast' });
  const routed = routeInput(visit.host, device, packet, pickNextHop(visit, packet));
  const { lookup } = routed;
  if (lookup !== null) {
    const { candidates, decision } = lookup;
    visit.steps.push({ kind: 'route', packet, destination: packet.destination, candidates, decision });
  }
  switch (routed.kind) {
    case 'martian':
      return drop(visit, packet, { kind: 'martian' });
    case 'reversePathFilter':
      return drop(visit, packet, { kind: 'reversePathFilter', interface: interfaceName });
    case 'notForwarding':
      return drop(visit, packet, { kind: 'notForwarding' });
    case 'routed':
      break;
  }
  const { decision, route } = routed.lookup;
  if (route?.type === 'broadcast') return drop(visit, packet, { kind: 'unsupported', what: 'broadcast' });
  switch (decision.kind) {
    case 'local':
      return deliverHere(visit, traveller, interfaceName);
    case 'forward':
      return forward(visit, traveller, interfaceName, decision, route);
    case 'blackhole':
      return drop(visit, packet, { kind: 'blackhole' });
    case 'unreachable':
    case 'prohibit':
    case 'noRoute': {
      const response = answerWithError(visit, traveller, errorOfRoute(decision.kind, packet), { addressedHere: false });
      return drop(visit, packet, { kind: 'noRoute' }, response);
    }
  }
}

function errorOfRoute(kind: 'unreachable' | 'prohibit' | 'noRoute', packet: Packet): ErrorKind {
  if (kind === 'prohibit') return 'filtered';
  return kind === 'unreachable' && familyOf(packet.source) === 'ipv4' ? 'hostUnreachable' : 'netUnreachable';
}

/** ip_forward: TTL, size, decrement, FORWARD; then out like any packet. */
function forward(
  visit: Visit,
  traveller: Traveller,
  inInterface: string,
  way: Extract<RouteDecision, { kind: 'forward' }>,
  route: Route | null,
): Next {
  const { packet } = traveller;
  if (packet.ttl <= 1) {
    return drop(visit, packet, { kind: 'ttl' }, answerWithError(visit, traveller, 'timeExceeded', { addressedHere: false }));
  }
  const mtu = route?.mtu ?? visit.host.interfaceByName.get(way.interface)?.mtu ?? Number.POSITIVE_INFINITY;
  if (isTooBig(packet, mtu)) {
    const response = answerWithError(visit, traveller, 'fragmentationNeeded', { addressedHere: false, mtu });
    return drop(visit, packet, { kind: 'tooBig', mtu }, response);
  }
  const decremented: Packet = { ...packet, ttl: packet.ttl - 1 };
  visit.steps.push({ kind: 'ttl', packet: decremented, before: packet.ttl, after: decremented.ttl });
  const place = { hook: 'FORWARD', inInterface, outInterface: way.interface, addressedHere: false } as const;
  const admitted = runForward(visit, { ...traveller, packet: decremented }, place);
  if (admitted.kind === 'end') return admitted;
  return sendByInterface(visit, admitted.traveller, way, { inInterface, isOwn: false });
}
