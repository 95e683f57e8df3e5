/**
 * The routes that Calico v3.31 puts on a node: local Pods, own blocks, other nodes' blocks and borrowed addresses. Felix writes those of
 * VXLAN pools (protocol 80, tunnel routes protocol boot), BIRD all others. BGP peers other than the full mesh are not modelled.
 */
import { groupBy } from '../../../../shared/groupBy.ts';
import type { Origin } from '../../../api/origin.ts';
import { originOf } from '../../../api/resource.ts';
import type { ClusterState, NodeState, PoolState } from '../../../clusterState.ts';
import { addressBits, type Cidr, cidrContains, familyOf, hostCidr, type IpAddress, prefixOf } from '../../../net/address.ts';
import type { Route } from '../../../routing/routing.ts';
import type { FdbEntry, NeighbourEntry } from '../../../topology/networkNamespace.ts';
import { ethernetMtu } from '../../devices.ts';
import { route } from '../../routes.ts';
import { vtepMac } from './names.ts';
import { addressOf, deliveryBetween, ipipDevice, isSameSubnet, poolFor, tunnelOverhead, vxlanDevice } from './tunnels.ts';

/** A Pod on this node: its addresses and the interface that leads to it. */
export interface LocalWorkload {
  readonly addresses: readonly IpAddress[];
  readonly interface: string;
  readonly origin: Origin;
}

export interface CalicoNode {
  readonly state: ClusterState;
  readonly node: NodeState;
  /** The node's default gateway, through which BIRD resolves next hops outside its subnet. */
  readonly gateway: IpAddress | undefined;
  readonly workloads: readonly LocalWorkload[];
}

/** IPv4 routes of the main table. A destination that two Pods claim goes to the first of them. */
export function calicoRoutes(calico: CalicoNode): readonly Route[] {
  const { state, node } = calico;
  const nodes = new Map(state.nodes.map((each) => [each.name, each]));
  const pools = new Map(state.ipam.pools.map((pool) => [pool.name, pool]));
  const blocks = state.ipam.blocks.flatMap((block) => {
    const pool = pools.get(block.pool);
    const owner = nodes.get(block.node);
    if (pool === undefined || owner === undefined) return [];
    return block.node === node.name ? ownBlock(block.cidr, pool) : remoteRoute(calico, owner, block.cidr, pool, originOf(pool.resource));
  });
  const borrowed = state.ipam.borrowed.flatMap(({ address, node: holder }) => {
    const pool = poolFor(state, address);
    const owner = nodes.get(holder);
    if (owner === undefined || holder === node.name) return [];
    return remoteRoute(calico, owner, hostCidr(address), pool, originOf(owner.resource));
  });
  const local = calico.workloads.flatMap((workload) =>
    workload.addresses.map((address) => route({ destination: hostCidr(address), dev: workload.interface, origin: workload.origin })),
  );
  return firstOfEachDestination([...local, ...blocks, ...borrowed, ...strayTunnelRoutes(calico)]).filter(
    ({ destination }) => prefixOf(destination).family === 'ipv4',
  );
}

/** Unused addresses of an own block must not follow the default route. A block of one address gets no such route. */
function ownBlock(block: Cidr, pool: PoolState): readonly Route[] {
  const { length, family } = prefixOf(block);
  if (length === addressBits[family]) return [];
  return [
    route({ type: 'blackhole', destination: block, protocol: pool.vxlan === 'Never' ? 'bird' : '80', origin: originOf(pool.resource) }),
  ];
}

function remoteRoute(
  { state, node, gateway }: CalicoNode,
  owner: NodeState,
  destination: Cidr,
  pool: PoolState | undefined,
  origin: Origin,
): readonly Route[] {
  const peer = addressOf(owner, 'ipv4')?.address;
  if (peer === undefined) return [];
  const delivery = pool === undefined ? 'direct' : deliveryBetween(node, owner, pool);
  const { vxlanTunnelAddresses, ipipTunnelAddresses } = state.ipam;
  switch (delivery) {
    case 'vxlan': {
      const tunnel = vxlanTunnelAddresses.get(owner.name);
      if (tunnel === undefined || !vxlanTunnelAddresses.has(node.name)) return [];
      const mtu = ethernetMtu - tunnelOverhead.vxlan;
      return [route({ destination, gateway: tunnel, dev: vxlanDevice, onlink: true, mtu, origin })];
    }
    case 'ipip':
      if (!ipipTunnelAddresses.has(node.name)) return [];
      return [route({ destination, gateway: peer, dev: ipipDevice, protocol: 'bird', onlink: true, origin })];
    case 'direct':
      if (pool !== undefined && pool.vxlan !== 'Never') {
        return [route({ destination, gateway: peer, dev: 'eth0', protocol: '80', onlink: true, origin })];
      }
      if (isSameSubnet(node, owner)) return [route({ destination, gateway: peer, dev: 'eth0', protocol: 'bird', origin })];
      return gateway === undefined ? [] : [route({ destination, gateway, dev: 'eth0', protocol: 'bird', origin })];
  }
}

/** A remote tunnel address outside its node's blocks needs a route of its own. */
function strayTunnelRoutes({ state, node }: CalicoNode): readonly Route[] {
  if (!state.ipam.vxlanTunnelAddresses.has(node.name)) return [];
  const others = state.nodes.filter((other) => other.name !== node.name);
  const blocks = groupBy(state.ipam.blocks, (block) => block.node);
  return others.flatMap((other) => {
    const tunnel = state.ipam.vxlanTunnelAddresses.get(other.name);
    if (tunnel === undefined) return [];
    const covered = blocks.get(other.name)?.some((block) => isCovered(block.cidr, tunnel)) ?? false;
    return covered ? [] : [route({ destination: hostCidr(tunnel), dev: vxlanDevice, origin: originOf(other.resource) })];
  });
}

const isCovered = (block: Cidr, address: IpAddress): boolean =>
  prefixOf(block).length < addressBits[familyOf(address)] && cidrContains(block, address);

function firstOfEachDestination(routes: readonly Route[]): readonly Route[] {
  const seen = new Set<string>();
  return routes.filter(({ destination }) => !seen.has(destination) && seen.add(destination) !== undefined);
}

/** Every other node's VTEP, as Felix writes it for the VXLAN device: tunnel address → MAC → node address. */
function remoteVteps({ state, node }: Pick<CalicoNode, 'state' | 'node'>) {
  if (!state.ipam.vxlanTunnelAddresses.has(node.name)) return [];
  return state.nodes.flatMap((other) => {
    const tunnel = state.ipam.vxlanTunnelAddresses.get(other.name);
    const underlay = addressOf(other, 'ipv4')?.address;
    if (other.name === node.name || tunnel === undefined || underlay === undefined) return [];
    return [{ tunnel, underlay, mac: vtepMac(other.name), origin: originOf(other.resource) }];
  });
}

export const calicoNeighbours = (calico: Pick<CalicoNode, 'state' | 'node'>): readonly NeighbourEntry[] =>
  remoteVteps(calico).map(({ tunnel, mac, origin }) => ({ address: tunnel, interface: vxlanDevice, mac, origin }));

export const calicoFdb = (calico: Pick<CalicoNode, 'state' | 'node'>): readonly FdbEntry[] =>
  remoteVteps(calico).map(({ underlay, mac, origin }) => ({ mac, interface: vxlanDevice, destination: underlay, origin }));
