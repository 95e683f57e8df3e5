/**
 * kube-scheduler, one Pod after the other in the order given: filters, then the highest score; between equals the first node of the
 * cluster's order, where upstream draws lots. Preemption, gates' removal and other schedulers are not modelled. Pods whose node the text
 * names are bound first, then those that the ledger keeps, so that nobody moves because somebody else came.
 */
import type { Labels } from '../api/resourceList.ts';
import type { NodeState } from '../clusterState.ts';
import { failureSentence } from './failure.ts';
import { capacityRejection, groupFilter, type Rejection, staticRejection } from './filters.ts';
import { type PodGroups, podGroups } from './podGroups.ts';
import {
  type GroupingSelector,
  makeProfile,
  type Profile,
  place,
  type SchedulingNode,
  type SchedulingRequest,
  schedulingNodes,
} from './profile.ts';
import { scoreNodes } from './scores.ts';

export interface SchedulingInput {
  readonly nodes: readonly NodeState[];
  /** In the order of asking. */
  readonly pods: readonly SchedulingRequest[];
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
  readonly grouping: readonly GroupingSelector[];
}

export type Placement =
  | { readonly kind: 'bound'; readonly node: string }
  | { readonly kind: 'pending'; readonly reason: string; readonly message: string; readonly preemptable: boolean }
  /** The Pod before it in an ordered StatefulSet is not running. */
  | { readonly kind: 'notCreated' };

interface Judged {
  readonly profile: Profile;
  readonly groups: PodGroups;
  readonly rejections: readonly (Rejection | undefined)[];
  failure?: { readonly bookings: number; readonly placement: Placement };
}

/** Key → placement, for every Pod asked for. */
export function schedulePods(input: SchedulingInput): ReadonlyMap<string, Placement> {
  const nodes = schedulingNodes(input.nodes);
  const nodeByName = new Map(nodes.map((node) => [node.name, node]));
  const judged = judgeTemplates(input, nodes);
  const standing = [...judged.values()].filter(
    ({ groups }) => groups.antiAffinity.length + groups.preferred.length + groups.affinity.length > 0,
  );
  const placements = new Map<string, Placement>();
  let bookings = 0;
  const bind = (pod: SchedulingRequest, template: Judged, node: SchedulingNode): void => {
    place(template.profile, node);
    bookings += 1;
    placements.set(pod.key, { kind: 'bound', node: node.name });
  };
  const judgedOf = (pod: SchedulingRequest): Judged =>
    judged.get(pod.templateKey) ?? judge(makeProfile(pod, nodes.length), input, nodes, []);

  for (const pod of input.pods) {
    const node = pod.boundNode === undefined ? undefined : nodeByName.get(pod.boundNode);
    if (node !== undefined) bind(pod, judgedOf(pod), node);
    else if (pod.boundNode !== undefined) placements.set(pod.key, nodeNotFound(pod.boundNode));
  }
  for (const pod of input.pods) {
    const node = nodeByName.get(pod.keptNode ?? '');
    if (node === undefined || placements.has(pod.key) || refusal(pod) !== undefined) continue;
    const template = judgedOf(pod);
    const isOut = template.rejections[node.index] !== undefined || capacityRejection(template.profile, node) !== undefined;
    if (!isOut && (pod.targetNode ?? node.name) === node.name) bind(pod, template, node);
  }

  const attempt = (pod: SchedulingRequest): Placement | SchedulingNode => {
    const refused = isHeldBack(pod, placements) ? ({ kind: 'notCreated' } as const) : refusal(pod);
    if (refused !== undefined) return refused;
    const template = judgedOf(pod);
    if (template.failure?.bookings === bookings && pod.targetNode === undefined) return template.failure.placement;
    const rejections = rejectionsOf(pod, template, nodes, standing);
    const feasible = nodes.filter((node) => rejections[node.index] === undefined);
    const chosen = highest(feasible, () => scoreNodes(template.profile, template.groups, feasible, nodes, standing));
    if (chosen !== undefined) return chosen;
    const placement = pending(rejections, pod);
    template.failure = { bookings, placement };
    return placement;
  };
  // A Pod that found no place is tried again when others have been bound: they may be the ones that it wants to be near.
  let before = -1;
  let waiting = input.pods.filter((pod) => !placements.has(pod.key));
  while (waiting.length > 0 && bookings !== before) {
    before = bookings;
    waiting = waiting.filter((pod) => {
      const outcome = attempt(pod);
      if ('kind' in outcome) placements.set(pod.key, outcome);
      else bind(pod, judgedOf(pod), outcome);
      return 'kind' in outcome;
    });
  }
  return placements;
}

function judgeTemplates(input: SchedulingInput, nodes: readonly SchedulingNode[]): ReadonlyMap<string, Judged> {
  const profiles = new Map<string, Profile>();
  for (const pod of input.pods) if (!profiles.has(pod.templateKey)) profiles.set(pod.templateKey, makeProfile(pod, nodes.length));
  const all = [...profiles.values()];
  return new Map([...profiles].map(([key, profile]) => [key, judge(profile, input, nodes, all)]));
}

const judge = (profile: Profile, input: SchedulingInput, nodes: readonly SchedulingNode[], profiles: readonly Profile[]): Judged => ({
  profile,
  groups: podGroups(profile, { profiles, namespaceLabels: input.namespaceLabels, grouping: input.grouping }),
  rejections: nodes.map((node) => staticRejection(profile, node)),
});

function pending(rejections: readonly (Rejection | undefined)[], { spec }: SchedulingRequest): Placement {
  const all = rejections.filter((rejection) => rejection !== undefined);
  return {
    kind: 'pending',
    reason: 'Unschedulable',
    message: failureSentence(all, spec.preemptionPolicy),
    preemptable: all.some(({ resolvable }) => resolvable),
  };
}

/** Runs the filters on every node: a rejection, or undefined where the Pod fits. */
function rejectionsOf(
  pod: SchedulingRequest,
  template: Judged,
  nodes: readonly SchedulingNode[],
  standing: readonly Judged[],
): readonly (Rejection | undefined)[] {
  const inGroup = groupFilter(template.profile, template.groups, nodes, standing);
  return nodes.map((node) => {
    if (pod.targetNode !== undefined && pod.targetNode !== node.name) return otherNode;
    return template.rejections[node.index] ?? capacityRejection(template.profile, node) ?? inGroup(node);
  });
}

/** NodeAffinity's PreFilter leaves a Pod that asks for one node by name only that node. */
const otherNode: Rejection = { reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"], resolvable: false };

const isHeldBack = (pod: SchedulingRequest, placements: ReadonlyMap<string, Placement>): boolean => {
  const before = pod.after === undefined ? undefined : placements.get(pod.after);
  return before !== undefined && before.kind !== 'bound';
};

/** Pods that the default scheduler does not even try. */
function refusal({ spec }: SchedulingRequest): Placement | undefined {
  if ((spec.schedulingGates ?? []).length > 0) {
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    return { kind: 'pending', reason: 'SchedulingGated', message, preemptable: false };
  }
  return undefined;
}

const nodeNotFound = (node: string): Placement => ({
  kind: 'pending',
  reason: 'NodeNotFound',
  message: `nodes "${node}" not found`,
  preemptable: false,
});

function highest(feasible: readonly SchedulingNode[], scores: () => readonly number[]): SchedulingNode | undefined {
  if (feasible.length <= 1) return feasible[0];
  let chosen: SchedulingNode | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  scores().forEach((score, index) => {
    if (score > bestScore) {
      bestScore = score;
      chosen = feasible[index];
    }
  });
  return chosen;
}
