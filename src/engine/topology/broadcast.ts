/** The broadcast address of an interface's network. IPv6 has none. */
import { addressFromValue, familyOf, hostCidr, type IpAddress, parseCidr, prefixOf } from '../net/address.ts';
import type { InterfaceAddress } from './networkNamespace.ts';

/** The last address of an IPv4 network of at least four; null for smaller ones, for host scope and for IPv6. */
export function broadcastOf({ address, prefixLength, scope }: InterfaceAddress): IpAddress | null {
  if (familyOf(address) === 'ipv6' || prefixLength > 30 || scope === 'host') return null;
  const { value, size } = prefixOf(parseCidr(`${address}/${prefixLength}`) ?? hostCidr(address));
  return addressFromValue(value + size - 1n, 'ipv4');
}
