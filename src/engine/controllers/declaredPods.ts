/**
 * The Pods that the text itself holds (bare ones, and those of a dump), indexed by their controller, so that a controller counts them
 * instead of creating them a second time.
 */
import type { Resource } from '../api/resource.ts';
import { type Labels, resourcesOfKind, withObject } from '../api/resourceList.ts';
import { controllerOf, defaultPodSpec, type Owner, type PlannedPod, podKey } from './podTemplates.ts';

export interface DeclaredPods {
  readonly all: readonly Resource<'Pod'>[];
  readonly hasName: (namespace: string, name: string) => boolean;
  /** Pods whose controller is this object. */
  readonly ownedBy: (namespace: string, kind: string, name: string) => readonly Resource<'Pod'>[];
  /** Pods without a controller in this namespace: a ReplicaSet adopts those that it selects. */
  readonly orphans: (namespace: string) => readonly Resource<'Pod'>[];
}

export function indexDeclaredPods(resources: readonly Resource[]): DeclaredPods {
  const all = resourcesOfKind(resources, 'Pod');
  const names = new Set<string>();
  const byOwner = new Map<string, Resource<'Pod'>[]>();
  const orphans = new Map<string, Resource<'Pod'>[]>();
  for (const pod of all) {
    const namespace = namespaceOf(pod);
    names.add(podKey(namespace, pod.reference.name));
    const owner = controllerOf(pod.object);
    if (owner === undefined) append(orphans, namespace, pod);
    else append(byOwner, `${namespace} ${owner.kind} ${owner.name}`, pod);
  }
  return {
    all,
    hasName: (namespace, name) => names.has(podKey(namespace, name)),
    ownedBy: (namespace, kind, name) => byOwner.get(`${namespace} ${kind} ${name}`) ?? [],
    orphans: (namespace) => orphans.get(namespace) ?? [],
  };
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export const namespaceOf = (resource: Resource): string => resource.reference.namespace ?? 'default';

export const podLabels = (pod: Resource<'Pod'>): Labels => pod.object.metadata?.labels ?? {};

/** Whether a controller counts the Pod as one of its replicas (controller.IsPodActive). */
export function isActive({ object }: Resource<'Pod'>): boolean {
  const phase = object.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && object.metadata?.deletionTimestamp === undefined;
}

/** A Pod of the text with its spec defaulted. */
export function planDeclaredPod(pod: Resource<'Pod'>, owners: readonly Owner[]): PlannedPod {
  const { object } = pod;
  const key = podKey(namespaceOf(pod), pod.reference.name);
  const resource = withObject(pod, { ...object, spec: defaultPodSpec(object.spec ?? { containers: [] }) });
  return { key, resource, templateKey: key, owners };
}

/** Order in which surplus replicas are deleted (controller.ActivePodsWithRanks, without the criteria that need a clock). */
export function deletionOrder(left: Resource<'Pod'>, right: Resource<'Pod'>): number {
  return (
    Number(isAssigned(left)) - Number(isAssigned(right)) ||
    phaseRank(left) - phaseRank(right) ||
    Number(isReady(left)) - Number(isReady(right)) ||
    deletionCost(left) - deletionCost(right) ||
    (left.reference.name < right.reference.name ? 1 : -1)
  );
}

const isAssigned = ({ object }: Resource<'Pod'>): boolean => object.spec?.nodeName !== undefined;

function phaseRank({ object }: Resource<'Pod'>): number {
  const phase = object.status?.phase;
  if (phase === 'Pending') return 0;
  return phase === 'Unknown' ? 1 : 2;
}

const isReady = ({ object }: Resource<'Pod'>): boolean =>
  object.status?.conditions?.find((condition) => condition.type === 'Ready')?.status !== 'False';

const deletionCost = ({ object }: Resource<'Pod'>): number =>
  Number(object.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
