/**
 * A Service as kube-proxy sees it: one entry per port, for one address family (pkg/proxy/serviceport.go, newBaseServiceInfo).
 * Events, topology-aware annotations and targetPort play no part here; kube-proxy does not read them.
 */
import { compareText } from '../../../shared/compare.ts';
import type { ServiceState } from '../../clusterState.ts';
import { type AddressFamily, type Cidr, familyOf, type IpAddress, parseCidr, parseIpAddress, prefixOf } from '../../net/address.ts';
import type { TransportProtocol } from '../../net/packet.ts';
import type { KubeProxyInput } from './kubeProxyInput.ts';

/** An address together with the field of the Service that gave it, as a JSON pointer. */
export interface Declared<Value> {
  readonly value: Value;
  readonly field: string;
}

export interface ServicePort {
  readonly service: ServiceState;
  /** "namespace/name:port", or "namespace/name" when the port has no name. */
  readonly name: string;
  readonly portName: string;
  /** The port's own field: "/spec/ports/0". */
  readonly field: string;
  readonly protocol: TransportProtocol;
  readonly clusterIP: IpAddress;
  readonly port: number;
  readonly nodePort: number | null;
  readonly externalIPs: readonly Declared<IpAddress>[];
  /** Load balancer addresses that the node itself handles (ipMode VIP). */
  readonly loadBalancerVIPs: readonly Declared<IpAddress>[];
  /** Empty: every source is admitted. */
  readonly sourceRanges: readonly Declared<Cidr>[];
  readonly externalPolicyLocal: boolean;
  readonly internalPolicyLocal: boolean;
  readonly healthCheckNodePort: number | null;
  /** Seconds of ClientIP affinity; null without affinity. */
  readonly affinitySeconds: number | null;
}

/** What decides which endpoints a port can use. */
export type Exposure = Pick<ServicePort, 'nodePort' | 'externalIPs' | 'loadBalancerVIPs' | 'externalPolicyLocal' | 'internalPolicyLocal'>;

export const isExternallyAccessible = (port: Exposure): boolean =>
  port.nodePort !== null || port.loadBalancerVIPs.length > 0 || port.externalIPs.length > 0;

/** Whether anything sends this port's traffic to endpoints on every node. */
export const usesClusterEndpoints = (port: Exposure): boolean => !port.internalPolicyLocal || isExternallyAccessible(port);

/** Whether anything sends this port's traffic to this node's endpoints only. */
export const usesLocalEndpoints = (port: Exposure): boolean =>
  port.internalPolicyLocal || (port.externalPolicyLocal && isExternallyAccessible(port));

/** The label by which a Service asks for another proxy than kube-proxy. */
const otherProxyLabel = 'service.kubernetes.io/service-proxy-name';

/** Every service port of the input's family, by namespace, name and place in the Service (kube-proxy itself has no order between Services). */
export function servicePorts(input: Pick<KubeProxyInput, 'family' | 'services'>): readonly ServicePort[] {
  return [...input.services]
    .sort((left, right) => compareText(left.namespace, right.namespace) || compareText(left.name, right.name))
    .flatMap((service) => portsOfService(service, input.family));
}

function portsOfService(service: ServiceState, family: AddressFamily): readonly ServicePort[] {
  const { metadata, spec } = service.resource.object;
  const clusterIP = service.clusterIPs.find((address) => familyOf(address) === family);
  if (spec === undefined || clusterIP === undefined || service.headless || service.type === 'ExternalName') return [];
  if (metadata?.labels?.[otherProxyLabel] !== undefined) return [];

  const externalIPs = (spec.externalIPs ?? []).flatMap((text, index) => {
    const value = parseIpAddress(text);
    return value !== undefined && familyOf(value) === family ? [{ value, field: `/spec/externalIPs/${index}` }] : [];
  });
  const isExternal = service.type === 'LoadBalancer' || service.type === 'NodePort' || (spec.externalIPs ?? []).length > 0;
  const externalPolicyLocal = spec.externalTrafficPolicy === 'Local' && isExternal;
  const vips = loadBalancerVIPs(service, family);
  const ranges = sourceRanges(spec.loadBalancerSourceRanges ?? [], family);
  const affinitySeconds = spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : null;
  return (spec.ports ?? []).map((port, index) => {
    const portName = port.name ?? '';
    return {
      service,
      name: `${service.namespace}/${service.name}${portName === '' ? '' : `:${portName}`}`,
      portName,
      field: `/spec/ports/${index}`,
      protocol: transportProtocol(port.protocol),
      clusterIP,
      port: port.port,
      nodePort: port.nodePort || null,
      externalIPs,
      loadBalancerVIPs: vips,
      sourceRanges: ranges,
      externalPolicyLocal,
      internalPolicyLocal: spec.internalTrafficPolicy === 'Local',
      healthCheckNodePort: service.type === 'LoadBalancer' && externalPolicyLocal ? spec.healthCheckNodePort || null : null,
      affinitySeconds,
    };
  });
}

/** The API's protocol names; an absent one is TCP, as the API server defaults it. */
export function transportProtocol(name: 'TCP' | 'UDP' | 'SCTP' | undefined): TransportProtocol {
  if (name === 'UDP') return 'udp';
  return name === 'SCTP' ? 'sctp' : 'tcp';
}

const loadBalancerVIPs = (service: ServiceState, family: AddressFamily): readonly Declared<IpAddress>[] =>
  service.loadBalancerIngress.flatMap(({ ip, ipMode }, index) =>
    ipMode === 'VIP' && familyOf(ip) === family ? [{ value: ip, field: `/status/loadBalancer/ingress/${index}` }] : [],
  );

/** A range of length zero admits everyone, and with it the whole list is void. */
function sourceRanges(texts: readonly string[], family: AddressFamily): readonly Declared<Cidr>[] {
  const ranges = texts.flatMap((text, index) => {
    const value = parseCidr(text);
    return value !== undefined && familyOf(value) === family ? [{ value, field: `/spec/loadBalancerSourceRanges/${index}` }] : [];
  });
  return ranges.some(({ value }) => prefixOf(value).length === 0) ? [] : ranges;
}
