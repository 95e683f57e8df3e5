/**
 * Which kinds act in packetwalk, which are accepted quietly because they do not shape the network, and which would but are not
 * modelled yet. The list of built-in kinds is that of Kubernetes 1.36, with the versions its API server serves.
 */
import type { ActingKind } from '../api/resource.ts';

export type KindRole =
  | { readonly role: 'acts'; readonly kind: ActingKind }
  | { readonly role: 'quiet' }
  /** `shapesTraffic`: with it, packets could take another way than the one shown. */
  | { readonly role: 'notModelled'; readonly shapesTraffic: boolean }
  /** An acting kind under a version that is not served; `served` is the one to write. */
  | { readonly role: 'wrongVersion'; readonly served: string }
  /** A group of Kubernetes itself has no such kind. */
  | { readonly role: 'noSuchKind' };

interface ActingEntry {
  /** Versions that are read, the one to recommend first. */
  readonly served: readonly string[];
  /** Other groups in which this very kind once was served, or is often written by mistake. */
  readonly otherGroups: readonly string[];
  readonly isNamespaced: boolean;
}

/** Every acting kind: the versions read, and whether its objects live in a namespace. */
export const actingKinds: { readonly [Kind in ActingKind]: ActingEntry } = {
  Namespace: { served: ['v1'], otherGroups: [], isNamespaced: false },
  Node: { served: ['v1'], otherGroups: [], isNamespaced: false },
  Pod: { served: ['v1'], otherGroups: [], isNamespaced: true },
  Service: { served: ['v1'], otherGroups: [], isNamespaced: true },
  Deployment: { served: ['apps/v1'], otherGroups: ['extensions'], isNamespaced: true },
  ReplicaSet: { served: ['apps/v1'], otherGroups: ['extensions'], isNamespaced: true },
  StatefulSet: { served: ['apps/v1'], otherGroups: [], isNamespaced: true },
  DaemonSet: { served: ['apps/v1'], otherGroups: ['extensions'], isNamespaced: true },
  Endpoints: { served: ['v1'], otherGroups: [], isNamespaced: true },
  EndpointSlice: { served: ['discovery.k8s.io/v1'], otherGroups: [], isNamespaced: true },
  Ingress: { served: ['networking.k8s.io/v1'], otherGroups: ['extensions'], isNamespaced: true },
  IngressClass: { served: ['networking.k8s.io/v1'], otherGroups: [], isNamespaced: false },
  IPPool: { served: ['projectcalico.org/v3', 'crd.projectcalico.org/v1'], otherGroups: [], isNamespaced: false },
  ClusterConfiguration: { served: ['kubeadm.k8s.io/v1beta4', 'kubeadm.k8s.io/v1beta3'], otherGroups: [], isNamespaced: false },
  KubeProxyConfiguration: { served: ['kubeproxy.config.k8s.io/v1alpha1'], otherGroups: [], isNamespaced: false },
  Scenario: { served: ['packetwalk.dev/v1alpha1'], otherGroups: [], isNamespaced: false },
};

/** Built-in kinds that run or steer nothing a packet meets, by group; "*" is the whole group. */
const quietKinds: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'ComponentStatus',
    'ConfigMap',
    'Event',
    'LimitRange',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'PodTemplate',
    'ResourceQuota',
    'Secret',
    'ServiceAccount',
  ],
  apps: ['ControllerRevision'],
  'networking.k8s.io': ['IPAddress'],
  policy: ['Eviction', 'PodDisruptionBudget'],
  'admissionregistration.k8s.io': ['*'],
  'apiextensions.k8s.io': ['*'],
  'apiregistration.k8s.io': ['*'],
  'authentication.k8s.io': ['*'],
  'authorization.k8s.io': ['*'],
  'certificates.k8s.io': ['*'],
  'coordination.k8s.io': ['*'],
  'events.k8s.io': ['*'],
  'flowcontrol.apiserver.k8s.io': ['*'],
  'internal.apiserver.k8s.io': ['*'],
  'metrics.k8s.io': ['*'],
  'node.k8s.io': ['*'],
  'rbac.authorization.k8s.io': ['*'],
  'scheduling.k8s.io': ['*'],
  'storage.k8s.io': ['*'],
  'storagemigration.k8s.io': ['*'],
};

