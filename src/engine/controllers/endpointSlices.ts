/**
 * EndpointSlices (kubernetes/endpointslice: reconciler; those mirrored from Endpoints are in mirroredSlices.ts): for each Service with a
 * selector the Pods it selects, in groups of one address family and one set of resolved ports, at most 100 in a slice. Slices of the text
 * stand as they are; those that a dump's controller wrote give way where Pods of the text tell more. Topology Aware Routing is not modelled.
 */
import { groupBy } from '../../shared/groupBy.ts';
import { matchesLabelMap } from '../api/labelSelector.ts';
import type { KindTypes, Resource } from '../api/resource.ts';
import { makeResource, type TextPlace } from '../api/resourceList.ts';
import type { EndpointSliceState, NodeState, PodState, ServiceState } from '../clusterState.ts';
import { familyOf } from '../net/address.ts';
import { nameGenerator, stableUid } from './names.ts';
import { controllerReference, type PodSpec } from './podTemplates.ts';
import { familyName, hasSelector, type ServicePort } from './serviceDefaults.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const controllerName = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';
const zoneLabel = 'topology.kubernetes.io/zone';
const largestSlice = 100;

type Slice = KindTypes['EndpointSlice'];
type Endpoint = NonNullable<Slice['endpoints']>[number];
type EndpointPort = NonNullable<Slice['ports']>[number];

