/**
 * Walks one packet through the cluster: one Linux stack, run in every network namespace that the packet enters, interpreting what that
 * namespace holds. It knows nothing of Kubernetes. See SPEC.md for the numbered rules.
 */
import type { Packet } from '../net/packet.ts';
import type { Cluster, NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { Choices } from './choices.ts';
import type { KernelState } from './kernelState.ts';
import type { Trace } from './trace.ts';

/** Where a packet begins: sent by a process of a namespace, or put on the wire in front of an interface. */
export type WalkStart =
  | { readonly kind: 'send'; readonly namespace: NetworkNamespaceId; readonly packet: Packet; readonly process: string }
  | { readonly kind: 'receive'; readonly namespace: NetworkNamespaceId; readonly interface: string; readonly packet: Packet };

export interface WalkResult {
  readonly trace: Trace;
  readonly state: KernelState;
}

export type WalkPacket = (cluster: Cluster, state: KernelState, start: WalkStart, choices: Choices) => WalkResult;
