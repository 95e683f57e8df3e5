/** Everything that Felix v3.31 puts into a node's iptables and ipsets for IPv4. Without NetworkPolicies profiles allow all traffic of Pods. */
import { originOf } from '../../../api/resource.ts';
import type { ClusterState, NodeState, PodState } from '../../../clusterState.ts';
import { hostCidr } from '../../../net/address.ts';
import type { NetfilterContribution } from '../../../netfilter/assemble.ts';
import type { IpSet, IpSetMember } from '../../../netfilter/ruleset.ts';
import type { Interface } from '../../../topology/networkNamespace.ts';
import { endpointChains } from './felixEndpointChains.ts';
import type { FelixInput } from './felixInput.ts';
import { setNames } from './felixMarks.ts';
import { filterTable, mangleTable, natTable, rawTable } from './felixStaticChains.ts';
import { vethName } from './names.ts';
import { addressOf, ipipDevice, poolFamily, vxlanDevice } from './tunnels.ts';

export const renderFelix = (input: FelixInput): readonly NetfilterContribution[] => [
  rawTable(input),
  mangleTable(input),
  filterTable(input, endpointChains(input)),
  natTable(input),
];

/** `pods` are those with an interface on this node, `interfaces` the node's own. */
export function felixInput(state: ClusterState, node: NodeState, pods: readonly PodState[], interfaces: readonly Interface[]): FelixInput {
  const pools = state.ipam.pools.filter((pool) => poolFamily(pool) === 'ipv4');
  const firstWith = (has: (pool: (typeof pools)[number]) => boolean) => {
    const pool = pools.find(has);
    return pool === undefined ? null : originOf(pool.resource);
  };
  const names = new Set(interfaces.map((device) => device.name));
  return {
    workloads: pods.map((pod) => ({
      interface: vethName(pod.namespace, pod.name),
      namespace: pod.namespace,
      serviceAccount: pod.resource.object.spec?.serviceAccountName ?? 'default',
      ingressTiers: [],
      egressTiers: [],
      origin: originOf(pod.resource),
    })),
    policyChains: [],
    vxlan: firstWith((pool) => pool.vxlan !== 'Never'),
    ipip: firstWith((pool) => pool.ipip !== 'Never'),
    tunnelDevices: [ipipDevice, vxlanDevice].filter((device) => names.has(device)),
    natOutgoing: firstWith((pool) => pool.natOutgoing),
    endpointToHost: 'accept',
    origin: originOf(node.resource),
  };
}

/** Felix's sets: pools, the hosts whose tunnels are let in, this host's own addresses. Pools for load balancers only are no Pod's pool. */
export function felixSets(state: ClusterState, node: NodeState, input: FelixInput, interfaces: readonly Interface[]): readonly IpSet[] {
  const pools = state.ipam.pools.filter(
    (pool) => poolFamily(pool) === 'ipv4' && (pool.resource.object.spec.allowedUses ?? ['Workload']).some((use) => use !== 'LoadBalancer'),
  );
  const poolMembers = (members: typeof pools): readonly IpSetMember[] =>
    members.map((pool) => ({ cidr: pool.cidr, origin: originOf(pool.resource) }));
  const hosts = (nodes: readonly NodeState[]): readonly IpSetMember[] =>
    nodes.flatMap((each) => {
      const address = addressOf(each, 'ipv4')?.address;
      return address === undefined ? [] : [{ cidr: hostCidr(address), origin: originOf(each.resource) }];
    });
  const own = interfaces
    .flatMap((device) => device.addresses.map((entry) => entry.address))
    .filter((address) => !address.includes(':'))
    .map((address): IpSetMember => ({ cidr: hostCidr(address), origin: originOf(node.resource) }));
  const peers = state.nodes.filter((each) => each.name !== node.name && state.ipam.vxlanTunnelAddresses.has(each.name));
  const set = (name: string, type: IpSet['type'], members: readonly IpSetMember[]): IpSet => ({ name, type, family: 'ipv4', members });
  return [
    set(setNames.allPools, 'hash:net', poolMembers(pools)),
    ...(input.natOutgoing === null
      ? []
      : [set(setNames.masqueradedPools, 'hash:net', poolMembers(pools.filter((pool) => pool.natOutgoing)))]),
    ...(input.vxlan === null ? [] : [set(setNames.vxlanHosts, 'hash:net', hosts(peers))]),
    ...(input.ipip === null ? [] : [set(setNames.ipipHosts, 'hash:net', hosts(state.nodes))]),
    set(setNames.thisHost, 'hash:ip', own),
    set(setNames.dscpSources, 'hash:net', []),
  ];
}
