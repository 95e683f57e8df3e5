/**
 * A packet on its way out: one of the host's own (route, OUTPUT, a second route when a rule changed where it goes), then for every packet
 * POSTROUTING, the neighbour, and the device: a cable, loopback or a tunnel (net/ipv4/ip_output.c, route.c ip_route_me_harder).
 */
import type { IpAddress, MacAddress } from '../net/address.ts';
import type { Packet } from '../net/packet.ts';
import { lookupRoute, type RouteLookup, selectAddress, selectSource } from '../routing/lookup.ts';
import type { Interface } from '../topology/networkNamespace.ts';
import { rememberSocket } from './deliver.ts';
import { runOutputFilter, runOutputMangle, runOutputNat, runOutputRaw, runPostrouting } from './hooks.ts';
import { neighbourKey } from './host.ts';
import { isMulticast } from './icmp.ts';
import { isLoopback } from './inputRoute.ts';
import { askForNeighbour } from './segment.ts';
import { isTooBig } from './size.ts';
import type { RouteDecision } from './trace.ts';
import { encapsulate } from './tunnel.ts';
import { answerWithError, drop, type End, type Next, pickNextHop, type Traveller, type Visit } from './visit.ts';

type Forward = Extract<RouteDecision, { kind: 'forward' }>;
/** Where a packet of the host's own goes: to the host itself, or out by an interface. */
type Way = { readonly kind: 'local' } | Forward;
type Routed = { readonly kind: 'way'; readonly way: Way; readonly packet: Packet } | End;

const isUnspecified = (address: IpAddress): boolean => address === '0.0.0.0' || address === '::';

/**
 * Sends a packet of the host's own. A source of 0.0.0.0 or :: is chosen by the route. `boundTo` is the device that a tunnel sends through;
 * `process` null is the kernel itself.
 */
export function sendPacket(
  visit: Visit,
  packet: Packet,
  options: { readonly boundTo: string | null; readonly process: string | null },
): Next {
  const first = routeOwn(visit, packet, options.boundTo);
  if (first.kind === 'end') return first;
  if (options.process !== null) rememberSocket(visit, first.packet, options.process);
  const mtu =
    first.way.kind === 'forward' ? (visit.host.interfaceByName.get(first.way.interface)?.mtu ?? Number.POSITIVE_INFINITY) : 65_536;
  if (isTooBig(first.packet, mtu)) return drop(visit, first.packet, { kind: 'tooBig', mtu });
  const rerouted = runRulesOfOutput(visit, first);
  if (rerouted.kind === 'end') return rerouted;
  const admitted = runOutputFilter(visit, rerouted.traveller, outputPlace(visit, rerouted.way));
  if (admitted.kind === 'end') return admitted;
  if (rerouted.way.kind === 'local') return loopBack(visit, admitted.traveller);
  return sendByInterface(visit, admitted.traveller, rerouted.way, { inInterface: null, isOwn: true });
}

/** raw, tracking, mangle and nat; a mark that mangle changed and a destination that nat changed send the packet through routing again. */
function runRulesOfOutput(
  visit: Visit,
  first: Extract<Routed, { kind: 'way' }>,
): { readonly kind: 'ruled'; readonly way: Way; readonly traveller: Traveller } | End {
  const raw = runOutputRaw(visit, { packet: first.packet, tracking: null }, outputPlace(visit, first.way));
  if (raw.kind === 'end') return raw;
  const mangled = runOutputMangle(visit, raw.traveller, outputPlace(visit, first.way));
  if (mangled.kind === 'end') return mangled;
  const isMarked = mangled.traveller.packet.mark !== raw.traveller.packet.mark;
  const second = isMarked ? routeOwn(visit, mangled.traveller.packet, null) : first;
  if (second.kind === 'end') return second;
  const translated = runOutputNat(visit, mangled.traveller, outputPlace(visit, second.way));
  if (translated.kind === 'end') return translated;
  const isRedirected = translated.traveller.packet.destination !== mangled.traveller.packet.destination;
  const third = isRedirected ? routeOwn(visit, translated.traveller.packet, null) : second;
  if (third.kind === 'end') return third;
  return { kind: 'ruled', way: third.way, traveller: translated.traveller };
}

