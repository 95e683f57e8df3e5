/** Turns the neutral set-ups of ../shared/vectors/kube-proxy (and small ones written in tests) into kube-proxy's input. For tests only. */
import type { EndpointSliceState, KubeProxySettings, ServiceState } from '../clusterState.ts';
import type { KubeProxyInput } from '../dataplane/kubeProxy/kubeProxyInput.ts';
import { cidr, familyOf, ipAddress } from '../net/address.ts';

type ProtocolName = 'TCP' | 'UDP' | 'SCTP';

export interface ServiceSetup {
  readonly namespace: string;
  readonly name: string;
  readonly type: ServiceState['type'];
  readonly clusterIP: string;
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: ProtocolName;
    readonly nodePort?: number;
  }[];
  readonly externalIPs?: readonly string[];
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly healthCheckNodePort?: number;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly sessionAffinity?: 'ClientIP' | 'None';
  readonly sessionAffinityTimeoutSeconds?: number;
  readonly loadBalancerIngress?: readonly { readonly ip: string; readonly ipMode?: 'VIP' | 'Proxy' }[];
  readonly selector?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface EndpointSliceSetup {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol?: ProtocolName }[];
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly nodeName?: string | null;
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
    readonly zoneHints?: readonly string[];
    readonly nodeHints?: readonly string[];
  }[];
}

export interface KubeProxySetup {
  readonly ipFamily: 'IPv4' | 'IPv6';
  readonly nodeName: string;
  readonly nodeIP: string;
  readonly masqueradeAll: boolean;
  readonly masqueradeMark: string;
  readonly localDetector: { readonly mode: string; readonly cidr: string } | null;
  readonly localhostNodePorts: boolean;
  readonly nodePortAddresses: readonly string[] | null;
  readonly conntrackTCPLiberal: boolean;
  readonly randomFully: boolean;
  readonly nfacctCounters: readonly string[];
  readonly services: readonly ServiceSetup[];
  readonly endpointSlices: readonly EndpointSliceSetup[];
  readonly nodeInterfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

export function serviceState(setup: ServiceSetup): ServiceState {
  const { namespace, name, type } = setup;
  const reference = { apiVersion: 'v1', kind: 'Service', namespace, name };
  return {
    resource: {
      kind: 'Service',
      reference,
      provenance: 'declared',
      rangeOf: () => undefined,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace, labels: { ...setup.labels } },
        spec: {
          type,
          clusterIP: setup.clusterIP,
          ports: setup.ports.map((port) => ({ ...port })),
          ...(setup.selector === undefined ? {} : { selector: { ...setup.selector } }),
          ...(setup.externalIPs === undefined ? {} : { externalIPs: [...setup.externalIPs] }),
          ...(setup.externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy: setup.externalTrafficPolicy }),
          ...(setup.internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy: setup.internalTrafficPolicy }),
          ...(setup.healthCheckNodePort === undefined ? {} : { healthCheckNodePort: setup.healthCheckNodePort }),
          ...(setup.loadBalancerSourceRanges === undefined ? {} : { loadBalancerSourceRanges: [...setup.loadBalancerSourceRanges] }),
          ...(setup.sessionAffinity === undefined ? {} : { sessionAffinity: setup.sessionAffinity }),
          ...(setup.sessionAffinityTimeoutSeconds === undefined
            ? {}
            : { sessionAffinityConfig: { clientIP: { timeoutSeconds: setup.sessionAffinityTimeoutSeconds } } }),
        },
      },
    },
    namespace,
    name,
    type,
    clusterIPs: setup.clusterIP === 'None' ? [] : [ipAddress(setup.clusterIP)],
    headless: setup.clusterIP === 'None',
    loadBalancerIngress: (setup.loadBalancerIngress ?? []).map(({ ip, ipMode }) => ({ ip: ipAddress(ip), ipMode: ipMode ?? 'VIP' })),
  };
}

export function endpointSliceState(setup: EndpointSliceSetup): EndpointSliceState {
  const { namespace, name, service } = setup;
  return {
    resource: {
      kind: 'EndpointSlice',
      reference: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace, name },
      provenance: 'declared',
      rangeOf: () => undefined,
      object: {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name, namespace, labels: { 'kubernetes.io/service-name': service } },
        addressType: setup.addressType,
        ports: setup.ports.map((port) => ({ ...port })),
        endpoints: setup.endpoints.map((endpoint) => ({
          addresses: [...endpoint.addresses],
          ...(endpoint.nodeName ? { nodeName: endpoint.nodeName } : {}),
          conditions: {
            ...(endpoint.ready === undefined ? {} : { ready: endpoint.ready }),
            ...(endpoint.serving === undefined ? {} : { serving: endpoint.serving }),
            ...(endpoint.terminating === undefined ? {} : { terminating: endpoint.terminating }),
          },
          hints: {
            ...(endpoint.zoneHints === undefined ? {} : { forZones: endpoint.zoneHints.map((zone) => ({ name: zone })) }),
            ...(endpoint.nodeHints === undefined ? {} : { forNodes: endpoint.nodeHints.map((node) => ({ name: node })) }),
          },
        })),
      },
    },
    namespace,
    name,
    service,
  };
}

function detectLocal(setup: KubeProxySetup): KubeProxySettings['detectLocal'] {
  if (setup.localDetector === null) return { kind: 'none' };
  if (setup.localDetector.mode !== 'ClusterCIDR') throw new Error(`a set-up with detector ${setup.localDetector.mode}`);
  return { kind: 'clusterCidr', cidrs: [cidr(setup.localDetector.cidr)] };
}

export function kubeProxyInput(setup: KubeProxySetup): KubeProxyInput {
  const family = setup.ipFamily === 'IPv4' ? 'ipv4' : 'ipv6';
  const addresses = setup.nodeInterfaces.flatMap((device) => device.addresses.map((text) => ipAddress(text.split('/')[0] ?? '')));
  return {
    family,
    nodeName: setup.nodeName,
    nodeLabels: {},
    nodeAddress: ipAddress(setup.nodeIP),
    localAddresses: addresses.filter((address) => familyOf(address) === family),
    podCidrs: [],
    settings: {
      mode: 'iptables',
      detectLocal: detectLocal(setup),
      masqueradeAll: setup.masqueradeAll,
      masqueradeBit: Math.log2(Number(setup.masqueradeMark)),
      localhostNodePorts: setup.localhostNodePorts,
      nodePortAddresses: (setup.nodePortAddresses ?? []).map(cidr),
    },
    services: setup.services.map(serviceState),
    endpointSlices: setup.endpointSlices.map(endpointSliceState),
  };
}

/** The options of the renderer under which kube-proxy's own tests ran. */
export const kubeProxyOptions = (setup: KubeProxySetup) => ({
  hasNfacct: setup.nfacctCounters.length > 0,
  hasRandomFully: setup.randomFully,
  isConntrackTcpLiberal: setup.conntrackTCPLiberal,
});
