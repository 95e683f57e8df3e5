/** What all of one node's iptables rules share: options of the node's iptables, the mark, the local detector, comment policy. */
import type { Origin } from '../../../api/origin.ts';
import { originOf } from '../../../api/resource.ts';
import { familyOf } from '../../../net/address.ts';
import type { EndpointIndex } from '../endpoints.ts';
import type { KubeProxyInput } from '../kubeProxyInput.ts';
import { type NodePortAddresses, nodePortAddresses } from '../nodePortAddresses.ts';
import { from, type Header } from './ruleParts.ts';

/** What the node's kernel and iptables can do, as kube-proxy finds out when it starts. */
export interface KubeProxyIptablesOptions {
  /** Counters of xt_nfacct can be created: true on a modern kernel. */
  readonly hasNfacct?: boolean;
  /** iptables is 1.6.2 or newer: MASQUERADE gets --random-fully. */
  readonly hasRandomFully?: boolean;
  /** sysctl net.netfilter.nf_conntrack_tcp_be_liberal: invalid packets are then let be. */
  readonly isConntrackTcpLiberal?: boolean;
}

/** How "traffic from this cluster's Pods" is told from the rest, as a condition and as its negation. */
export interface LocalDetector {
  readonly ifLocal: Header;
  readonly ifNotLocal: Header;
}

export interface RenderContext {
  readonly input: KubeProxyInput;
  readonly options: Required<KubeProxyIptablesOptions>;
  readonly mark: number;
  /** Null: nothing to tell them by, and the rules that need it are not written. */
  readonly detector: LocalDetector | null;
  readonly nodePorts: NodePortAddresses;
  readonly endpoints: EndpointIndex;
  /** More than 1000 endpoints: the rules per endpoint go without comments (proxier.go, largeClusterEndpointsThreshold). */
  readonly isLargeCluster: boolean;
  /** The KubeProxyConfiguration, when the cluster's documents have one. */
  readonly origin: Origin | undefined;
}

const largeClusterEndpoints = 1000;

export function renderContext(input: KubeProxyInput, endpoints: EndpointIndex, options: KubeProxyIptablesOptions): RenderContext {
  const { resource } = input.settings;
  return {
    input,
    options: {
      hasNfacct: options.hasNfacct ?? true,
      hasRandomFully: options.hasRandomFully ?? true,
      isConntrackTcpLiberal: options.isConntrackTcpLiberal ?? false,
    },
    mark: 2 ** input.settings.masqueradeBit,
    detector: localDetector(input),
    nodePorts: nodePortAddresses(input),
    endpoints,
    isLargeCluster: endpoints.total > largeClusterEndpoints,
    origin: resource === undefined ? undefined : originOf(resource),
  };
}

/** The detector of pkg/proxy/util/localdetector.go; of several CIDRs the first of the family counts. */
function localDetector({ family, settings, podCidrs }: KubeProxyInput): LocalDetector | null {
  const byCidr = (cidrs: KubeProxyInput['podCidrs']): LocalDetector | null => {
    const range = cidrs.find((candidate) => familyOf(candidate) === family);
    return range === undefined ? null : { ifLocal: { source: from(range) }, ifNotLocal: { source: from(range, true) } };
  };
  const byInterface = (name: string): LocalDetector => ({
    ifLocal: { inInterface: { kind: 'inInterface', name, negated: false } },
    ifNotLocal: { inInterface: { kind: 'inInterface', name, negated: true } },
  });
  switch (settings.detectLocal.kind) {
    case 'clusterCidr':
      return byCidr(settings.detectLocal.cidrs);
    case 'nodeCidr':
      return byCidr(podCidrs);
    case 'bridgeInterface':
      return byInterface(settings.detectLocal.name);
    case 'interfaceNamePrefix':
      return byInterface(`${settings.detectLocal.prefix}+`);
    case 'none':
      return null;
  }
}
