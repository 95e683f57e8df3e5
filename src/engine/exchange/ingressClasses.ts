/**
 * Which Ingresses the ingress-nginx controller serves: by IngressClass, default class, or the legacy annotation (ingress-nginx
 * internal/ingress/controller/ingressclass). Other controllers are not modelled: where the text runs none of its own, ingress-nginx stands
 * in for the one that a class names, and a diagnostic says so.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { Resource } from '../api/resource.ts';
import type { ClusterState } from '../clusterState.ts';
import { message } from '../net/message.ts';

export const nginxControllerClass = 'k8s.io/ingress-nginx';
const legacyAnnotation = 'kubernetes.io/ingress.class';

export type IngressClaim =
  | { readonly kind: 'served'; readonly className: string | null; readonly standsInFor: string | null }
  | { readonly kind: 'unserved'; readonly reason: 'noClassObject' | 'noDefaultClass'; readonly className: string | null };

/** Who serves an Ingress. `controllerClass` is what the running controller calls itself. */
export function claimIngress(state: ClusterState, ingress: Resource<'Ingress'>, controllerClass: string): IngressClaim {
  const legacy = ingress.object.metadata?.annotations?.[legacyAnnotation];
  const named = ingress.object.spec?.ingressClassName ?? undefined;
  if (named === undefined && legacy !== undefined) {
    // The annotation is compared with the controller's --ingress-class, whose default is "nginx"; no object is needed.
    if (legacy === 'nginx' || legacy === '') return { kind: 'served', className: legacy, standsInFor: null };
    return claimClass(state, legacy, controllerClass);
  }
  if (named !== undefined) return claimClass(state, named, controllerClass);
  // Admission has filled the default class in where there is one (bootstrap/ingressClasses.ts).
  return { kind: 'unserved', reason: 'noDefaultClass', className: null };
}

function claimClass(state: ClusterState, className: string, controllerClass: string): IngressClaim {
  const object = state.ingressClasses.find((candidate) => candidate.reference.name === className);
  if (object === undefined) return { kind: 'unserved', reason: 'noClassObject', className };
  const controller = object.object.spec?.controller ?? '';
  return { kind: 'served', className, standsInFor: controller === controllerClass ? null : controller };
}

/** What a reader of the text should know about who serves its Ingresses. */
export function ingressClassDiagnostics(state: ClusterState, controllerClass: string): readonly Diagnostic[] {
  return state.ingresses.flatMap((ingress): readonly Diagnostic[] => {
    const claim = claimIngress(state, ingress, controllerClass);
    const field = '/spec/ingressClassName';
    const range = ingress.rangeOf(field);
    const place = { object: ingress.reference, field, ...(range === undefined ? {} : { range }) };
    const name = `${ingress.reference.namespace ?? ''}/${ingress.reference.name}`;
    if (claim.kind === 'unserved') {
      const text = message(`exchange.ingressClass.${claim.reason}`, { ingress: name, class: claim.className ?? '' });
      return [{ severity: 'warning', message: text, ...place }];
    }
    if (claim.standsInFor !== null) {
      const text = message('exchange.ingressClass.standIn', { ingress: name, class: claim.className ?? '', controller: claim.standsInFor });
      return [{ severity: 'warning', message: text, ...place }];
    }
    return [];
  });
}
