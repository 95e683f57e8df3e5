/**
 * Which of a node's addresses answer on node ports (pkg/proxy/util/nodeport_addresses.go). The nftables mode's "primary" is not among
 * the settings modelled.
 */
import { type Cidr, cidr, cidrContains, familyOf, type IpAddress, prefixOf } from '../../net/address.ts';
import type { KubeProxyInput } from './kubeProxyInput.ts';

const loopback = { ipv4: cidr('127.0.0.0/8'), ipv6: cidr('::1/128') } as const;

export const isLoopback = (address: IpAddress): boolean => cidrContains(loopback[familyOf(address)], address);

const matchesAll = (ranges: readonly Cidr[]): boolean => ranges.length === 0 || ranges.some((range) => prefixOf(range).length === 0);

export interface NodePortAddresses {
  /** 'all': every local address answers; else only these. */
  readonly addresses: 'all' | readonly IpAddress[];
  /** Whether 127.0.0.0/8 answers (IPv4 only; kube-proxy then sets route_localnet). */
  readonly localhost: boolean;
}

/** Only the ranges of the input's family count; none of that family means all addresses. */
export function nodePortAddresses(input: Pick<KubeProxyInput, 'family' | 'localAddresses' | 'settings'>): NodePortAddresses {
  const ranges = input.settings.nodePortAddresses.filter((range) => familyOf(range) === input.family);
  const coversLoopback =
    matchesAll(ranges) || ranges.some((range) => isLoopback(prefixOf(range).first) || cidrContains(range, prefixOf(loopback.ipv4).first));
  const localhost = input.family === 'ipv4' && input.settings.localhostNodePorts && coversLoopback;
  if (matchesAll(ranges)) return { addresses: 'all', localhost };
  const addresses = input.localAddresses.filter(
    (address) => ranges.some((range) => cidrContains(range, address)) && (localhost || !isLoopback(address)),
  );
  return { addresses: [...new Set(addresses)], localhost };
}
