/** A Service's defaults at creation (pkg/apis/core/v1/defaults.go and pkg/registry/core/service/storage), before any address is assigned. */
import type { KindTypes, Resource } from '../api/resource.ts';
import { withObject } from '../api/resourceList.ts';
import type { AddressFamily } from '../net/address.ts';

export type ServiceSpec = NonNullable<KindTypes['Service']['spec']>;
export type ServicePort = NonNullable<ServiceSpec['ports']>[number];
type IpFamily = NonNullable<ServiceSpec['ipFamilies']>[number];

const affinityTimeoutSeconds = 10800;
export const familyName = { ipv4: 'IPv4', ipv6: 'IPv6' } as const satisfies Record<AddressFamily, IpFamily>;

export const isHeadless = (spec: ServiceSpec): boolean =>
  spec.type !== 'ExternalName' && (spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None');

export const hasSelector = (spec: ServiceSpec): boolean => Object.keys(spec.selector ?? {}).length > 0;

/** NodePort, LoadBalancer, or any Service with externalIPs (service.ExternallyAccessible). */
export const isExternallyAccessible = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

export const needsNodePorts = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

export const needsHealthCheckPort = (spec: ServiceSpec): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** `families`: those of the cluster's Service subnets, the default one first. */
export function defaultService(service: Resource<'Service'>, families: readonly AddressFamily[]): Resource<'Service'> {
  const { object } = service;
  const spec: ServiceSpec = { ...object.spec, type: object.spec?.type ?? 'ClusterIP' };
  const metadata = { ...object.metadata, name: service.reference.name, namespace: service.reference.namespace ?? 'default' };
  if (spec.type === 'ExternalName') {
    return withObject(service, { ...object, metadata, spec: { ...spec, sessionAffinity: spec.sessionAffinity ?? 'None' } });
  }
  const defaulted: ServiceSpec = {
    ...spec,
    ...(spec.ports === undefined ? {} : { ports: spec.ports.map(defaultPort) }),
    sessionAffinity: spec.sessionAffinity ?? 'None',
    ...(spec.sessionAffinity === 'ClientIP'
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: affinityTimeoutSeconds, ...spec.sessionAffinityConfig?.clientIP } } }
      : {}),
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    ...(isExternallyAccessible(spec) ? { externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' } : {}),
    ...(spec.type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true } : {}),
    ...ipFamilies(spec, families),
  };
  return withObject(service, { ...object, metadata, spec: defaulted });
}

function defaultPort(port: ServicePort): ServicePort {
  const { targetPort } = port;
  return {
    ...port,
    protocol: port.protocol ?? 'TCP',
    targetPort: targetPort === undefined || targetPort === 0 || targetPort === '' ? port.port : targetPort,
  };
}

function ipFamilies(spec: ServiceSpec, families: readonly AddressFamily[]): Pick<ServiceSpec, 'ipFamilies' | 'ipFamilyPolicy'> {
  const declaredAddresses = (spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP])).filter(
    (text) => text !== '' && text !== 'None',
  );
  const fromAddresses = declaredAddresses.map((text): IpFamily => (text.includes(':') ? 'IPv6' : 'IPv4'));
  const clusterFamilies = families.map((family): IpFamily => familyName[family]);
  const headlessWithoutSelector = isHeadless(spec) && !hasSelector(spec);
  const policy = spec.ipFamilyPolicy ?? (fromAddresses.length > 1 || headlessWithoutSelector ? 'RequireDualStack' : 'SingleStack');
  const first = spec.ipFamilies ?? (fromAddresses.length > 0 ? fromAddresses : clusterFamilies.slice(0, 1));
  const all = headlessWithoutSelector && spec.ipFamilyPolicy === undefined ? (['IPv4', 'IPv6'] as const) : clusterFamilies;
  const wanted = policy === 'SingleStack' ? first.slice(0, 1) : [...first, ...all.filter((family) => !first.includes(family))];
  return { ipFamilyPolicy: policy, ipFamilies: wanted };
}
