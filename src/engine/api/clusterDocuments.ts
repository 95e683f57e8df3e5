/**
 * Documents that shape the cluster and are not Kubernetes API kinds: kubeadm ClusterConfiguration, KubeProxyConfiguration,
 * Calico IPPool, and packetwalk's own Scenario. Only the fields that act are typed; unknown fields are a diagnostic of manifest/.
 */

export interface DocumentMetadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** kubeadm.k8s.io/v1beta4 (and v1beta3). */
export interface ClusterConfiguration {
  readonly apiVersion: string;
  readonly kind: 'ClusterConfiguration';
  readonly kubernetesVersion?: string;
  readonly networking?: { readonly podSubnet?: string; readonly serviceSubnet?: string; readonly dnsDomain?: string };
  readonly apiServer?: {
    /** v1beta4 writes a list of name and value, v1beta3 a map; manifest/ turns both into a map. */
    readonly extraArgs?: Readonly<Record<string, string>>;
  };
}

/** kubeproxy.config.k8s.io/v1alpha1. */
export interface KubeProxyConfiguration {
  readonly apiVersion: string;
  readonly kind: 'KubeProxyConfiguration';
  readonly mode?: '' | 'iptables' | 'nftables' | 'ipvs';
  /** A missing key is filled from podSubnet; "" means no local detector. */
  readonly clusterCIDR?: string;
  readonly detectLocalMode?: '' | 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix';
  /** Names the interface for the modes BridgeInterface and InterfaceNamePrefix. */
  readonly detectLocal?: { readonly bridgeInterface?: string; readonly interfaceNamePrefix?: string };
  readonly nodePortAddresses?: readonly string[];
  readonly iptables?: { readonly masqueradeAll?: boolean; readonly masqueradeBit?: number; readonly localhostNodePorts?: boolean };
}

export type EncapsulationMode = 'Never' | 'Always' | 'CrossSubnet';

/** projectcalico.org/v3 and crd.projectcalico.org/v1. */
export interface IPPool {
  readonly apiVersion: string;
  readonly kind: 'IPPool';
  readonly metadata: DocumentMetadata;
  readonly spec: {
    readonly cidr: string;
    readonly blockSize?: number;
    readonly ipipMode?: EncapsulationMode;
    readonly vxlanMode?: EncapsulationMode;
    readonly natOutgoing?: boolean;
    readonly disabled?: boolean;
    readonly nodeSelector?: string;
    readonly allowedUses?: readonly ('Workload' | 'Tunnel' | 'LoadBalancer')[];
  };
}

/** One request of a Scenario, in the words of the command line's probe. */
export interface ScenarioRequest {
  readonly name?: string;
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP' | 'ICMP';
  readonly via?: string;
  readonly host?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which branch is shown first: "crossNode" asks for one that goes over the wire between two nodes. */
  readonly show?: 'crossNode' | 'sameNode';
}

/** packetwalk.dev/v1alpha1, the one kind of ours. */
export interface ScenarioDocument {
  readonly apiVersion: 'packetwalk.dev/v1alpha1';
  readonly kind: 'Scenario';
  readonly metadata: DocumentMetadata;
  readonly spec: { readonly title: string; readonly requests: readonly ScenarioRequest[] };
}
