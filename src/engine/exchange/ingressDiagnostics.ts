/** What is doubtful about Ingresses before any request is sent: backends that do not exist, annotations and controllers that are not modelled. */
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend';
import type { Diagnostic } from '../api/diagnostic.ts';
import type { Resource } from '../api/resource.ts';
import type { ClusterIndex } from '../clusterIndex.ts';
import { type Message, message } from '../net/message.ts';
import { annotationDiagnostics } from './ingressAnnotations.ts';
import { ingressClassDiagnostics, nginxControllerClass } from './ingressClasses.ts';
import { findControllers } from './ingressController.ts';
import { backendPort, backendService } from './nginx.ts';

export function ingressDiagnostics(index: ClusterIndex): readonly Diagnostic[] {
  const { ingresses } = index.state;
  if (ingresses.length === 0) return [];
  const controllerClass = findControllers(index)[0]?.controllerClass ?? nginxControllerClass;
  return [
    ...ingressClassDiagnostics(index.state, controllerClass),
    ...ingresses.flatMap((ingress) => [...annotationDiagnostics(ingress), ...backendDiagnostics(index, ingress)]),
  ];
}

function backendDiagnostics(index: ClusterIndex, ingress: Resource<'Ingress'>): readonly Diagnostic[] {
  const spec = ingress.object.spec;
  const places: { readonly backend: IIngressBackend; readonly field: string }[] = [];
  if (spec?.defaultBackend !== undefined) places.push({ backend: spec.defaultBackend, field: '/spec/defaultBackend' });
  for (const [rule, entry] of (spec?.rules ?? []).entries()) {
    for (const [path, { backend }] of (entry.http?.paths ?? []).entries()) {
      places.push({ backend, field: `/spec/rules/${rule}/http/paths/${path}/backend` });
    }
  }
  return places.flatMap(({ backend, field }): readonly Diagnostic[] => {
    const trouble = backendTrouble(index, ingress, backend);
    if (trouble === null) return [];
    const range = ingress.rangeOf(field);
    return [{ severity: 'warning', message: trouble, object: ingress.reference, field, ...(range === undefined ? {} : { range }) }];
  });
}

function backendTrouble(index: ClusterIndex, ingress: Resource<'Ingress'>, backend: IIngressBackend): Message | null {
  if (backend.service === undefined) return message('exchange.ingress.resourceBackend', { ingress: ingress.reference.name });
  const name = `${ingress.reference.namespace ?? ''}/${backend.service.name}`;
  const service = backendService(index, { ingress, backend });
  if (service === undefined) return message('exchange.reason.backendServiceMissing', { service: name });
  const isKnown = service.type === 'ExternalName' || backendPort(service, backend) !== undefined;
  const port = backend.service.port?.name ?? backend.service.port?.number ?? '';
  return isKnown ? null : message('exchange.reason.backendPortMissing', { service: name, port });
}
