/**
 * From a template to a Pod object as the API server would store it, and the defaults of a Pod's spec that decide anything here
 * (pkg/apis/core/v1/defaults.go). Names, labels and owners come from the controller; node, addresses and status later.
 */
import type { ObjectReference } from '../api/origin.ts';
import { referenceKey } from '../api/origin.ts';
import type { KindTypes, Resource } from '../api/resource.ts';
import { type Labels, makeResource, type TextPlace } from '../api/resourceList.ts';
import { stableUid } from './names.ts';

export type PodSpec = NonNullable<KindTypes['Pod']['spec']>;
export type PodTemplate = Pick<KindTypes['Pod'], 'metadata' | 'spec'>;
type Container = PodSpec['containers'][number];
type OwnerReference = NonNullable<NonNullable<KindTypes['Pod']['metadata']>['ownerReferences']>[number];

/** The priorities that the API server knows without a PriorityClass object. */
const systemPriorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** A Pod that a controller or the text asks for, before a node and addresses are found. */
export interface PlannedPod {
  readonly key: string;
  readonly resource: Resource<'Pod'>;
  /** Pods of one template are judged once by the scheduler. */
  readonly templateKey: string;
  readonly owners: readonly Owner[];
  /** A StatefulSet in OrderedReady creates this Pod only when the one of this key is running. */
  readonly after?: string;
  /** A DaemonSet's Pod has one node it may run on; `templateSpec` is its spec before it was pinned there. */
  readonly targetNode?: string;
  readonly templateSpec?: PodSpec;
}

export function defaultPodSpec(spec: PodSpec): PodSpec {
  const hostNetwork = spec.hostNetwork === true;
  const priority = spec.priority ?? systemPriorities[spec.priorityClassName ?? ''];
  return {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    ...spec,
    ...(priority === undefined ? {} : { priority }),
    containers: (spec.containers ?? []).map((container) => defaultContainer(container, hostNetwork)),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: spec.initContainers.map((container) => defaultContainer(container, hostNetwork)) }),
  };
}

/** Ports are TCP, a hostNetwork Pod's containerPorts are its hostPorts, and a limit without a request is the request. */
function defaultContainer(container: Container, hostNetwork: boolean): Container {
  const { ports, resources } = container;
  const limits = resources?.limits;
  return {
    ...container,
    ...(ports === undefined
      ? {}
      : {
          ports: ports.map((port) => ({
            ...port,
            protocol: port.protocol ?? 'TCP',
            ...(hostNetwork && port.hostPort === undefined ? { hostPort: port.containerPort } : {}),
          })),
        }),
    ...(limits === undefined ? {} : { resources: { ...resources, requests: { ...limits, ...resources?.requests } } }),
  };
}

/** The owner reference that a controller writes into what it makes. */
export const controllerReference = (owner: Resource): OwnerReference => {
  const metadata = 'metadata' in owner.object ? owner.object.metadata : undefined;
  const uid = metadata !== undefined && 'uid' in metadata ? metadata.uid : undefined;
  return {
    apiVersion: owner.reference.apiVersion,
    kind: owner.reference.kind,
    name: owner.reference.name,
    uid: uid ?? stableUid(owner.reference),
    controller: true,
    blockOwnerDeletion: true,
  };
};

/** The controller that owns an object, if any. */
export const controllerOf = (object: {
  readonly metadata?: { readonly ownerReferences?: readonly OwnerReference[] };
}): OwnerReference | undefined => object.metadata?.ownerReferences?.find((reference) => reference.controller === true);

/** A made object's place in the text is its owner's template: "/spec/containers/0" stands at "/spec/template/spec/containers/0". */
export function templatePlace(owner: Resource): TextPlace {
  const range = owner.rangeOf('/spec/template') ?? owner.range;
  return { ...(range === undefined ? {} : { range }), rangeOf: (pointer) => owner.rangeOf(`/spec/template${pointer}`) };
}

export interface PodIdentity {
  readonly name: string;
  readonly generateName?: string;
  readonly labels: Labels;
  readonly owner: Resource;
  readonly spec: PodSpec;
  readonly place: TextPlace;
  readonly annotations?: Labels | undefined;
}

export function makePod(identity: PodIdentity): Resource<'Pod'> {
  const { name, generateName, labels, owner, spec, place, annotations } = identity;
  const namespace = owner.reference.namespace ?? 'default';
  const reference: ObjectReference = { apiVersion: 'v1', kind: 'Pod', namespace, name };
  const object: KindTypes['Pod'] = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(generateName === undefined ? {} : { generateName }),
      namespace,
      uid: stableUid(reference),
      labels: { ...labels },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
  return makeResource('Pod', reference, object, owner.provenance === 'added' ? 'added' : 'computed', place);
}

export const podKey = (namespace: string, name: string): string => referenceKey({ apiVersion: 'v1', kind: 'Pod', namespace, name });
