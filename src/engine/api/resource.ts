/**
 * The objects of a cluster as the API server stores them: types come from kubernetes-models (Kubernetes 1.36); the few kinds of
 * Calico, kubeadm, kube-proxy and packetwalk itself are in clusterDocuments.ts. An object here is validated and immutable.
 */
import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { IIngressClass } from 'kubernetes-models/networking.k8s.io/v1/IngressClass';
import type { IEndpoints } from 'kubernetes-models/v1/Endpoints';
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { INode } from 'kubernetes-models/v1/Node';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IService } from 'kubernetes-models/v1/Service';
import type { ClusterConfiguration, IPPool, KubeProxyConfiguration, ScenarioDocument } from './clusterDocuments.ts';
import type { ObjectReference, Origin, SourceRange } from './origin.ts';

/** The kinds that act, each with its object's type. */
export interface KindTypes {
  readonly Namespace: INamespace;
  readonly Node: INode;
  readonly Pod: IPod;
  readonly Deployment: IDeployment;
  readonly ReplicaSet: IReplicaSet;
  readonly StatefulSet: IStatefulSet;
  readonly DaemonSet: IDaemonSet;
  readonly Service: IService;
  readonly Endpoints: IEndpoints;
  readonly EndpointSlice: IEndpointSlice;
  readonly Ingress: IIngress;
  readonly IngressClass: IIngressClass;
  readonly IPPool: IPPool;
  readonly ClusterConfiguration: ClusterConfiguration;
  readonly KubeProxyConfiguration: KubeProxyConfiguration;
  readonly Scenario: ScenarioDocument;
}
export type ActingKind = keyof KindTypes;

/** How an object came to be: from the user's text, added by packetwalk (default cluster, ingress-nginx), or made by a controller. */
export type Provenance = 'declared' | 'added' | 'computed';

/**
 * One object with its story. `reference.namespace` is always set for namespaced kinds ("default" when the text names none).
 * `rangeOf` finds the text of a field by JSON pointer, falling back to the nearest parent that has a place in the text;
 * undefined when the object has no text at all. For computed objects it is that of the owner's template.
 */
export interface Resource<Kind extends ActingKind = ActingKind> {
  readonly kind: Kind;
  readonly reference: ObjectReference;
  readonly object: KindTypes[Kind];
  readonly provenance: Provenance;
  readonly range?: SourceRange;
  readonly rangeOf: (pointer: string) => SourceRange | undefined;
}

export type AnyResource = { [Kind in ActingKind]: Resource<Kind> }[ActingKind];

/** The origin that a rule or route made from this object carries. */
export function originOf(resource: Pick<Resource, 'reference' | 'rangeOf' | 'range'>, field?: string): Origin {
  const range = field === undefined ? resource.range : resource.rangeOf(field);
  return { object: resource.reference, ...(field === undefined ? {} : { field }), ...(range === undefined ? {} : { range }) };
}