function outputPlace(visit: Visit, way: Way) {
  const outInterface = way.kind === 'local' ? visit.host.loopbackName : way.interface;
  return { hook: 'OUTPUT', inInterface: null, outInterface, addressedHere: way.kind === 'local' } as const;
}

function routeOwn(visit: Visit, packet: Packet, boundTo: string | null): Routed {
  const { host } = visit;
  if (isMulticast(packet.destination)) return drop(visit, packet, { kind: 'unsupported', what: 'multicast' });
  const hasSource = !isUnspecified(packet.source);
  const query = {
    destination: packet.destination,
    ...(hasSource ? { source: packet.source } : {}),
    ...(boundTo === null ? {} : { outputInterface: boundTo }),
    mark: packet.mark,
  };
  const lookup = lookupRoute(host.namespace.routing(), query, { isUsable: host.isUp, pickNextHop: pickNextHop(visit, packet) });
  const decision = decisionOf(lookup, packet, boundTo);
  const source = hasSource ? packet.source : chooseSource(visit, lookup, packet.destination);
  const sourced: Packet = source === undefined ? packet : { ...packet, source };
  visit.steps.push({
    kind: 'route',
    packet: sourced,
    destination: packet.destination,
    candidates: lookup.candidates,
    decision,
    ...(hasSource || source === undefined ? {} : { chosenSource: source }),
  });
  if (lookup.route?.type === 'broadcast') return drop(visit, sourced, { kind: 'unsupported', what: 'broadcast' });
  switch (decision.kind) {
    case 'local':
    case 'forward':
      if (source === undefined) return drop(visit, packet, { kind: 'noRoute' });
      if (decision.kind === 'forward' && !mayLeave(visit, source, decision.interface)) return drop(visit, sourced, { kind: 'martian' });
      return { kind: 'way', way: decision, packet: sourced };
    case 'blackhole':
      return drop(visit, sourced, { kind: 'blackhole' });
    case 'unreachable':
    case 'prohibit':
    case 'noRoute':
      return drop(visit, sourced, { kind: 'noRoute' });
  }
}

/** 127/8 leaves a host only by a device with route_localnet (__mkroute_output). */
function mayLeave(visit: Visit, source: IpAddress, interfaceName: string): boolean {
  const device = visit.host.interfaceByName.get(interfaceName);
  return !isLoopback(source) || device?.device.kind === 'loopback' || device?.sysctls.routeLocalnet === true;
}

/** A socket bound to a device that has no route is taken to mean "on this link" (ip_route_output_key_hash_rcu). */
function decisionOf(lookup: RouteLookup, packet: Packet, boundTo: string | null): RouteDecision {
  if (lookup.decision.kind !== 'noRoute' || boundTo === null) return lookup.decision;
  return { kind: 'forward', interface: boundTo, nextHop: packet.destination, onLink: true };
}

function chooseSource(visit: Visit, lookup: RouteLookup, destination: IpAddress): IpAddress | undefined {
  return lookup.route === null
    ? undefined
    : selectSource(visit.host.interfaces, { route: lookup.route, nextHop: lookup.nextHop }, destination);
}

/** To itself: out by lo (POSTROUTING) and in again, still the same connection. */
function loopBack(visit: Visit, traveller: Traveller): Next {
  const { loopbackName } = visit.host;
  const place = { hook: 'POSTROUTING', inInterface: null, outInterface: loopbackName, addressedHere: true } as const;
  const out = runPostrouting(visit, traveller, place);
  if (out.kind === 'end') return out;
  return { kind: 'input', traveller: out.traveller, interfaceName: loopbackName, isLoopback: true };
}

