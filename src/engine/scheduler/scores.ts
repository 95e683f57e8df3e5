/**
 * The scheduler's scores with their default weights: TaintToleration 3, NodeAffinity 2, PodTopologySpread 2, InterPodAffinity 2,
 * NodeResourcesFit (LeastAllocated) 1, BalancedAllocation 1. Image locality is not modelled: no node has pulled anything.
 */
import { matchesNodeSelectorTerm, toleratesTaint } from '../api/nodeSelection.ts';
import { hostnameKey, type PodGroups, type SpreadGroup } from './podGroups.ts';
import { countOn, type Profile, type SchedulingNode } from './profile.ts';

const best = 100;
/** What a node of unstated size is taken for, here only. */
const assumedSize = { cpu: 4, memory: 8 * 2 ** 30 };

type Scores = readonly number[];

/** The weighted sum for every feasible node, in their order. */
export function scoreNodes(
  profile: Profile,
  groups: PodGroups,
  feasible: readonly SchedulingNode[],
  nodes: readonly SchedulingNode[],
  standing: readonly { readonly profile: Profile; readonly groups: PodGroups }[],
): Scores {
  const parts: readonly (readonly [number, Scores])[] = [
    [3, taintScores(profile, feasible)],
    [2, affinityScores(profile, feasible)],
    [2, spreadScores(groups, feasible, nodes)],
    [2, groupScores(profile, groups, feasible, nodes, standing)],
    [1, feasible.map((node) => leastAllocated(profile, node))],
    [1, feasible.map((node) => balanced(profile, node))],
  ];
  return feasible.map((_, index) => parts.reduce((sum, [weight, scores]) => sum + weight * (scores[index] ?? 0), 0));
}

/** helper.DefaultNormalizeScore. */
function normalise(scores: Scores, reverse: boolean): Scores {
  const highest = Math.max(0, ...scores);
  if (highest === 0) return scores.map(() => (reverse ? best : 0));
  return scores.map((score) => {
    const share = Math.floor((best * score) / highest);
    return reverse ? best - share : share;
  });
}

function taintScores({ spec }: Profile, feasible: readonly SchedulingNode[]): Scores {
  const tolerations = (spec.tolerations ?? []).filter(({ effect }) => effect === undefined || effect === 'PreferNoSchedule');
  const counts = feasible.map(
    ({ state }) =>
      (state.resource.object.spec?.taints ?? []).filter(
        (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
      ).length,
  );
  return normalise(counts, true);
}

function affinityScores({ spec }: Profile, feasible: readonly SchedulingNode[]): Scores {
  const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (preferred.length === 0) return feasible.map(() => 0);
  const sums = feasible.map((node) =>
    preferred.reduce((sum, { preference, weight }) => sum + (matchesNodeSelectorTerm(preference, node) ? weight : 0), 0),
  );
  return normalise(sums, false);
}

/** podtopologyspread.Score: the fewer selected Pods in the node's domains, the better. */
function spreadScores(groups: PodGroups, feasible: readonly SchedulingNode[], nodes: readonly SchedulingNode[]): Scores {
  const constraints = groups.softSpread;
  if (constraints.length === 0) return feasible.map(() => 0);
  const takesPart = feasible.map(
    ({ labels }) => groups.isDefaultSpread || constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined),
  );
  const sums: number[] = feasible.map(() => 0);
  for (const constraint of constraints) addSpread(constraint, feasible, takesPart, nodes, sums);
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  sums.forEach((sum, index) => {
    if (takesPart[index] !== true) return;
    highest = Math.max(highest, Math.round(sum));
    lowest = Math.min(lowest, Math.round(sum));
  });
  return sums.map((sum, index) => {
    if (takesPart[index] !== true) return 0;
    return highest === 0 ? best : Math.floor((best * (highest + lowest - Math.round(sum))) / highest);
  });
}

