/**
 * The scheduler's scores with their default weights: TaintToleration 3, NodeAffinity 2, PodTopologySpread 2, InterPodAffinity 2,
 * NodeResourcesFit (LeastAllocated) 1, BalancedAllocation 1. Image locality is not modelled: no node has pulled anything.
 */
import { matchesNodeSelectorTerm, toleratesTaint } from '../api/nodeSelection.ts';
import { hostnameKey, type PodGroups } from './podGroups.ts';
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
  const isIgnored = (node: SchedulingNode): boolean =>
    !groups.isDefaultSpread && constraints.some(({ topologyKey }) => node.labels[topologyKey] === undefined);
  const taking = feasible.filter((node) => !isIgnored(node));
  const sums = new Map<SchedulingNode, number>(taking.map((node) => [node, 0]));
  for (const { topologyKey, maxSkew, selected } of constraints) {
    const domainCounts = new Map<string, number>();
    for (const node of nodes) {
      const domain = node.labels[topologyKey];
      if (domain !== undefined) domainCounts.set(domain, (domainCounts.get(domain) ?? 0) + countOn(selected, node.index));
    }
    const domains = new Set(taking.flatMap((node) => node.labels[topologyKey] ?? []));
    const weight = Math.log((topologyKey === hostnameKey ? taking.length : domains.size) + 2);
    for (const node of taking) {
      const domain = node.labels[topologyKey];
      if (domain === undefined) continue;
      sums.set(node, (sums.get(node) ?? 0) + (domainCounts.get(domain) ?? 0) * weight + (maxSkew - 1));
    }
  }
  const rounded = [...sums.values()].map(Math.round);
  const highest = Math.max(...rounded);
  const lowest = Math.min(...rounded);
  return feasible.map((node) => {
    const sum = sums.get(node);
    if (sum === undefined) return 0;
    return highest === 0 ? best : Math.floor((best * (highest + lowest - Math.round(sum))) / highest);
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
