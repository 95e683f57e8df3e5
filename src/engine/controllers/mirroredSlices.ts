/**
 * EndpointSlices made of hand-written Endpoints (pkg/controller/endpointslicemirroring: shouldMirror, reconciler): kube-proxy and ingress
 * controllers read slices only, so a Service without a selector and with Endpoints gets its slices from here. Endpoints of a Service with a
 * selector are the Endpoints controller's own and never mirrored. At most 1,000 addresses of a subset are taken, as upstream.
 */
import { groupBy } from '../../shared/groupBy.ts';
import type { Diagnostic } from '../api/diagnostic.ts';
import { diagnosticOf } from '../api/report.ts';
import type { KindTypes, Resource } from '../api/resource.ts';
import { makeResource } from '../api/resourceList.ts';
import type { ServiceState } from '../clusterState.ts';
import { type AddressFamily, familyOf, parseIpAddress } from '../net/address.ts';
import { message } from '../net/message.ts';
import { managedByLabel, serviceNameLabel } from './endpointSlices.ts';
import { nameGenerator, stableUid } from './names.ts';
import { controllerReference } from './podTemplates.ts';
import { familyName, hasSelector } from './serviceDefaults.ts';

const mirroringController = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const mostAddresses = 1000;

type Slice = KindTypes['EndpointSlice'];
type Subset = NonNullable<KindTypes['Endpoints']['subsets']>[number];

export interface MirrorInput {
  readonly services: readonly ServiceState[];
  readonly endpoints: readonly Resource<'Endpoints'>[];
  /** Slices of the text: those that a dump's mirroring controller wrote are not made again. */
  readonly declared: readonly Resource<'EndpointSlice'>[];
}

export function mirroredSlices({ services, endpoints, declared }: MirrorInput): {
  readonly slices: readonly Resource<'EndpointSlice'>[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const taken = new Set(declared.map(({ reference }) => `${reference.namespace}/${reference.name}`));
  const sliced = new Set(declared.map(({ reference, object }) => `${reference.namespace}/${object.metadata?.labels?.[serviceNameLabel]}`));
  const diagnostics: Diagnostic[] = [];
  const slices = endpoints.flatMap((resource): readonly Resource<'EndpointSlice'>[] => {
    const name = `${resource.reference.namespace}/${resource.reference.name}`;
    const service = services.find((candidate) => `${candidate.namespace}/${candidate.name}` === name);
    const { labels, annotations, uid } = resource.object.metadata ?? {};
    const isExempt = labels?.[skipLabel] === 'true' || annotations?.[leaderAnnotation] !== undefined;
    if (service === undefined || isExempt || sliced.has(name)) return [];
    if (hasSelector(service.resource.object.spec ?? {})) {
      // A dump's Endpoints (it has a uid) are what the controller wrote itself.
      if (uid === undefined)
        diagnostics.push(diagnosticOf('warning', message('controlplane.endpoints.selector', { service: name }), resource));
      return [];
    }
    return slicesOf(resource, (candidate) => taken.has(`${resource.reference.namespace}/${candidate}`));
  });
  return { slices, diagnostics };
}

function slicesOf(resource: Resource<'Endpoints'>, isTaken: (name: string) => boolean): readonly Resource<'EndpointSlice'>[] {
  const { namespace = 'default', name } = resource.reference;
  const nextName = nameGenerator(`${name}-`, `EndpointSlice ${namespace}/${name}`, isTaken);
  const parts = (resource.object.subsets ?? []).flatMap((subset) => partsOf(subset).map((part) => ({ subset, ...part })));
  return parts.map(({ subset, family, endpoints }, index) => {
    const reference = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace, name: nextName(index) };
    const { labels } = resource.object.metadata ?? {};
    const object: Slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: reference.name,
        generateName: `${name}-`,
        namespace,
        uid: stableUid(reference),
        labels: { ...labels, [managedByLabel]: mirroringController, [serviceNameLabel]: name },
        ownerReferences: [controllerReference(resource)],
      },
      addressType: familyName[family] === 'IPv6' ? 'IPv6' : 'IPv4',
      endpoints: [...endpoints],
      ports: (subset.ports ?? []).map((port) => ({ ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' })),
    };
    const place = { ...(resource.range === undefined ? {} : { range: resource.range }), rangeOf: resource.rangeOf };
    return makeResource('EndpointSlice', reference, object, 'computed', place);
  });
}

interface Part {
  readonly family: AddressFamily;
  readonly endpoints: NonNullable<Slice['endpoints']>;
}

/** A subset's addresses, one slice for each family. */
function partsOf(subset: Subset): readonly Part[] {
  const entries = [
    ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
    ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
  ].flatMap(({ address: { ip, hostname, nodeName, targetRef }, ready }) => {
    const parsed = parseIpAddress(ip);
    if (parsed === undefined) return [];
    const endpoint = {
      addresses: [ip],
      conditions: { ready },
      ...(hostname === undefined || hostname === '' ? {} : { hostname }),
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(targetRef === undefined ? {} : { targetRef }),
    };
    return [{ family: familyOf(parsed), endpoint }];
  });
  return [...groupBy(entries.slice(0, mostAddresses), ({ family }) => family)].map(([family, members]) => ({
    family,
    endpoints: members.map(({ endpoint }) => endpoint),
  }));
}
