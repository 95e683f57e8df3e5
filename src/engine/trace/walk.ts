/**
 * Walks one packet through the cluster: one Linux stack, run in every network namespace that the packet enters, interpreting what that
 * namespace holds. It knows nothing of Kubernetes. See SPEC.md for the numbered rules.
 */
import { assertNever } from '../../shared/assertNever.ts';
import { invariant } from '../../shared/invariant.ts';
import type { Packet } from '../net/packet.ts';
import { type Cluster, type LinkEnd, linkEndKey, type NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { Choices } from './choices.ts';
import { flowOf } from './flow.ts';
import { hostOf } from './host.ts';
import { receivePacket } from './input.ts';
import { flowKey, type KernelState } from './kernelState.ts';
import { createMemory, type Memory } from './memory.ts';
import { sendPacket } from './output.ts';
import { livePeer, switchPort } from './segment.ts';
import type { Hop, Trace } from './trace.ts';
import { drop, type End, type Next, type Visit } from './visit.ts';

/** Where a packet begins: sent by a process of a namespace, or put on the wire in front of an interface. */
export type WalkStart =
  | {
      readonly kind: 'send';
      readonly namespace: NetworkNamespaceId;
      /** A source of 0.0.0.0 or :: leaves the choice to the route, as a socket that is not bound does. */
      readonly packet: Packet;
      readonly process: string;
    }
  /** A packet without a link header is taken as addressed to the interface. */
  | { readonly kind: 'receive'; readonly namespace: NetworkNamespaceId; readonly interface: string; readonly packet: Packet };

export interface WalkResult {
  readonly trace: Trace;
  readonly state: KernelState;
}

export type WalkPacket = (cluster: Cluster, state: KernelState, start: WalkStart, choices: Choices) => WalkResult;

/** A packet that passes the same interface so often with the same headers goes in a circle; its TTL would end it a little later. */
const passesUntilLoop = 3;
const longestWalk = 256;
const mostStagesInOneHost = 16;

interface Walk {
  readonly cluster: Cluster;
  readonly memory: Memory;
  readonly choices: Choices;
  readonly hops: Hop[];
  /** How often a packet with these headers came in by this interface. */
  readonly passes: Map<string, number>;
}

type Finished = End & { readonly namespace: NetworkNamespaceId };
type Onward = { readonly kind: 'frame'; readonly to: LinkEnd; readonly packet: Packet } | Finished;

export const walkPacket: WalkPacket = (cluster, state, start, choices) => {
  const walk: Walk = { cluster, memory: createMemory(state), choices, hops: [], passes: new Map() };
  let onward: Onward =
    start.kind === 'send'
      ? originate(walk, start)
      : { kind: 'frame', to: { namespace: start.namespace, interface: start.interface }, packet: start.packet };
  while (onward.kind === 'frame') onward = takeFrame(walk, onward.to, onward.packet);
  const { namespace, packet, process, cause, disposition, response } = onward;
  return {
    trace: {
      hops: walk.hops,
      disposition,
      final: { namespace, packet, ...(process === undefined ? {} : { process }), ...(cause === undefined ? {} : { cause }) },
      response: response === null ? null : { namespace, packet: response },
    },
    state: walk.memory.finish(),
  };
};

function beginVisit(walk: Walk, id: NetworkNamespaceId): Visit {
  const namespace = walk.cluster.namespaces.get(id);
  invariant(namespace !== undefined, `network namespace ${id} is in the cluster`);
  return { cluster: walk.cluster, memory: walk.memory, choices: walk.choices, id, host: hostOf(namespace), steps: [] };
}

function originate(walk: Walk, start: Extract<WalkStart, { kind: 'send' }>): Onward {
  const visit = beginVisit(walk, start.namespace);
  visit.steps.push({ kind: 'originate', packet: start.packet, process: start.process });
  const isError = start.packet.transport.kind === 'icmp' && start.packet.transport.about !== undefined;
  return runHost(walk, visit, null, null, sendPacket(visit, start.packet, { boundTo: null, process: isError ? null : start.process }));
}

function takeFrame(walk: Walk, at: LinkEnd, packet: Packet): Onward {
  const visit = beginVisit(walk, at.namespace);
  visit.steps.push({ kind: 'receive', packet, interface: at.interface });
  return runHost(walk, visit, at.interface, packet, receiveFrame(walk, visit, at, packet));
}

/** A switch passes the frame on; a host takes it when it is addressed to it. */
function receiveFrame(walk: Walk, visit: Visit, at: LinkEnd, packet: Packet): Next {
  const device = visit.host.interfaceByName.get(at.interface);
  if (device === undefined || !device.up) return drop(visit, packet, { kind: 'linkDown', interface: at.interface });
  if (isCircling(walk, at, packet)) return drop(visit, packet, { kind: 'loop' });
  if (visit.host.namespace.kind === 'switch') return passBridge(visit, at, packet);
  if (device.master !== undefined) return drop(visit, packet, { kind: 'unsupported', what: 'bridgePort' });
  if (packet.link !== null && device.mac !== null && packet.link.destination !== device.mac) {
    return drop(visit, packet, { kind: 'neighbour' });
  }
  return { kind: 'input', traveller: { packet, tracking: null }, interfaceName: at.interface, isLoopback: false };
}

function isCircling(walk: Walk, at: LinkEnd, packet: Packet): boolean {
  const key = `${linkEndKey(at)} ${flowKey(flowOf(packet))} ${packet.payload.kind}`;
  const passes = (walk.passes.get(key) ?? 0) + 1;
  walk.passes.set(key, passes);
  return passes > passesUntilLoop || walk.hops.length > longestWalk;
}

function passBridge(visit: Visit, at: LinkEnd, packet: Packet): Next {
  if (packet.link === null) return drop(visit, packet, { kind: 'unsupported', what: 'frameWithoutAddress' });
  const toInterface = switchPort(visit.cluster, at, packet.link.destination);
  visit.steps.push({ kind: 'bridge', packet, destination: packet.link.destination, toInterface });
  const device = toInterface === null ? undefined : visit.host.interfaceByName.get(toInterface);
  return device === undefined ? drop(visit, packet, { kind: 'neighbour' }, null, 'dropped') : { kind: 'transmit', packet, device };
}

/** Runs a host's stages until the packet leaves it or ends, and closes the hop. */
function runHost(walk: Walk, visit: Visit, interfaceIn: string | null, packetIn: Packet | null, first: Next): Onward {
  let next = first;
  for (let stage = 0; next.kind === 'input' || next.kind === 'output'; stage += 1) {
    const packet = next.kind === 'input' ? next.traveller.packet : next.packet;
    if (stage === mostStagesInOneHost) next = drop(visit, packet, { kind: 'loop' });
    else if (next.kind === 'input') next = receivePacket(visit, next.traveller, next.interfaceName, next.isLoopback);
    else next = sendPacket(visit, next.packet, { boundTo: next.boundTo, process: null });
  }
  const sent = next.kind === 'transmit' ? transmit(visit, next.packet, next.device.name) : next;
  const hop = { namespace: visit.id, kind: visit.host.namespace.kind, interfaceIn, packetIn, steps: visit.steps };
  switch (sent.kind) {
    case 'end':
      walk.hops.push({ ...hop, interfaceOut: null, packetOut: null });
      return { ...sent, namespace: visit.id };
    case 'sent':
      walk.hops.push({ ...hop, interfaceOut: sent.interface, packetOut: sent.packet });
      return { kind: 'frame', to: sent.to, packet: sent.packet };
    default:
      return assertNever(sent);
  }
}

type Sent = { readonly kind: 'sent'; readonly interface: string; readonly to: LinkEnd; readonly packet: Packet } | End;

/** Onto the wire: the mark stays behind. A cable without a live far end carries nothing. */
function transmit(visit: Visit, packet: Packet, interfaceName: string): Sent {
  const onWire: Packet = packet.mark === 0 ? packet : { ...packet, mark: 0 };
  const to = livePeer(visit.cluster, { namespace: visit.id, interface: interfaceName });
  if (to === undefined) return drop(visit, onWire, { kind: 'linkDown', interface: interfaceName });
  visit.steps.push({ kind: 'transmit', packet: onWire, interface: interfaceName });
  return { kind: 'sent', interface: interfaceName, to, packet: onWire };
}
