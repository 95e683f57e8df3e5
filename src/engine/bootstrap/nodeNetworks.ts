/**
 * The networks that nodes' addresses lie in, where only addresses are known, and what is doubtful about the addresses themselves.
 * A real node's prefix length comes from its interface; here Calico's annotation states it or it is guessed.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { diagnosticOf } from '../api/report.ts';
import type { Resource } from '../api/resource.ts';
import type { ClusterSettings } from '../clusterState.ts';
import { type Cidr, cidr, cidrContains, familyOf, type IpAddress, parseCidr, parseIpAddress, prefixOf } from '../net/address.ts';
import { message } from '../net/message.ts';

export const kindNetwork = cidr('172.18.0.0/16');
const usualLength = 24;
const shortestGuess = 8;
/** A network smaller than this has no room for a node, a gateway and a broadcast address. */
const longestWithGateway = 30;
const impossible = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/127', 'ff00::/8'].map(cidr);

/** Whether a machine may have this address on its network at all. */
export const isHostAddress = (address: IpAddress): boolean => !impossible.some((range) => cidrContains(range, address));

/** Calico's annotation says it; undefined when it does not speak of this address or makes no sense. */
function annotatedLength(node: Resource<'Node'>, address: IpAddress): number | undefined {
  const annotation = node.object.metadata?.annotations?.['projectcalico.org/IPv4Address'];
  const [annotated = '', lengthText = ''] = (annotation ?? '').split('/');
  if (parseIpAddress(annotated) !== address || !/^\d+$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  return length <= 32 ? length : undefined;
}

/**
 * How long each address's network prefix is: the annotation's word, else /16 in kind's own network, /24 elsewhere, /64 for IPv6. A /24 in which
 * a node would have the network's or the broadcast address, or which has no address left for a gateway, is widened until it fits.
 */
export function prefixLengths(
  nodes: readonly Resource<'Node'>[],
  addresses: ReadonlyMap<string, readonly IpAddress[]>,
): (node: Resource<'Node'>, address: IpAddress) => number {
  const guessed = new Set(
    nodes.flatMap((node) =>
      (addresses.get(node.reference.name) ?? []).filter(
        (address) => familyOf(address) === 'ipv4' && annotatedLength(node, address) === undefined && !cidrContains(kindNetwork, address),
      ),
    ),
  );
  const lengths = new Map([...guessed].map((address) => [address, usualLength]));
  for (let length = usualLength; length > shortestGuess; length -= 1) {
    const networks = new Map<Cidr, IpAddress[]>();
    for (const [address, own] of lengths) {
      const network = own === length ? parseCidr(`${address}/${length}`) : undefined;
      if (network !== undefined) networks.set(network, [...(networks.get(network) ?? []), address]);
    }
    const tooSmall = [...networks].filter(([network, members]) => !hasRoom(network, members)).map(([network]) => network);
    const wider = new Set(tooSmall.flatMap((network) => parseCidr(network.replace(/\/\d+$/, `/${length - 1}`)) ?? []));
    for (const address of lengths.keys()) {
      if ([...wider].some((network) => cidrContains(network, address))) lengths.set(address, length - 1);
    }
  }
  return (node, address) => {
    const annotated = annotatedLength(node, address);
    if (annotated !== undefined) return annotated;
    if (familyOf(address) === 'ipv6') return 64;
    return lengths.get(address) ?? prefixOf(kindNetwork).length;
  };
}

function hasRoom(network: Cidr, members: readonly IpAddress[]): boolean {
  const { value, size } = prefixOf(network);
  const ends = [value, value + size - 1n];
  const touchesEnd = members.some((address) => ends.includes(prefixOf(cidr(`${address}/32`)).value));
  return !touchesEnd && BigInt(members.length) < size - 2n;
}

/** Addresses that two nodes share, that lie among the Pods' or Services', or whose network leaves no room for a gateway. */
export function nodeAddressDiagnostics(
  nodes: readonly Resource<'Node'>[],
  addresses: ReadonlyMap<string, readonly IpAddress[]>,
  settings: ClusterSettings,
): readonly Diagnostic[] {
  const owners = new Map<IpAddress, string>();
  const taken = [...settings.podSubnets, ...settings.serviceSubnets];
  return nodes.flatMap((node) => {
    const name = node.reference.name;
    return (addresses.get(name) ?? []).flatMap((address): readonly Diagnostic[] => {
      const warn = (key: string, params: Record<string, string>): Diagnostic =>
        diagnosticOf('warning', message(`controlplane.node.${key}`, { node: name, address, ...params }), node, '/status/addresses');
      const other = owners.get(address);
      if (other !== undefined) return [warn('addressShared', { other })];
      owners.set(address, name);
      const range = taken.find((candidate) => cidrContains(candidate, address));
      const length = annotatedLength(node, address);
      return [
        ...(range === undefined ? [] : [warn('addressInRange', { range })]),
        ...(length === undefined || length <= longestWithGateway ? [] : [warn('noGateway', { length: String(length) })]),
      ];
    });
  });
}
