/**
 * The node networks: nodes whose addresses lie in one subnet share a segment, a switch with the gateway's leg. Nodes in different subnets
 * reach each other through the gateway. VLANs and several NICs per node are not modelled: all of a node's addresses are on its eth0.
 */
import type { NodeState } from '../clusterState.ts';
import { type AddressFamily, addressFromValue, type Cidr, cidrCovers, type IpAddress, prefixOf } from '../net/address.ts';
import { networkOf } from './routes.ts';

export interface Subnet {
  readonly cidr: Cidr;
  readonly family: AddressFamily;
  /** The gateway's own address in it; null when the subnet has room for no one else. */
  readonly gateway: IpAddress | null;
}

export interface Segment {
  /** Of its switch, and of the gateway's and the load balancer's leg by position. */
  readonly index: number;
  readonly nodes: readonly NodeState[];
  readonly subnets: readonly Subnet[];
}

/** Groups nodes by the subnet of their first address; overlapping subnets are one segment. At least one segment, in the nodes' order. */
export function segmentsOf(nodes: readonly NodeState[]): readonly Segment[] {
  const groups: { readonly primary: Cidr | null; readonly nodes: NodeState[] }[] = [];
  const primaryOf = (node: NodeState): Cidr | null => {
    const [first] = node.addresses;
    return first === undefined ? null : networkOf(first);
  };
  const primaries = [...new Set(nodes.flatMap((node) => primaryOf(node) ?? []))];
  const widest = primaries.filter((subnet) => !primaries.some((other) => other !== subnet && cidrCovers(other, subnet)));
  for (const node of nodes) {
    const own = primaryOf(node);
    const primary = own === null ? null : (widest.find((subnet) => cidrCovers(subnet, own)) ?? own);
    const group = groups.find((candidate) => candidate.primary === primary) ?? (own === null ? groups[0] : undefined);
    if (group === undefined) groups.push({ primary, nodes: [node] });
    else group.nodes.push(node);
  }
  return groups.map((group, index) => ({ index, nodes: group.nodes, subnets: subnetsOf(group.nodes) }));
}

function subnetsOf(nodes: readonly NodeState[]): readonly Subnet[] {
  const owned = new Set(nodes.flatMap((node) => node.addresses.map((entry) => entry.address)));
  const cidrs = [...new Set(nodes.flatMap((node) => node.addresses.map(networkOf)))];
  return cidrs.map((cidr) => ({ cidr, family: prefixOf(cidr).family, gateway: gatewayAddress(cidr, owned) }));
}

/** The first host address, as Docker and most clouds give it to the router; when a node has that one, the last free address. */
function gatewayAddress(subnet: Cidr, owned: ReadonlySet<IpAddress>): IpAddress | null {
  const { value, size, family } = prefixOf(subnet);
  if (size < 4n) return null;
  const first = addressFromValue(value + 1n, family);
  if (!owned.has(first)) return first;
  for (let candidate = value + size - 2n; candidate > value + 1n; candidate -= 1n) {
    const address = addressFromValue(candidate, family);
    if (!owned.has(address)) return address;
  }
  return null;
}

/** The gateway that a node's default route names: the one of its own network. */
export function gatewayOf(segment: Segment, node: NodeState, family: AddressFamily): IpAddress | undefined {
  const entry = node.addresses.find((candidate) => candidate.family === family);
  if (entry === undefined) return undefined;
  const own = networkOf(entry);
  return segment.subnets.find((subnet) => subnet.cidr === own)?.gateway ?? undefined;
}
