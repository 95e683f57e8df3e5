/** The status that workload controllers write about their Pods, and an Ingress controller about its address. Conditions need a clock and are left out. */
import { matchesLabelSelector } from '../api/labelSelector.ts';
import type { AnyResource, KindTypes, Resource } from '../api/resource.ts';
import { withObject } from '../api/resourceList.ts';
import type { PodState } from '../clusterState.ts';
import { templateHash } from './names.ts';

interface Counts {
  readonly all: number;
  readonly ready: number;
}

export interface StatusContext {
  readonly pods: readonly PodState[];
  /** Addresses of the balancer before the ingress controller, for Ingresses of these classes. */
  readonly ingressAddresses: readonly string[];
  readonly servedClasses: ReadonlySet<string>;
  /** "namespace/name" of a DaemonSet → number of eligible nodes. */
  readonly daemonSetSizes: ReadonlyMap<string, number>;
}

const ownerKey = (kind: string, namespace: string | undefined, name: string): string => `${kind} ${namespace}/${name}`;

/** Writes every object's status; the function that it returns is applied to one object after the other. */
export function statusWriter(context: StatusContext): (resource: AnyResource) => AnyResource {
  const counts = new Map<string, Counts>();
  for (const pod of context.pods) {
    if (pod.terminating || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
    for (const owner of pod.owners) {
      const key = ownerKey(owner.kind, pod.namespace, owner.name);
      const before = counts.get(key) ?? { all: 0, ready: 0 };
      counts.set(key, { all: before.all + 1, ready: before.ready + Number(pod.ready) });
    }
  }
  const countsOf = ({ kind, reference }: Resource): Counts =>
    counts.get(ownerKey(kind, reference.namespace, reference.name)) ?? { all: 0, ready: 0 };
  return (resource) => {
    switch (resource.kind) {
      case 'Deployment':
        return withDeploymentStatus(resource, countsOf(resource), context.pods);
      case 'ReplicaSet':
        return withReplicaSetStatus(resource, countsOf(resource));
      case 'StatefulSet':
        return withStatefulSetStatus(resource, countsOf(resource));
      case 'DaemonSet':
        return withDaemonSetStatus(resource, countsOf(resource), context);
      case 'Ingress':
        return withIngressStatus(resource, context);
      default:
        return resource;
    }
  };
}

function withDeploymentStatus(
  deployment: Resource<'Deployment'>,
  { all, ready }: Counts,
  pods: readonly PodState[],
): Resource<'Deployment'> {
  const { object, reference } = deployment;
  const { spec } = object;
  if (spec === undefined) return deployment;
  const replicas = spec.replicas ?? 1;
  const names = new Set(
    pods
      .filter((pod) => pod.namespace === reference.namespace && matchesLabelSelector(spec.selector, pod.labels))
      .flatMap((pod) => pod.owners.filter(({ kind }) => kind === 'ReplicaSet').map(({ name }) => name)),
  );
  const updated = names.size <= 1 ? all : (object.status?.updatedReplicas ?? all);
  return withObject(deployment, {
    ...object,
    spec: { ...spec, replicas },
    status: {
      ...object.status,
      replicas: all,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(0, replicas - ready),
    },
  });
}

function withReplicaSetStatus(replicaSet: Resource<'ReplicaSet'>, { all, ready }: Counts): Resource<'ReplicaSet'> {
  const { object } = replicaSet;
  const status = { ...object.status, replicas: all, fullyLabeledReplicas: all, readyReplicas: ready, availableReplicas: ready };
  return withObject(replicaSet, { ...object, status });
}

function withStatefulSetStatus(statefulSet: Resource<'StatefulSet'>, { all, ready }: Counts): Resource<'StatefulSet'> {
  const { object, reference } = statefulSet;
  const { spec } = object;
  if (spec === undefined) return statefulSet;
  const revision = `${reference.name}-${templateHash(spec.template)}`;
  const status: NonNullable<KindTypes['StatefulSet']['status']> = {
    currentRevision: revision,
    updateRevision: revision,
    ...object.status,
    replicas: all,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: all,
    updatedReplicas: all,
  };
  return withObject(statefulSet, { ...object, spec: { ...spec, replicas: spec.replicas ?? 1 }, status });
}

function withDaemonSetStatus(daemonSet: Resource<'DaemonSet'>, { all, ready }: Counts, context: StatusContext): Resource<'DaemonSet'> {
  const { object, reference } = daemonSet;
  const desired = context.daemonSetSizes.get(`${reference.namespace}/${reference.name}`) ?? all;
  return withObject(daemonSet, {
    ...object,
    status: {
      numberMisscheduled: 0,
      ...object.status,
      currentNumberScheduled: Math.min(all, desired),
      desiredNumberScheduled: desired,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: Math.max(0, desired - ready),
      updatedNumberScheduled: all,
    },
  });
}

/** --publish-service: the Ingress bears the address of the Service before the controller. */
function withIngressStatus(ingress: Resource<'Ingress'>, { ingressAddresses, servedClasses }: StatusContext): Resource<'Ingress'> {
  const { object } = ingress;
  const className = object.spec?.ingressClassName;
  if (className === undefined || !servedClasses.has(className) || ingressAddresses.length === 0) return ingress;
  if ((object.status?.loadBalancer?.ingress ?? []).length > 0) return ingress;
  return withObject(ingress, {
    ...object,
    status: { ...object.status, loadBalancer: { ingress: ingressAddresses.map((ip) => ({ ip })) } },
  });
}
