/**
 * What the scheduler knows: nodes with what is used on them, and profiles. All Pods of one template are one profile: judged once where the
 * answer depends on template and node alone, counted per node where it depends on who is there already.
 */
import type { LabelSelector } from '../api/labelSelector.ts';
import type { Labels } from '../api/resourceList.ts';
import type { NodeState } from '../clusterState.ts';
import { type Amounts, assumedRequests, type HostPort, hostPorts, type PodSpec, podRequests, readAmounts } from './requests.ts';

export interface SchedulingRequest {
  readonly key: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
  readonly templateKey: string;
  /** The node that the text names: bound there without asking anybody. */
  readonly boundNode?: string | undefined;
  /** The node of the ledger: a Pod that runs stays while node and Pod alone allow it; constraints between Pods do not evict. */
  readonly keptNode?: string | undefined;
  /** The one node of a DaemonSet's Pod. */
  readonly targetNode?: string | undefined;
  /** The Pod comes into being only when the one of this key is bound. */
  readonly after?: string | undefined;
}

/** A selector that groups Pods: a Service's, or that of the Pod's own controller. */
export interface GroupingSelector {
  readonly namespace: string;
  readonly selector: LabelSelector;
}

export interface Profile {
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
  readonly requests: Amounts;
  readonly assumed: Amounts;
  readonly ports: readonly HostPort[];
  /** Pods of this profile bound to each node. */
  readonly placed: Int32Array;
}

export interface SchedulingNode {
  readonly index: number;
  readonly name: string;
  readonly labels: Labels;
  readonly state: NodeState;
  /** Undefined: the text states no capacity; nothing but the number of Pods is limited. */
  readonly allocatable: Amounts | undefined;
  readonly podLimit: number;
  podCount: number;
  readonly used: Record<string, number>;
  readonly assumedUse: { cpu: number; memory: number };
  readonly ports: HostPort[];
}

/** The kubelet's default --max-pods. */
const defaultPodLimit = 110;

export function schedulingNodes(nodes: readonly NodeState[]): readonly SchedulingNode[] {
  return nodes.map((state, index) => {
    const stated = state.resource.object.status?.allocatable ?? state.resource.object.status?.capacity;
    const amounts = stated === undefined ? undefined : readAmounts(stated);
    const hasSize = amounts !== undefined && (amounts.cpu !== undefined || amounts.memory !== undefined);
    return {
      index,
      name: state.name,
      labels: state.labels,
      state,
      allocatable: hasSize ? amounts : undefined,
      podLimit: amounts?.pods ?? defaultPodLimit,
      podCount: 0,
      used: {},
      assumedUse: { cpu: 0, memory: 0 },
      ports: [],
    };
  });
}

export const makeProfile = (request: SchedulingRequest, nodeCount: number): Profile => ({
  namespace: request.namespace,
  labels: request.labels,
  spec: request.spec,
  requests: podRequests(request.spec),
  assumed: assumedRequests(request.spec),
  ports: hostPorts(request.spec),
  placed: new Int32Array(nodeCount),
});

/** Books one Pod of the profile on the node. */
export function place(profile: Profile, node: SchedulingNode): void {
  node.podCount += 1;
  for (const [name, amount] of Object.entries(profile.requests)) node.used[name] = (node.used[name] ?? 0) + amount;
  node.assumedUse.cpu += profile.assumed.cpu ?? 0;
  node.assumedUse.memory += profile.assumed.memory ?? 0;
  node.ports.push(...profile.ports);
  profile.placed[node.index] = (profile.placed[node.index] ?? 0) + 1;
}

/** How many Pods of these profiles run on a node. */
export function countOn(profiles: readonly Profile[], node: number): number {
  let count = 0;
  for (const profile of profiles) count += profile.placed[node] ?? 0;
  return count;
}
