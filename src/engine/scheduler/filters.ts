/**
 * The scheduler's filters in upstream's order; a node's reason is that of the first failing one, but NodeResourcesFit tells everything that
 * lacks (pkg/scheduler/framework/plugins). Volumes and dynamic resources are not modelled: their filters always pass.
 */
import { matchesRequiredNodeAffinity, toleratesTaint, untoleratedTaint } from '../api/nodeSelection.ts';
import type { PodGroups, SpreadGroup } from './podGroups.ts';
import { countOn, type Profile, type SchedulingNode } from './profile.ts';
import { portsConflict } from './requests.ts';

/** Why a node is out. `resolvable`: evicting others might help, so preemption looks at it. */
export interface Rejection {
  readonly reasons: readonly string[];
  readonly resolvable: boolean;
}

const unresolvable = (reason: string): Rejection => ({ reasons: [reason], resolvable: false });
const resolvable = (reason: string): Rejection => ({ reasons: [reason], resolvable: true });

const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const requiredTerms = ({ spec }: Profile) => ({
  nodeSelector: spec.nodeSelector,
  terms: spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
});

/** Filters that depend on template and node alone: NodeUnschedulable, TaintToleration, NodeAffinity. */
export function staticRejection(profile: Profile, { state, labels, name }: SchedulingNode): Rejection | undefined {
  const { spec } = state.resource.object;
  const tolerations = profile.spec.tolerations ?? [];
  if (spec?.unschedulable === true && !tolerations.some((toleration) => toleratesTaint(toleration, unschedulableTaint))) {
    return unresolvable('node(s) were unschedulable');
  }
  if (untoleratedTaint(spec?.taints ?? [], tolerations, ['NoSchedule', 'NoExecute']) !== undefined) {
    return unresolvable('node(s) had untolerated taint(s)');
  }
  if (!matchesRequiredNodeAffinity(requiredTerms(profile), { name, labels })) {
    return unresolvable("node(s) didn't match Pod's node affinity/selector");
  }
  return undefined;
}

/** NodePorts and NodeResourcesFit. */
export function capacityRejection(profile: Profile, node: SchedulingNode): Rejection | undefined {
  if (profile.ports.some((port) => node.ports.some((taken) => portsConflict(port, taken)))) {
    return resolvable("node(s) didn't have free ports for the requested pod ports");
  }
  const reasons = node.podCount + 1 > node.podLimit ? ['Too many pods'] : [];
  let canEverFit = true;
  if (node.allocatable !== undefined) {
    for (const [resource, amount] of Object.entries(profile.requests)) {
      const total = node.allocatable[resource] ?? 0;
      if (amount === 0 || amount <= total - (node.used[resource] ?? 0) + tolerance) continue;
      reasons.push(`Insufficient ${resource}`);
      if (amount > total) canEverFit = false;
    }
  }
  return reasons.length === 0 ? undefined : { reasons, resolvable: canEverFit };
}

/** Sums of decimal fractions of a core are not exact. */
const tolerance = 1e-9;

/** Domain → number of selected Pods. */
type DomainCounts = ReadonlyMap<string, number>;

function countDomains(
  selected: readonly Profile[],
  topologyKey: string,
  nodes: readonly SchedulingNode[],
  takesPart: (node: SchedulingNode) => boolean,
): DomainCounts {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = node.labels[topologyKey];
    if (domain !== undefined && takesPart(node)) counts.set(domain, (counts.get(domain) ?? 0) + countOn(selected, node.index));
  }
  return counts;
}

/** PodTopologySpread and InterPodAffinity for one Pod: counts are taken once, then every node is asked. */
export function groupFilter(
  profile: Profile,
  groups: PodGroups,
  nodes: readonly SchedulingNode[],
  standing: readonly { readonly profile: Profile; readonly groups: PodGroups }[],
): (node: SchedulingNode) => Rejection | undefined {
  const spread = groups.hardSpread.map((group) => spreadCheck(profile, group, groups.hardSpread, nodes));
  const affinity = affinityCheck(profile, groups, nodes);
  const antiAffinity = groups.antiAffinity.map((term) => occupiedDomains(term.selected, term.topologyKey, nodes));
  const others = standing.flatMap((other) =>
    other.groups.antiAffinity
      .filter((term) => term.selects(profile))
      .map((term) => occupiedDomains([other.profile], term.topologyKey, nodes)),
  );
  return (node) => {
    for (const check of spread) {
      const rejection = check(node);
      if (rejection !== undefined) return rejection;
    }
    if (!affinity(node)) return unresolvable("node(s) didn't match pod affinity rules");
    if (antiAffinity.some((isOccupied) => isOccupied(node))) return resolvable("node(s) didn't match pod anti-affinity rules");
    if (others.some((isOccupied) => isOccupied(node))) return resolvable("node(s) didn't satisfy existing pods anti-affinity rules");
    return undefined;
  };
}

function spreadCheck(
  profile: Profile,
  group: SpreadGroup,
  all: readonly SpreadGroup[],
  nodes: readonly SchedulingNode[],
): (node: SchedulingNode) => Rejection | undefined {
  const takesPart = (node: SchedulingNode): boolean =>
    all.every(({ topologyKey }) => node.labels[topologyKey] !== undefined) &&
    (!group.honorAffinity || matchesRequiredNodeAffinity(requiredTerms(profile), node)) &&
    (!group.honorTaints ||
      untoleratedTaint(node.state.resource.object.spec?.taints ?? [], profile.spec.tolerations ?? [], ['NoSchedule', 'NoExecute']) ===
        undefined);
  const counts = countDomains(group.selected, group.topologyKey, nodes, takesPart);
  const fewest = counts.size < group.minDomains ? 0 : Math.min(...counts.values());
  return (node) => {
    const domain = node.labels[group.topologyKey];
    const reason = "node(s) didn't match pod topology spread constraints";
    if (domain === undefined) return unresolvable(`${reason} (missing required label)`);
    const skew = (counts.get(domain) ?? 0) + Number(group.selectsItself) - fewest;
    return skew > group.maxSkew ? resolvable(reason) : undefined;
  };
}

/** All required terms must find a Pod in the node's domain; the first Pod of a group that selects itself may go anywhere. */
function affinityCheck(profile: Profile, groups: PodGroups, nodes: readonly SchedulingNode[]): (node: SchedulingNode) => boolean {
  const terms = groups.affinity;
  if (terms.length === 0) return () => true;
  const [first, ...rest] = terms;
  const selected = (first?.selected ?? []).filter((other) => rest.every((term) => term.selected.includes(other)));
  const checks = terms.map((term) => ({ topologyKey: term.topologyKey, isOccupied: occupiedDomains(selected, term.topologyKey, nodes) }));
  const isFirstOfGroup = !nodes.some((node) => countOn(selected, node.index) > 0) && terms.every((term) => term.selects(profile));
  return (node) =>
    checks.every(({ topologyKey, isOccupied }) => node.labels[topologyKey] !== undefined && (isFirstOfGroup || isOccupied(node)));
}

/** Whether a node's domain holds a Pod of these profiles. */
function occupiedDomains(
  selected: readonly Profile[],
  topologyKey: string,
  nodes: readonly SchedulingNode[],
): (node: SchedulingNode) => boolean {
  const counts = countDomains(selected, topologyKey, nodes, () => true);
  return (node) => (counts.get(node.labels[topologyKey] ?? '') ?? 0) > 0;
}
