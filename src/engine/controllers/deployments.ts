/**
 * Deployment → ReplicaSets, at the end of its roll-out: all replicas in the ReplicaSet of the present template. A dump taken in the
 * middle of a roll-out keeps the sizes it states. Pausing and the roll-out's own steps are not modelled (actions over time come later).
 */
import { matchesLabelSelector } from '../api/labelSelector.ts';
import type { KindTypes, Resource } from '../api/resource.ts';
import { makeResource, withObject } from '../api/resourceList.ts';
import { type DeclaredPods, isActive, namespaceOf, podLabels } from './declaredPods.ts';
import { canonicalJson, stableUid, templateHash } from './names.ts';
import { controllerOf, controllerReference, type PodTemplate } from './podTemplates.ts';

export const templateHashLabel = 'pod-template-hash';

/** A ReplicaSet with the number of Pods it should have. */
export interface SizedReplicaSet {
  readonly resource: Resource<'ReplicaSet'>;
  readonly replicas: number;
  readonly deployment?: Resource<'Deployment'>;
}

export function replicaSetsOfDeployment(
  deployment: Resource<'Deployment'>,
  replicaSets: readonly Resource<'ReplicaSet'>[],
  pods: DeclaredPods,
): readonly SizedReplicaSet[] {
  const { spec } = deployment.object;
  if (spec === undefined) return [];
  const replicas = spec.replicas ?? 1;
  const owned = replicaSets.filter((candidate) => isOwnedBy(candidate, deployment));
  const current = owned.find((candidate) => canonicalJson(plainTemplate(candidate)) === canonicalJson(spec.template));
  const old = owned.filter((candidate) => candidate !== current);
  if (current !== undefined) {
    const rollingOut = old.some((candidate) => (candidate.object.spec?.replicas ?? 1) > 0);
    const size = (resource: Resource<'ReplicaSet'>): number =>
      rollingOut ? (resource.object.spec?.replicas ?? 1) : resource === current ? replicas : 0;
    return owned.map((resource) => ({ resource, replicas: size(resource), deployment }));
  }
  const hashes = hashesOfPods(deployment, replicaSets, pods);
  const created =
    hashes.length === 0
      ? [{ hash: templateHash(spec.template), replicas }]
      : hashes.map(({ hash, count }) => ({ hash, replicas: hashes.length === 1 ? replicas : count }));
  return [
    ...old.map((resource) => ({ resource, replicas: 0, deployment })),
    ...created.map(({ hash, replicas: size }) => ({ resource: makeReplicaSet(deployment, hash), replicas: size, deployment })),
  ];
}

const isOwnedBy = (replicaSet: Resource<'ReplicaSet'>, deployment: Resource<'Deployment'>): boolean => {
  const owner = controllerOf(replicaSet.object);
  return owner?.kind === 'Deployment' && owner.name === deployment.reference.name && namespaceOf(replicaSet) === namespaceOf(deployment);
};

/** The ReplicaSet's template as the Deployment wrote it. */
function plainTemplate({ object }: Resource<'ReplicaSet'>): PodTemplate | undefined {
  const template = object.spec?.template;
  if (template === undefined) return undefined;
  const { [templateHashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** A dump of Deployments and Pods without ReplicaSets: the Pods' labels tell the hashes of the ReplicaSets between them. */
function hashesOfPods(
  deployment: Resource<'Deployment'>,
  replicaSets: readonly Resource<'ReplicaSet'>[],
  pods: DeclaredPods,
): readonly { readonly hash: string; readonly count: number }[] {
  const namespace = namespaceOf(deployment);
  const selector = deployment.object.spec?.selector;
  const counts = new Map<string, number>();
  for (const pod of pods.all) {
    const hash = podLabels(pod)[templateHashLabel];
    if (hash === undefined || namespaceOf(pod) !== namespace || !isActive(pod)) continue;
    const name = `${deployment.reference.name}-${hash}`;
    const owner = controllerOf(pod.object);
    if (owner?.kind !== 'ReplicaSet' || owner.name !== name || !matchesLabelSelector(selector, podLabels(pod))) continue;
    if (replicaSets.some(({ reference }) => reference.namespace === namespace && reference.name === name)) continue;
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return [...counts].map(([hash, count]) => ({ hash, count }));
}

function makeReplicaSet(deployment: Resource<'Deployment'>, hash: string): Resource<'ReplicaSet'> {
  const { object, provenance } = deployment;
  const namespace = namespaceOf(deployment);
  const name = `${deployment.reference.name}-${hash}`;
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name };
  const template = object.spec?.template;
  const labels = { ...template?.metadata?.labels, [templateHashLabel]: hash };
  const selector = object.spec?.selector ?? {};
  const replicaSet: KindTypes['ReplicaSet'] = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace,
      uid: stableUid(reference),
      labels,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: object.spec?.replicas ?? 1,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  };
  const range = deployment.rangeOf('/spec/template') ?? deployment.range;
  return makeResource('ReplicaSet', reference, replicaSet, provenance === 'added' ? 'added' : 'computed', {
    ...(range === undefined ? {} : { range }),
    rangeOf: deployment.rangeOf,
  });
}

/** The size written into the object, as the Deployment controller scales it. */
export const withReplicas = (resource: Resource<'ReplicaSet'>, replicas: number): Resource<'ReplicaSet'> =>
  withObject(resource, {
    ...resource.object,
    spec: { ...resource.object.spec, selector: resource.object.spec?.selector ?? {}, replicas },
  });
