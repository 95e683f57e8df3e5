/**
 * Kubernetes label selectors (metav1.LabelSelector) and plain label maps, as apimachinery's labels package judges them.
 * An unknown operator matches nothing; the API server would have refused it.
 */
import type { Labels } from './resourceList.ts';

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** Whether every pair of the map stands in the labels; an empty map matches everything. */
export function matchesLabelMap(wanted: Labels, labels: Labels): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false;
  return true;
}

/** Whether a label's value meets a requirement; undefined: the label is missing. Operators that label selectors do not have hold for nothing. */
export function matchesRequirement(requirement: Omit<LabelSelectorRequirement, 'key'>, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** metav1.LabelSelectorAsSelector: an absent selector matches nothing, an empty one everything. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  if (!matchesLabelMap(selector.matchLabels ?? {}, labels)) return false;
  return (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labels[requirement.key]));
}

/** As kubectl prints it: "app=web,tier in (a,b)"; "<none>" when empty. */
export function labelSelectorText(selector: LabelSelector | undefined): string {
  const pairs = Object.entries(selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  const expressions = (selector?.matchExpressions ?? []).map(requirementText);
  const parts = [...pairs, ...expressions];
  return parts.length === 0 ? '<none>' : parts.join(',');
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return `${key} notin (${[...values].sort().join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return `${key} ${operator}`;
  }
}
