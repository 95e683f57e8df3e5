/**
 * Constraints between Pods: topology spread and inter-Pod affinity, with the profiles that each term selects. A StatefulSet's Pods are one
 * profile: terms that select a single one by its pod-name or pod-index label do not see it.
 */
import { type LabelSelector, matchesLabelSelector } from '../api/labelSelector.ts';
import type { Labels } from '../api/resourceList.ts';
import type { GroupingSelector, Profile } from './profile.ts';
import type { PodSpec } from './requests.ts';

type PodAffinity = NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>;
type AffinityTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];
type SpreadConstraint = NonNullable<PodSpec['topologySpreadConstraints']>[number];

export const hostnameKey = 'kubernetes.io/hostname';
export const zoneKey = 'topology.kubernetes.io/zone';

/** One affinity term of one profile. */
export interface GroupTerm {
  readonly topologyKey: string;
  /** Profiles that the term selects. */
  readonly selected: readonly Profile[];
  readonly selects: (profile: Profile) => boolean;
  /** Positive for affinity, negative for anti-affinity; 0 for required terms. */
  readonly weight: number;
}

export interface SpreadGroup {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selected: readonly Profile[];
  readonly selectsItself: boolean;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
}

export interface PodGroups {
  readonly affinity: readonly GroupTerm[];
  readonly antiAffinity: readonly GroupTerm[];
  readonly preferred: readonly GroupTerm[];
  readonly hardSpread: readonly SpreadGroup[];
  readonly softSpread: readonly SpreadGroup[];
  /** The soft constraints are the scheduler's own: a node without the label takes part all the same. */
  readonly isDefaultSpread: boolean;
}

export interface GroupContext {
  readonly profiles: readonly Profile[];
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
  readonly grouping: readonly GroupingSelector[];
}

export function podGroups(profile: Profile, context: GroupContext): PodGroups {
  const { affinity } = profile.spec;
  const term = (source: AffinityTerm, weight = 0): GroupTerm => groupTerm(source, weight, profile, context);
  const spread = profile.spec.topologySpreadConstraints ?? [];
  const declaredSoft = spread.filter((constraint) => constraint.whenUnsatisfiable === 'ScheduleAnyway');
  return {
    affinity: (affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((source) => term(source)),
    antiAffinity: (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((source) => term(source)),
    preferred: [
      ...(affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((entry) =>
        term(entry.podAffinityTerm, entry.weight),
      ),
      ...(affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((entry) =>
        term(entry.podAffinityTerm, -entry.weight),
      ),
    ],
    hardSpread: spread
      .filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule')
      .map((source) => spreadGroup(source, profile, context)),
    softSpread: spread.length > 0 ? declaredSoft.map((source) => spreadGroup(source, profile, context)) : defaultSpread(profile, context),
    isDefaultSpread: spread.length === 0,
  };
}

function groupTerm(source: AffinityTerm, weight: number, profile: Profile, context: GroupContext): GroupTerm {
  const selector = withLabelKeys(source.labelSelector, source.matchLabelKeys, profile.labels);
  const names = source.namespaces ?? [];
  const ownOnly = names.length === 0 && source.namespaceSelector === undefined;
  const inNamespace = (namespace: string): boolean =>
    ownOnly
      ? namespace === profile.namespace
      : names.includes(namespace) || matchesLabelSelector(source.namespaceSelector, context.namespaceLabels.get(namespace) ?? {});
  const selects = (other: Profile): boolean => inNamespace(other.namespace) && matchesLabelSelector(selector, other.labels);
  return { topologyKey: source.topologyKey, selected: context.profiles.filter(selects), selects, weight };
}

function spreadGroup(source: SpreadConstraint, profile: Profile, { profiles }: GroupContext): SpreadGroup {
  const selector = withLabelKeys(source.labelSelector, source.matchLabelKeys, profile.labels);
  const selects = (other: Profile): boolean => other.namespace === profile.namespace && matchesLabelSelector(selector, other.labels);
  return {
    topologyKey: source.topologyKey,
    maxSkew: source.maxSkew,
    minDomains: source.minDomains ?? 1,
    selected: profiles.filter(selects),
    selectsItself: selects(profile),
    honorAffinity: source.nodeAffinityPolicy !== 'Ignore',
    honorTaints: source.nodeTaintsPolicy === 'Honor',
  };
}

/** matchLabelKeys: the Pod's own values of these labels join the selector. */
function withLabelKeys(
  selector: LabelSelector | undefined,
  keys: readonly string[] | undefined,
  labels: Labels,
): LabelSelector | undefined {
  if (selector === undefined || keys === undefined) return selector;
  const own = keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator: 'In', values: [labels[key]] }]));
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...own] };
}

/** podtopologyspread.systemDefaultConstraints, over what the Pod's Services and controller select (helper.DefaultSelector). */
function defaultSpread(profile: Profile, { profiles, grouping }: GroupContext): readonly SpreadGroup[] {
  const selectors = grouping
    .filter(({ namespace, selector }) => namespace === profile.namespace && matchesLabelSelector(selector, profile.labels))
    .map(({ selector }) => selector);
  if (selectors.length === 0) return [];
  const selected = profiles.filter(
    (other) => other.namespace === profile.namespace && selectors.every((selector) => matchesLabelSelector(selector, other.labels)),
  );
  const common = { selected, minDomains: 1, selectsItself: true, honorAffinity: true, honorTaints: false };
  return [
    { topologyKey: hostnameKey, maxSkew: 3, ...common },
    { topologyKey: zoneKey, maxSkew: 5, ...common },
  ];
}