/** Kinds of groups that are not modelled but would decide where packets go or whether they may. */
const trafficKinds: Readonly<Record<string, readonly string[]>> = {
  '': ['ReplicationController'],
  'networking.k8s.io': ['NetworkPolicy', 'ServiceCIDR'],
  'gateway.networking.k8s.io': ['*'],
  'gateway.networking.x-k8s.io': ['*'],
  'policy.networking.k8s.io': ['*'],
  'multicluster.x-k8s.io': ['*'],
  'projectcalico.org': ['*'],
  'crd.projectcalico.org': ['*'],
  'operator.tigera.io': ['*'],
  'metallb.io': ['*'],
  'cilium.io': ['*'],
  'networking.istio.io': ['*'],
  'security.istio.io': ['*'],
  'traefik.io': ['*'],
  'traefik.containo.us': ['*'],
  'projectcontour.io': ['*'],
  'configuration.konghq.com': ['*'],
  'linkerd.io': ['*'],
  'policy.linkerd.io': ['*'],
  'k8s.cni.cncf.io': ['*'],
  'kind.x-k8s.io': ['Cluster'],
  'k3d.io': ['*'],
};

/** Other built-in kinds that are not modelled, whose absence changes no packet's way between what is shown. */
const otherKinds: Readonly<Record<string, readonly string[]>> = {
  batch: ['CronJob', 'Job'],
  autoscaling: ['HorizontalPodAutoscaler', 'Scale'],
  'resource.k8s.io': ['*'],
  'kubeadm.k8s.io': ['InitConfiguration', 'JoinConfiguration', 'ResetConfiguration', 'UpgradeConfiguration'],
};

/** Groups whose kinds are all listed above: another kind in them does not exist. */
const completeGroups: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'discovery.k8s.io',
  'extensions',
  'kubeadm.k8s.io',
  'kubeproxy.config.k8s.io',
  'networking.k8s.io',
  'packetwalk.dev',
  'policy',
]);

/** Kinds that are gone from these groups; they changed no packet's way, so they are named as not modelled rather than refused. */
const goneKinds: ReadonlySet<string> = new Set(['PodSecurityPolicy']);

/** "apps" of "apps/v1"; "" of "v1". */
export const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

const lists = (table: Readonly<Record<string, readonly string[]>>, group: string, kind: string): boolean => {
  const kinds = Object.hasOwn(table, group) ? table[group] : undefined;
  return kinds !== undefined && (kinds.includes('*') || kinds.includes(kind));
};

export const isActingKind = (kind: string): kind is ActingKind => Object.hasOwn(actingKinds, kind);

/** What packetwalk does with an object of this apiVersion and kind. */
export function kindRole(apiVersion: string, kind: string): KindRole {
  const group = groupOf(apiVersion);
  if (isActingKind(kind)) {
    const { served, otherGroups } = actingKinds[kind];
    if (served.includes(apiVersion)) return { role: 'acts', kind };
    const isMeant = served.some((version) => groupOf(version) === group) || otherGroups.includes(group) || completeGroups.has(group);
    if (isMeant) return { role: 'wrongVersion', served: served[0] ?? '' };
  }
  if (lists(quietKinds, group, kind)) return { role: 'quiet' };
  if (lists(trafficKinds, group, kind)) return { role: 'notModelled', shapesTraffic: true };
  if (lists(otherKinds, group, kind) || goneKinds.has(kind)) return { role: 'notModelled', shapesTraffic: false };
  // NetworkPolicy was in extensions once; named with its old group it still means the same.
  if (group === 'extensions' && kind === 'NetworkPolicy') return { role: 'notModelled', shapesTraffic: true };
  return completeGroups.has(group) ? { role: 'noSuchKind' } : { role: 'notModelled', shapesTraffic: false };
}
