/** The class that the DefaultIngressClass admission plugin fills in. Who serves it, and what to say where nobody does, is exchange/'s. */
import type { Diagnostic } from '../api/diagnostic.ts';
import { diagnosticOf } from '../api/report.ts';
import type { AnyResource, Resource } from '../api/resource.ts';
import { resourcesOfKind, withObject } from '../api/resourceList.ts';
import { message } from '../net/message.ts';
import { nginxControllerName } from './ingressNginx.ts';

const defaultClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';
const legacyClassAnnotation = 'kubernetes.io/ingress.class';

/** Gives Ingresses without a class the default one; `controllerAdded` says that packetwalk added ingress-nginx. */
export function assignIngressClasses(
  resources: readonly AnyResource[],
  controllerAdded: boolean,
): { readonly resources: readonly AnyResource[]; readonly diagnostics: readonly Diagnostic[] } {
  const classes = resourcesOfKind(resources, 'IngressClass');
  const diagnostics: Diagnostic[] = [];
  const declaredDefault = newestDefault(classes);
  const addedDefault = controllerAdded ? classes.find(({ object }) => object.spec?.controller === nginxControllerName) : undefined;
  const assigned = resources.map((resource): AnyResource => {
    if (resource.kind !== 'Ingress') return resource;
    const { metadata, spec } = resource.object;
    const legacy = metadata?.annotations?.[legacyClassAnnotation];
    const defaultClass = declaredDefault ?? addedDefault;
    if (spec?.ingressClassName !== undefined || legacy !== undefined || defaultClass === undefined) return resource;
    if (declaredDefault === undefined) {
      const params = { ingress: resource.reference.name, class: defaultClass.reference.name };
      diagnostics.push(diagnosticOf('info', message('controlplane.ingress.classAssumed', params), resource, '/spec'));
    }
    return withObject(resource, { ...resource.object, spec: { ...spec, ingressClassName: defaultClass.reference.name } });
  });
  return { resources: assigned, diagnostics };
}

/** Of several default classes the newest counts; without timestamps the last of the text. */
function newestDefault(classes: readonly Resource<'IngressClass'>[]): Resource<'IngressClass'> | undefined {
  const defaults = classes.filter(({ object }) => object.metadata?.annotations?.[defaultClassAnnotation] === 'true');
  const age = ({ object }: Resource<'IngressClass'>): string => String(object.metadata?.creationTimestamp ?? '');
  return defaults.reduce<Resource<'IngressClass'> | undefined>(
    (newest, candidate) => (newest === undefined || age(candidate) >= age(newest) ? candidate : newest),
    undefined,
  );
}
