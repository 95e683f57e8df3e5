/** Which tunnel devices a node has, and how packets for another node's Pods leave it: on the wire as they are, or in a tunnel. */
import type { EncapsulationMode } from '../../../api/clusterDocuments.ts';
import type { ClusterState, NodeState, PoolState } from '../../../clusterState.ts';
import { type AddressFamily, cidrContains, familyOf, type IpAddress, prefixOf } from '../../../net/address.ts';
import { networkOf } from '../../routes.ts';

export const vxlanDevice = 'vxlan.calico';
export const ipipDevice = 'tunl0';
/** Felix's defaults: VXLANVNI and VXLANPort. */
export const vxlanVni = 4096;
export const vxlanPort = 4789;

/** Bytes that a tunnel adds in front of an IPv4 packet. */
export const tunnelOverhead = { vxlan: 50, ipip: 20 } as const;

/** The MTU of Pods: what the largest enabled encapsulation leaves; CrossSubnet counts as enabled (Felix's auto-detection). */
export function podMtu(pools: readonly PoolState[], hostMtu: number): number {
  const overheads = pools.map((pool) => (pool.vxlan !== 'Never' ? tunnelOverhead.vxlan : pool.ipip !== 'Never' ? tunnelOverhead.ipip : 0));
  return hostMtu - Math.max(0, ...overheads);
}

export type Delivery = 'vxlan' | 'ipip' | 'direct';

/** The way from one node to a Pod of another in this pool. Felix and BIRD compare subnets with the sending node's own network. */
export function deliveryBetween(from: NodeState, to: NodeState, pool: PoolState): Delivery {
  const needs = (mode: EncapsulationMode): boolean => mode === 'Always' || (mode === 'CrossSubnet' && !isSameSubnet(from, to));
  if (needs(pool.vxlan)) return 'vxlan';
  return needs(pool.ipip) ? 'ipip' : 'direct';
}

export function isSameSubnet(from: NodeState, to: NodeState): boolean {
  const own = addressOf(from, 'ipv4');
  const other = addressOf(to, 'ipv4');
  return own !== undefined && other !== undefined && cidrContains(networkOf(own), other.address);
}

export const addressOf = (node: NodeState, family: AddressFamily): NodeState['addresses'][number] | undefined =>
  node.addresses.find((entry) => entry.family === family);

export const poolFamily = (pool: PoolState): AddressFamily => prefixOf(pool.cidr).family;

/** The pool that an address belongs to. One outside every pool travels as the first pool's addresses do. */
export const poolFor = (state: ClusterState, address: IpAddress): PoolState | undefined =>
  state.ipam.pools.find((pool) => cidrContains(pool.cidr, address)) ??
  state.ipam.pools.find((pool) => poolFamily(pool) === familyOf(address));
