/** One host's dealings with one packet: what the stages of the walk hand to each other, and how a packet ends. */
import type { IpAddress } from '../net/address.ts';
import type { Packet } from '../net/packet.ts';
import { lookupRoute, selectSource } from '../routing/lookup.ts';
import type { Route } from '../routing/routing.ts';
import type { Cluster, Interface, NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { Choices } from './choices.ts';
import { attachResponse, type Tracking } from './conntrack.ts';
import type { Host } from './host.ts';
import { type ErrorKind, errorPacket, mayCauseError } from './icmp.ts';
import type { Memory } from './memory.ts';
import type { Disposition, DropCause, Step } from './trace.ts';

export interface Visit {
  readonly cluster: Cluster;
  readonly memory: Memory;
  readonly choices: Choices;
  readonly id: NetworkNamespaceId;
  readonly host: Host;
  /** Grows while the packet is here. */
  readonly steps: Step[];
}

/** A packet inside a host, with what the kernel keeps beside it. */
export interface Traveller {
  readonly packet: Packet;
  /** Null before conntrack has seen it. */
  readonly tracking: Tracking | null;
}

export interface End {
  readonly kind: 'end';
  readonly disposition: Disposition;
  readonly packet: Packet;
  readonly process?: string;
  readonly cause?: DropCause;
  readonly response: Packet | null;
}

/** What happens next: the stages do not call each other, so that tunnels and loopback cannot nest the stack. */
export type Next =
  | End
  /** A frame goes out by a device with a cable. */
  | { readonly kind: 'transmit'; readonly packet: Packet; readonly device: Interface }
  /** The packet comes up from a device of the same host: the far end of a tunnel, or loopback (which keeps its tracking). */
  | { readonly kind: 'input'; readonly traveller: Traveller; readonly interfaceName: string; readonly isLoopback: boolean }
  /** A tunnel's outer packet is sent like one of the host's own. */
  | { readonly kind: 'output'; readonly packet: Packet; readonly boundTo: string | null };

const dispositionOfCause: Record<DropCause['kind'], Disposition> = {
  rule: 'dropped',
  policy: 'dropped',
  reversePathFilter: 'dropped',
  martian: 'dropped',
  blackhole: 'dropped',
  notForwarding: 'dropped',
  ttl: 'ttlExceeded',
  neighbour: 'neighbourUnreachable',
  noRoute: 'noRoute',
  noListener: 'noListener',
  tooBig: 'tooBig',
  linkDown: 'dropped',
  loop: 'loop',
  unsupported: 'unsupported',
};

/** Ends the walk with a drop step. */
export function drop(visit: Visit, packet: Packet, cause: DropCause, response: Packet | null = null, disposition?: Disposition): End {
  visit.steps.push({ kind: 'drop', packet, cause });
  return { kind: 'end', disposition: disposition ?? dispositionOfCause[cause.kind], packet, cause, response };
}

/** The next hop of a multipath route for a pair of addresses: drawn once, then remembered, as the kernel's hash does. */
export function pickNextHop(visit: Visit, packet: { readonly source: IpAddress; readonly destination: IpAddress }) {
  return (weights: readonly number[], route: Route): number => {
    const key = `${route.destination} ${packet.source} ${packet.destination}`;
    const known = visit.memory.read(visit.id).multipath.get(key);
    if (known !== undefined && known < weights.length) return known;
    const picked = visit.choices.pick(weights, `${visit.id} route ${route.destination}`);
    visit.memory.set(visit.id, 'multipath', key, picked);
    return picked;
  };
}

/** The address this host answers from when it speaks to `destination`: where the way there begins (icmp_route_lookup). */
function ownAddressTowards(visit: Visit, destination: IpAddress): IpAddress | undefined {
  const { host } = visit;
  const lookup = lookupRoute(host.namespace.routing(), { destination }, { isUsable: host.isUp, pickNextHop: () => 0 });
  if (lookup.route === null || (lookup.decision.kind !== 'local' && lookup.decision.kind !== 'forward')) return undefined;
  return selectSource(host.interfaces, { route: lookup.route, nextHop: lookup.nextHop }, destination);
}

/** The ICMP error about a packet, tied to its connection; null where a kernel keeps silent. `addressedHere`: the packet was for this host. */
export function answerWithError(
  visit: Visit,
  traveller: Traveller,
  kind: ErrorKind,
  options: { readonly addressedHere: boolean; readonly mtu?: number },
): Packet | null {
  const { packet, tracking } = traveller;
  if (!mayCauseError(packet)) return null;
  const source = options.addressedHere ? packet.destination : ownAddressTowards(visit, packet.source);
  if (source === undefined) return null;
  const response = errorPacket(kind, packet, source, options.mtu);
  attachResponse(visit.memory, visit.id, response, tracking);
  return response;
}