interface Group {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

export interface EndpointSliceInput {
  readonly services: readonly ServiceState[];
  readonly declared: readonly Resource<'EndpointSlice'>[];
  readonly pods: readonly PodState[];
  readonly nodes: readonly NodeState[];
}

export function endpointSlices({ services, declared, pods, nodes }: EndpointSliceInput): readonly EndpointSliceState[] {
  const podsByNamespace = groupBy(pods, (pod) => pod.namespace);
  const zones = new Map(nodes.map((node) => [node.name, node.labels[zoneLabel]]));
  const declaredByService = groupBy(declared, (slice) => `${slice.reference.namespace}/${serviceOf(slice)}`);
  const taken = new Set(declared.map(({ reference }) => `${reference.namespace}/${reference.name}`));
  const states: EndpointSliceState[] = [];
  const replaced = new Set<Resource>();
  for (const service of services) {
    const spec = service.resource.object.spec ?? {};
    if (service.type === 'ExternalName' || !hasSelector(spec)) continue;
    const selected = (podsByNamespace.get(service.namespace) ?? []).filter((pod) => matchesLabelMap(spec.selector ?? {}, pod.labels));
    const controlled = (declaredByService.get(`${service.namespace}/${service.name}`) ?? []).filter(isControlled);
    if (controlled.length > 0 && selected.length === 0) continue;
    for (const slice of controlled) replaced.add(slice);
    const groups = groupEndpoints(service, selected, zones);
    const names = controlled.map(({ reference }) => reference.name);
    states.push(...slicesOfService(service, groups, names, (name) => taken.has(`${service.namespace}/${name}`)));
  }
  const standing = declared.filter((slice) => !replaced.has(slice)).map(declaredState);
  return [...standing, ...states];
}

const serviceOf = (slice: Resource<'EndpointSlice'>): string => slice.object.metadata?.labels?.[serviceNameLabel] ?? '';
const isControlled = (slice: Resource<'EndpointSlice'>): boolean => slice.object.metadata?.labels?.[managedByLabel] === controllerName;

const declaredState = (slice: Resource<'EndpointSlice'>): EndpointSliceState => ({
  resource: slice,
  namespace: slice.reference.namespace ?? 'default',
  name: slice.reference.name,
  service: serviceOf(slice),
});

/** Selected Pods with an address that are not at their end, in the Pods' order, grouped by family and resolved ports. */
function groupEndpoints(
  service: ServiceState,
  selected: readonly PodState[],
  zones: ReadonlyMap<string, string | undefined>,
): readonly Group[] {
  const spec = service.resource.object.spec ?? {};
  const groups = new Map<string, Group>();
  for (const family of spec.ipFamilies ?? ['IPv4']) {
    for (const pod of selected) {
      const address = pod.addresses.find((candidate) => familyName[familyOf(candidate)] === family);
      if (address === undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
      const ports = resolvePorts(spec.ports ?? [], pod.resource.object.spec);
      const key = `${family} ${JSON.stringify(ports)}`;
      const group = groups.get(key) ?? { addressType: family === 'IPv6' ? 'IPv6' : 'IPv4', ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(service, pod, address, pod.node === null ? undefined : zones.get(pod.node)));
    }
  }
  return [...groups.values()];
}

/** podutil.FindPort: a number stands for itself, a name for the containerPort of that name and protocol; a port not found is left out. */
function resolvePorts(ports: readonly ServicePort[], podSpec: PodSpec | undefined): readonly EndpointPort[] {
  return ports.flatMap((port): EndpointPort[] => {
    const number = resolveTargetPort(port, podSpec);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}

/** The number a Service port leads to at one Pod; undefined when the Pod has no container port of that name and protocol. */
export function resolveTargetPort(port: ServicePort, podSpec: PodSpec | undefined): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  if (/^\d+$/.test(target)) return Number(target);
  const sidecars = (podSpec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...(podSpec?.containers ?? []), ...sidecars]) {
    for (const candidate of container.ports ?? []) {
      if (candidate.name === target && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return candidate.containerPort;
    }
  }
  return undefined;
}

function endpointOf(service: ServiceState, pod: PodState, address: string, zone: string | undefined): Endpoint {
  const spec = service.resource.object.spec ?? {};
  const podSpec = pod.resource.object.spec;
  const ready = spec.publishNotReadyAddresses === true || (pod.ready && !pod.terminating);
  const uid = pod.resource.object.metadata?.uid;
  const hints = ready ? hintsOf(spec.trafficDistribution, pod.node, zone) : undefined;
  return {
    addresses: [address],
    conditions: { ready, serving: pod.ready, terminating: pod.terminating },
    ...(podSpec?.hostname !== undefined && podSpec.subdomain === service.name ? { hostname: podSpec.hostname } : {}),
    ...(pod.node === null ? {} : { nodeName: pod.node }),
    ...(zone === undefined ? {} : { zone }),
    ...(hints === undefined ? {} : { hints }),
    targetRef: { kind: 'Pod', name: pod.name, namespace: pod.namespace, ...(uid === undefined ? {} : { uid }) },
  };
}

/** trafficdist.ReconcileHintsForTrafficDistribution. */
function hintsOf(distribution: string | undefined, node: string | null, zone: string | undefined): Endpoint['hints'] {
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
  switch (distribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return zone === undefined ? undefined : forZones;
    case 'PreferSameNode':
      return node === null ? undefined : { ...forZones, forNodes: [{ name: node }] };
    default:
      return undefined;
  }
}

/** A Service without endpoints has one slice without endpoints, as the controller leaves it. */
function slicesOfService(
  service: ServiceState,
  groups: readonly Group[],
  formerNames: readonly string[],
  isTaken: (name: string) => boolean,
): readonly EndpointSliceState[] {
  const [family = 'IPv4'] = service.resource.object.spec?.ipFamilies ?? [];
  const empty: Group = { addressType: family === 'IPv6' ? 'IPv6' : 'IPv4', ports: [], endpoints: [] };
  const chunks = (groups.length === 0 ? [empty] : groups).flatMap((group) => inChunks(group));
  const nextName = nameGenerator(`${service.name}-`, `EndpointSlice ${service.namespace}/${service.name}`, isTaken);
  return chunks.map((chunk, index) => {
    const name = formerNames[index] ?? nextName(index);
    return { resource: sliceResource(service, chunk, name), namespace: service.namespace, name, service: service.name };
  });
}

function inChunks(group: Group): readonly Group[] {
  if (group.endpoints.length <= largestSlice) return [group];
  const count = Math.ceil(group.endpoints.length / largestSlice);
  return Array.from({ length: count }, (_, index) => ({
    ...group,
    endpoints: group.endpoints.slice(index * largestSlice, (index + 1) * largestSlice),
  }));
}

function sliceResource(service: ServiceState, group: Group, name: string): Resource<'EndpointSlice'> {
  const { namespace } = service;
  const reference = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace, name };
  const object: Slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      generateName: `${service.name}-`,
      namespace,
      uid: stableUid(reference),
      labels: {
        ...service.resource.object.metadata?.labels,
        [managedByLabel]: controllerName,
        [serviceNameLabel]: service.name,
        ...(service.headless ? { [headlessLabel]: '' } : {}),
      },
      ownerReferences: [controllerReference(service.resource)],
    },
    addressType: group.addressType,
    endpoints: group.endpoints,
    ports: [...group.ports],
  };
  return makeResource('EndpointSlice', reference, object, 'computed', servicePlace(service));
}

/** A slice's text is its Service: the selector chose the endpoints, the ports are the Service's ports. */
function servicePlace({ resource }: ServiceState): TextPlace {
  return {
    ...(resource.range === undefined ? {} : { range: resource.range }),
    rangeOf: (pointer) => resource.rangeOf(pointer.startsWith('/ports') ? `/spec${pointer}` : '/spec/selector'),
  };
}
