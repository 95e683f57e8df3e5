/**
 * Which nodes a Pod may run on: taints and tolerations, nodeSelector, required node affinity. The scheduler and the DaemonSet controller
 * judge by the same rules (k8s.io/component-helpers/scheduling/corev1). Preferred terms are scored in scheduler/.
 */
import { type LabelSelectorRequirement, matchesRequirement } from './labelSelector.ts';
import type { Labels } from './resourceList.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
  readonly matchFields?: readonly LabelSelectorRequirement[];
}

export interface SelectableNode {
  readonly name: string;
  readonly labels: Labels;
}

const isNumber = (text: string): boolean => /^-?\d+$/.test(text);

/** corev1.Toleration.ToleratesTaint; Lt and Gt compare whole numbers. */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false;
  const value = taint.value ?? '';
  const wanted = toleration.value ?? '';
  switch (toleration.operator) {
    case undefined:
    case '':
    case 'Equal':
      return wanted === value;
    case 'Exists':
      return true;
    case 'Lt':
      return isNumber(value) && isNumber(wanted) && Number(value) < Number(wanted);
    case 'Gt':
      return isNumber(value) && isNumber(wanted) && Number(value) > Number(wanted);
    default:
      return false;
  }
}

/** The first taint of these effects that nothing tolerates. */
export const untoleratedTaint = (
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
): Taint | undefined =>
  taints.find((taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => toleratesTaint(toleration, taint)));

/** Node selectors know Gt and Lt beside the operators of label selectors. */
function matchesValue(requirement: LabelSelectorRequirement, value: string | undefined): boolean {
  if (requirement.operator !== 'Gt' && requirement.operator !== 'Lt') return matchesRequirement(requirement, value);
  const bound = requirement.values?.[0];
  if (value === undefined || bound === undefined || !isNumber(value) || !isNumber(bound)) return false;
  return requirement.operator === 'Gt' ? Number(value) > Number(bound) : Number(value) < Number(bound);
}

/** A term without any requirement matches nothing (nodeaffinity.newNodeSelectorTerm). */
export function matchesNodeSelectorTerm(term: NodeSelectorTerm, node: SelectableNode): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((requirement) => matchesValue(requirement, node.labels[requirement.key])) &&
    fields.every((requirement) => requirement.key === 'metadata.name' && matchesValue(requirement, node.name))
  );
}

/** nodeSelector and required node affinity together (nodeaffinity.GetRequiredNodeAffinity). */
export function matchesRequiredNodeAffinity(
  wish: { readonly nodeSelector?: Labels | undefined; readonly terms?: readonly NodeSelectorTerm[] | undefined },
  node: SelectableNode,
): boolean {
  for (const [key, value] of Object.entries(wish.nodeSelector ?? {})) if (node.labels[key] !== value) return false;
  return wish.terms === undefined || wish.terms.some((term) => matchesNodeSelectorTerm(term, node));
}
