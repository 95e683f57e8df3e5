/**
 * Deployments, ReplicaSets, StatefulSets and DaemonSets become Pods; Pods of the text are counted by their controllers. What comes out
 * stands in the order of the resources, which is the order in which Pods later ask for nodes and addresses. Jobs are not modelled.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { matchesLabelSelector } from '../api/labelSelector.ts';
import { referenceKey } from '../api/origin.ts';
import { diagnosticOf } from '../api/report.ts';
import type { AnyResource, Resource } from '../api/resource.ts';
import { resourcesOfKind } from '../api/resourceList.ts';
import type { NodeState } from '../clusterState.ts';
import { message } from '../net/message.ts';
import { eligibleNodes, podsOfDaemonSet } from './daemonSets.ts';
import { type DeclaredPods, deletionOrder, indexDeclaredPods, isActive, namespaceOf, planDeclaredPod, podLabels } from './declaredPods.ts';
import { replicaSetsOfDeployment, type SizedReplicaSet, withReplicas } from './deployments.ts';
import { nameGenerator } from './names.ts';
import { controllerOf, defaultPodSpec, makePod, type Owner, type PlannedPod, podKey, templatePlace } from './podTemplates.ts';
import { largestPodCount, shareBudget } from './replicaBudget.ts';
import { podsOfStatefulSet } from './statefulSets.ts';

export interface ExpandedWorkloads {
  /** Declared and computed ReplicaSets, with the size their Deployment gives them. */
  readonly replicaSets: readonly Resource<'ReplicaSet'>[];
  readonly pods: readonly PlannedPod[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A controller that still has Pods to create, in the order of the text. */
interface Creation {
  readonly owner: Resource;
  readonly missing: number;
  readonly create: (limit: number) => readonly PlannedPod[];
}

interface Surplus {
  readonly pod: Resource<'Pod'>;
  readonly owner: Resource;
  readonly replicas: number;
}

type Step = Creation | Resource<'Pod'>;

export function expandWorkloads(resources: readonly AnyResource[], nodes: readonly NodeState[]): ExpandedWorkloads {
  const pods = indexDeclaredPods(resources);
  const declaredSets = resourcesOfKind(resources, 'ReplicaSet');
  const sized = sizeReplicaSets(resources, declaredSets, pods);
  const adopted = new Map<string, readonly Owner[]>();
  const surplus: Surplus[] = [];
  const steps: Step[] = [];
  for (const resource of resources) {
    switch (resource.kind) {
      case 'Deployment':
      case 'ReplicaSet':
        for (const set of sized.get(referenceKey(resource.reference)) ?? []) steps.push(replicaSetCreation(set, pods, adopted, surplus));
        break;
      case 'StatefulSet':
        steps.push(statefulSetCreation(resource, pods, surplus));
        break;
      case 'DaemonSet':
        steps.push({
          owner: resource,
          missing: eligibleNodes(resource, nodes).length,
          create: (limit) => podsOfDaemonSet(resource, nodes, pods, limit),
        });
        break;
      case 'Pod':
        steps.push(resource);
        break;
      default:
    }
  }
  const deleted = new Set<Resource>(surplus.map(({ pod }) => pod));
  const created = createPods(steps, adopted, deleted);
  return {
    replicaSets: [...sized.values()].flat().map(({ resource, replicas }) => withReplicas(resource, replicas)),
    pods: created.pods,
    diagnostics: [...surplus.map(surplusDiagnostic), ...created.diagnostics],
  };
}

/** Reference key of the Deployment, or of a ReplicaSet that no present Deployment owns → the ReplicaSets that stand in its place. */
function sizeReplicaSets(
  resources: readonly AnyResource[],
  declaredSets: readonly Resource<'ReplicaSet'>[],
  pods: DeclaredPods,
): ReadonlyMap<string, readonly SizedReplicaSet[]> {
  const sized = new Map<string, readonly SizedReplicaSet[]>();
  const owned = new Set<string>();
  for (const deployment of resourcesOfKind(resources, 'Deployment')) {
    const sets = replicaSetsOfDeployment(deployment, declaredSets, pods);
    sized.set(referenceKey(deployment.reference), sets);
    for (const { resource } of sets) owned.add(referenceKey(resource.reference));
  }
  for (const resource of declaredSets) {
    const key = referenceKey(resource.reference);
    if (!owned.has(key)) sized.set(key, [{ resource, replicas: resource.object.spec?.replicas ?? 1 }]);
  }
  return sized;
}

function replicaSetCreation(
  set: SizedReplicaSet,
  pods: DeclaredPods,
  adopted: Map<string, readonly Owner[]>,
  surplus: Surplus[],
): Creation {
  const { resource, replicas } = set;
  const { name } = resource.reference;
  const namespace = namespaceOf(resource);
  const parent = controllerOf(resource.object);
  const owners: readonly Owner[] = [
    { kind: 'ReplicaSet', name },
    ...(parent === undefined ? [] : [{ kind: parent.kind, name: parent.name }]),
  ];
  const selector = resource.object.spec?.selector;
  const orphans = pods.orphans(namespace).filter((pod) => !adopted.has(keyOf(pod)) && matchesLabelSelector(selector, podLabels(pod)));
  const owned = [...pods.ownedBy(namespace, 'ReplicaSet', name), ...orphans];
  for (const pod of owned) adopted.set(keyOf(pod), owners);
  const active = owned.filter(isActive);
  if (active.length > replicas) {
    const excess = [...active].sort(deletionOrder).slice(0, active.length - replicas);
    for (const pod of excess) surplus.push({ pod, owner: resource, replicas });
  }
  const missing = Math.max(0, replicas - active.length);
  return { owner: resource, missing, create: (limit) => podsOfReplicaSet(resource, owners, pods, Math.min(limit, missing)) };
}

function podsOfReplicaSet(
  replicaSet: Resource<'ReplicaSet'>,
  owners: readonly Owner[],
  pods: DeclaredPods,
  count: number,
): readonly PlannedPod[] {
  const { name } = replicaSet.reference;
  const namespace = namespaceOf(replicaSet);
  const template = replicaSet.object.spec?.template;
  const spec = defaultPodSpec(template?.spec ?? { containers: [] });
  const place = templatePlace(replicaSet);
  const templateKey = `ReplicaSet ${namespace}/${name}`;
  const nameOf = nameGenerator(`${name}-`, templateKey, (candidate) => pods.hasName(namespace, candidate));
  return Array.from({ length: count }, (_, ordinal) => {
    const podName = nameOf(ordinal);
    const resource = makePod({
      name: podName,
      generateName: `${name}-`,
      labels: template?.metadata?.labels ?? {},
      annotations: template?.metadata?.annotations,
      owner: replicaSet,
      spec,
      place,
    });
    return { key: podKey(namespace, podName), resource, templateKey, owners };
  });
}

function statefulSetCreation(statefulSet: Resource<'StatefulSet'>, pods: DeclaredPods, surplus: Surplus[]): Creation {
  const { name } = statefulSet.reference;
  const asked = statefulSet.object.spec?.replicas ?? 1;
  const first = statefulSet.object.spec?.ordinals?.start ?? 0;
  const active = pods.ownedBy(namespaceOf(statefulSet), 'StatefulSet', name).filter(isActive);
  for (const pod of active) {
    const ordinal = Number(pod.reference.name.slice(name.length + 1));
    if (ordinal < first || ordinal >= first + asked) surplus.push({ pod, owner: statefulSet, replicas: asked });
  }
  return {
    owner: statefulSet,
    missing: Math.max(0, asked - active.length),
    create: (limit) => podsOfStatefulSet(statefulSet, pods, limit),
  };
}

/** Carries out the steps within the cluster's budget of Pod objects; declared Pods always stand. */
function createPods(
  steps: readonly Step[],
  adopted: ReadonlyMap<string, readonly Owner[]>,
  deleted: ReadonlySet<Resource>,
): { readonly pods: readonly PlannedPod[]; readonly diagnostics: readonly Diagnostic[] } {
  const creations = steps.flatMap((step) => ('create' in step ? [step] : []));
  const declaredCount = steps.length - creations.length;
  const shares = shareBudget(
    creations.map(({ missing }) => missing),
    Math.max(0, largestPodCount - declaredCount),
  );
  const limits = new Map(creations.map((creation, index) => [creation, shares[index] ?? 0]));
  const pods: PlannedPod[] = [];
  for (const step of steps) {
    if ('create' in step) for (const pod of step.create(limits.get(step) ?? 0)) pods.push(pod);
    else if (!deleted.has(step)) pods.push(planDeclaredPod(step, adopted.get(keyOf(step)) ?? declaredOwners(step)));
  }
  return { pods, diagnostics: budgetDiagnostics(creations, shares) };
}

function budgetDiagnostics(creations: readonly Creation[], shares: readonly number[]): readonly Diagnostic[] {
  const cut = creations.find(({ missing }, index) => missing > (shares[index] ?? 0));
  if (cut === undefined) return [];
  const asked = creations.reduce((sum, { missing }) => sum + missing, 0);
  const modelled = shares.reduce((sum, share) => sum + share, 0);
  return [diagnosticOf('warning', message('controlplane.pod.tooManyAsked', { asked, modelled }), cut.owner, '/spec/replicas')];
}

/** The controller that a Pod of the text names, though the text does not hold it. */
function declaredOwners(pod: Resource<'Pod'>): readonly Owner[] {
  const owner = controllerOf(pod.object);
  return owner === undefined ? [] : [{ kind: owner.kind, name: owner.name }];
}

const keyOf = (pod: Resource<'Pod'>): string => podKey(namespaceOf(pod), pod.reference.name);

function surplusDiagnostic({ pod, owner, replicas }: Surplus): Diagnostic {
  const params = { pod: pod.reference.name, kind: owner.kind, owner: owner.reference.name, replicas };
  return diagnosticOf('warning', message('controlplane.pod.surplus', params), pod);
}