/** POSTROUTING, neighbour, device: for the host's own and for forwarded packets. */
export function sendByInterface(
  visit: Visit,
  traveller: Traveller,
  way: Forward,
  origin: { readonly inInterface: string | null; readonly isOwn: boolean },
): Next {
  const place = { hook: 'POSTROUTING', inInterface: origin.inInterface, outInterface: way.interface, addressedHere: false } as const;
  const postrouted = runPostrouting(visit, traveller, place);
  if (postrouted.kind === 'end') return postrouted;
  const { traveller: outgoing } = postrouted;
  const device = visit.host.interfaceByName.get(way.interface);
  if (device === undefined || !device.up) return drop(visit, outgoing.packet, { kind: 'linkDown', interface: way.interface });
  switch (device.device.kind) {
    case 'loopback':
      return { kind: 'input', traveller: outgoing, interfaceName: device.name, isLoopback: true };
    case 'ipip':
      return encapsulate(visit, outgoing.packet, device, way.nextHop);
    case 'ethernet':
    case 'veth':
    case 'vxlan': {
      const resolved = resolveNeighbour(visit, outgoing, device, way.nextHop);
      if (resolved.kind === 'end') return resolved;
      const framed: Packet = { ...outgoing.packet, link: { source: resolved.source, destination: resolved.destination } };
      if (device.device.kind === 'vxlan') return encapsulate(visit, framed, device, way.nextHop);
      return { kind: 'transmit', packet: framed, device };
    }
  }
}

type Resolved = { readonly kind: 'resolved'; readonly source: MacAddress; readonly destination: MacAddress } | End;

/** The next hop's MAC: a permanent entry, or who answers on the link. Nobody: the sender hears "host unreachable" after three tries. */
function resolveNeighbour(visit: Visit, traveller: Traveller, device: Interface, address: IpAddress): Resolved {
  const { packet } = traveller;
  const found = { kind: 'neighbour', packet, interface: device.name, address } as const;
  if (device.mac === null) return drop(visit, packet, { kind: 'unsupported', what: 'interfaceWithoutMac' });
  const permanent = visit.host.neighbours().get(neighbourKey(device.name, address));
  if (permanent !== undefined) {
    const { mac, origin } = permanent;
    visit.steps.push({ ...found, mac, answeredBy: 'permanent', ...(origin === undefined ? {} : { origin }) });
    return { kind: 'resolved', source: device.mac, destination: mac };
  }
  const sender = arpSender(visit, device, packet, address);
  const from = { namespace: visit.id, interface: device.name };
  const answer = sender === undefined ? null : askForNeighbour(visit.cluster, from, address, sender);
  if (answer === null || sender === undefined) {
    visit.steps.push({ ...found, mac: null, answeredBy: 'nobody' });
    const isOuter = packet.payload.kind === 'vxlan' || packet.payload.kind === 'ipip';
    // The error about a tunnel's outer packet ends in the tunnel device of this very host: nothing to walk.
    const response = isOuter ? null : answerWithError(visit, traveller, 'hostUnreachable', { addressedHere: false });
    return drop(visit, packet, { kind: 'neighbour' }, response);
  }
  visit.memory.set(visit.id, 'neighbours', neighbourKey(device.name, address), answer.mac);
  visit.memory.set(answer.by.namespace, 'neighbours', neighbourKey(answer.by.interface, sender), device.mac);
  visit.steps.push({ ...found, mac: answer.mac, answeredBy: answer.answeredBy });
  return { kind: 'resolved', source: device.mac, destination: answer.mac };
}

/** Whose name an ARP request goes out under: the packet's source when it is one of ours, else the interface's choice (arp_announce 0). */
function arpSender(visit: Visit, device: Interface, packet: Packet, target: IpAddress): IpAddress | undefined {
  if (visit.host.addressType(packet.source, null) === 'LOCAL') return packet.source;
  return selectAddress(visit.host.interfaces, device.name, target, 'link');
}
