/** The iptables rules of one node: what kubelet, kube-proxy and Felix installed, in that order. */
import type { ClusterState, NodeState, PodState } from '../clusterState.ts';
import { assembleNetfilter, type NetfilterContribution } from '../netfilter/assemble.ts';
import type { Netfilter } from '../netfilter/ruleset.ts';
import type { Interface } from '../topology/networkNamespace.ts';
import { felixInput, felixSets, renderFelix } from './cni/calico/felix.ts';
import { addressOf } from './cni/calico/tunnels.ts';
import { renderKubeletIptables } from './kubeProxy/iptables/kubelet.ts';
import { renderKubeProxyIptables } from './kubeProxy/iptables/renderKubeProxyIptables.ts';

/** `pods` are those with an interface on this node. A family in which the node has no address gets no kube-proxy. */
export function nodeNetfilter(
  state: ClusterState,
  node: NodeState,
  pods: readonly PodState[],
  interfaces: readonly Interface[],
): Netfilter {
  const kubeProxy = (['ipv4', 'ipv6'] as const).flatMap((family): readonly NetfilterContribution[] => {
    const nodeAddress = addressOf(node, family)?.address;
    if (nodeAddress === undefined) return [];
    const proxied = renderKubeProxyIptables({
      family,
      nodeName: node.name,
      nodeLabels: node.labels,
      nodeAddress,
      localAddresses: interfaces.flatMap((device) => device.addresses.map((entry) => entry.address)),
      podCidrs: node.podCidrs,
      settings: state.settings.kubeProxy,
      services: state.services,
      endpointSlices: state.endpointSlices,
    });
    return [...renderKubeletIptables(family), ...proxied];
  });
  const felix = felixInput(state, node, pods, interfaces);
  return assembleNetfilter([...kubeProxy, ...renderFelix(felix)], felixSets(state, node, felix, interfaces));
}