/** Adds one constraint's share to every node's sum. A host name is a domain of its own: there is nothing to add up over nodes. */
function addSpread(
  { topologyKey, maxSkew, selected }: SpreadGroup,
  feasible: readonly SchedulingNode[],
  takesPart: readonly boolean[],
  nodes: readonly SchedulingNode[],
  sums: number[],
): void {
  const isHostname = topologyKey === hostnameKey;
  const counts = new Map<string, number>();
  const domains = new Set<string>();
  let taking = 0;
  feasible.forEach(({ labels }, index) => {
    const domain = labels[topologyKey];
    if (takesPart[index] !== true) return;
    taking += 1;
    if (domain !== undefined && !isHostname) domains.add(domain);
  });
  if (domains.size > 0) {
    for (const { labels, index } of nodes) {
      const domain = labels[topologyKey];
      if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + countOn(selected, index));
    }
  }
  const weight = Math.log((isHostname ? taking : domains.size) + 2);
  feasible.forEach((node, index) => {
    const domain = node.labels[topologyKey];
    if (takesPart[index] !== true || domain === undefined) return;
    const count = isHostname ? countOn(selected, node.index) : (counts.get(domain) ?? 0);
    sums[index] = (sums[index] ?? 0) + count * weight + (maxSkew - 1);
  });
}

/** interpodaffinity.Score: the Pod's own preferences, those of Pods already there towards it, and their required affinity as weight 1. */
function groupScores(
  profile: Profile,
  groups: PodGroups,
  feasible: readonly SchedulingNode[],
  nodes: readonly SchedulingNode[],
  standing: readonly { readonly profile: Profile; readonly groups: PodGroups }[],
): Scores {
  const terms = [
    ...groups.preferred.map(({ topologyKey, selected, weight }) => ({ topologyKey, selected, weight })),
    ...standing.flatMap((other) => [
      ...other.groups.preferred
        .filter((term) => term.selects(profile))
        .map(({ topologyKey, weight }) => ({ topologyKey, selected: [other.profile], weight })),
      ...other.groups.affinity
        .filter((term) => term.selects(profile))
        .map(({ topologyKey }) => ({ topologyKey, selected: [other.profile], weight: 1 })),
    ]),
  ];
  if (terms.length === 0) return feasible.map(() => 0);
  const sums = feasible.map(() => 0);
  for (const { topologyKey, selected, weight } of terms) {
    const counts = new Map<string, number>();
    for (const node of nodes) {
      const domain = node.labels[topologyKey];
      if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + countOn(selected, node.index));
    }
    feasible.forEach((node, index) => {
      sums[index] = (sums[index] ?? 0) + weight * (counts.get(node.labels[topologyKey] ?? '') ?? 0);
    });
  }
  const highest = Math.max(...sums);
  const lowest = Math.min(...sums);
  return sums.map((sum) => (highest === lowest ? 0 : Math.floor((best * (sum - lowest)) / (highest - lowest))));
}

function sizeOf({ allocatable }: SchedulingNode): { readonly cpu: number; readonly memory: number } {
  return { cpu: allocatable?.cpu ?? assumedSize.cpu, memory: allocatable?.memory ?? assumedSize.memory };
}

/** The share of CPU and memory that stays free, by what containers ask or are assumed to. */
function leastAllocated(profile: Profile, node: SchedulingNode): number {
  const size = sizeOf(node);
  const free = (resource: 'cpu' | 'memory'): number => {
    const wanted = node.assumedUse[resource] + (profile.assumed[resource] ?? 0);
    return size[resource] === 0 || wanted > size[resource] ? 0 : Math.floor(((size[resource] - wanted) * best) / size[resource]);
  };
  return Math.floor((free('cpu') + free('memory')) / 2);
}

/** The closer the used shares of CPU and memory, the better; a Pod that requests neither leaves it out. */
function balanced(profile: Profile, node: SchedulingNode): number {
  if ((profile.requests.cpu ?? 0) === 0 && (profile.requests.memory ?? 0) === 0) return 0;
  const size = sizeOf(node);
  const share = (resource: 'cpu' | 'memory'): number =>
    size[resource] === 0 ? 0 : Math.min(1, ((node.used[resource] ?? 0) + (profile.requests[resource] ?? 0)) / size[resource]);
  return Math.floor((1 - Math.abs(share('cpu') - share('memory')) / 2) * best);
}
