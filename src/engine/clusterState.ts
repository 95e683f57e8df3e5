/**
 * The cluster's objects after every controller, the scheduler and IPAM had their turn: what dataplane/ renders and `get` prints.
 * All names are resolved, all addresses assigned; what could not be is said in `diagnostics` and in the objects' status.
 */

import type { EncapsulationMode } from './api/clusterDocuments.ts';
import type { Resource } from './api/resource.ts';
import type { AddressFamily, Cidr, IpAddress } from './net/address.ts';

export interface ClusterSettings {
  readonly podSubnets: readonly Cidr[];
  readonly serviceSubnets: readonly Cidr[];
  readonly dnsDomain: string;
  readonly nodePortRange: { readonly first: number; readonly last: number };
  readonly kubeProxy: KubeProxySettings;
  readonly dnsServiceAddress: IpAddress;
}

/** kube-proxy's configuration after defaulting (pkg/proxy/apis/config). */
export interface KubeProxySettings {
  readonly mode: 'iptables' | 'nftables' | 'ipvs';
  readonly detectLocal:
    | { readonly kind: 'clusterCidr'; readonly cidrs: readonly Cidr[] }
    | { readonly kind: 'nodeCidr' }
    | { readonly kind: 'bridgeInterface'; readonly name: string }
    | { readonly kind: 'interfaceNamePrefix'; readonly prefix: string }
    | { readonly kind: 'none' };
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  readonly localhostNodePorts: boolean;
  /** Empty: all local addresses. */
  readonly nodePortAddresses: readonly Cidr[];
  readonly resource?: Resource<'KubeProxyConfiguration'>;
}

export interface IpamBlock {
  readonly cidr: Cidr;
  readonly node: string;
  readonly pool: string;
}

export interface PoolState {
  readonly name: string;
  readonly cidr: Cidr;
  readonly blockSize: number;
  readonly ipip: EncapsulationMode;
  readonly vxlan: EncapsulationMode;
  readonly natOutgoing: boolean;
  readonly disabled: boolean;
  readonly nodeSelector: string;
  readonly resource: Resource<'IPPool'>;
}

/** Calico's address management after every tunnel and Pod has asked. */
export interface IpamState {
  readonly pools: readonly PoolState[];
  readonly blocks: readonly IpamBlock[];
  /** Node name → tunnel address, per kind of tunnel. */
  readonly vxlanTunnelAddresses: ReadonlyMap<string, IpAddress>;
  readonly ipipTunnelAddresses: ReadonlyMap<string, IpAddress>;
  /** Addresses of Pods that lie in another node's block or outside every block: each needs a /32 route everywhere. */
  readonly borrowed: readonly { readonly address: IpAddress; readonly node: string }[];
}

export interface NodeState {
  readonly name: string;
  readonly resource: Resource<'Node'>;
  /** InternalIP per family, with the prefix length of the node's network. */
  readonly addresses: readonly { readonly family: AddressFamily; readonly address: IpAddress; readonly prefixLength: number }[];
  readonly externalAddresses: readonly IpAddress[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly podCidrs: readonly Cidr[];
}

/** A Pod that exists in the API. `node` null: Pending, `message` says why in the scheduler's own sentence. */
export interface PodState {
  readonly resource: Resource<'Pod'>;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly addresses: readonly IpAddress[];
  readonly hostNetwork: boolean;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly message: string | null;
  /** The chain of owners, nearest first: ReplicaSet, Deployment. */
  readonly owners: readonly { readonly kind: string; readonly name: string }[];
}

/** A Service with its addresses and node ports assigned. `resource.object` carries them too. */
export interface ServiceState {
  readonly resource: Resource<'Service'>;
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Empty for headless and ExternalName. */
  readonly clusterIPs: readonly IpAddress[];
  readonly headless: boolean;
  readonly loadBalancerIngress: readonly { readonly ip: IpAddress; readonly ipMode: 'VIP' | 'Proxy' }[];
}

/** An EndpointSlice, computed or hand-written; `resource.object` is the API's own shape. */
export interface EndpointSliceState {
  readonly resource: Resource<'EndpointSlice'>;
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
}

export interface ClusterState {
  readonly settings: ClusterSettings;
  /** Every object, computed ones included, in the order `get` prints them (namespace, name). */
  readonly resources: readonly Resource[];
  readonly nodes: readonly NodeState[];
  readonly pods: readonly PodState[];
  readonly services: readonly ServiceState[];
  readonly endpointSlices: readonly EndpointSliceState[];
  readonly ingresses: readonly Resource<'Ingress'>[];
  readonly ingressClasses: readonly Resource<'IngressClass'>[];
  readonly ipam: IpamState;
}
