/**
 * ClusterIPs: a lower band for people, an upper one for allocation (pkg/registry/core/service/ipallocator). Upstream draws at random in the
 * upper band; here the draw is a hash of the Service's name, so that it depends on nothing else unless two collide.
 */
import { addressFromValue, type Cidr, cidrContains, type IpAddress, prefixOf } from '../net/address.ts';
import { seededNumber } from './names.ts';

/** How many addresses after the network address are left to people (ipallocator.calculateRangeOffset). */
export function staticAddressCount(subnet: Cidr): number {
  const { size } = prefixOf(subnet);
  if (size <= 16n) return 0;
  const sixteenth = size / 16n;
  return sixteenth < 16n ? 16 : sixteenth > 256n ? 256 : Number(sixteenth);
}

export interface AddressAllocator {
  /** False when somebody has the address already. */
  readonly claim: (address: IpAddress) => boolean;
  readonly isFree: (address: IpAddress) => boolean;
  readonly contains: (address: IpAddress) => boolean;
  readonly next: (seed: string) => IpAddress | undefined;
}

/** One allocator per Service subnet; network and broadcast address are never given. */
export function addressAllocator(subnet: Cidr): AddressAllocator {
  const { value, family, size } = prefixOf(subnet);
  const taken = new Set<IpAddress>();
  const claim = (address: IpAddress): boolean => {
    if (taken.has(address)) return false;
    taken.add(address);
    return true;
  };
  const lower = staticAddressCount(subnet);
  const usable = size - (family === 'ipv4' ? 2n : 1n);
  const scan = (first: bigint, count: bigint, seed: string): IpAddress | undefined => {
    const bound = Number(count > 0x7fff_ffffn ? 0x7fff_ffffn : count);
    if (bound <= 0) return undefined;
    const start = seededNumber(seed, bound);
    for (let step = 0; step < bound; step += 1) {
      const address = addressFromValue(value + first + BigInt((start + step) % bound), family);
      if (claim(address)) return address;
    }
    return undefined;
  };
  return {
    claim,
    isFree: (address) => !taken.has(address),
    contains: (address) => cidrContains(subnet, address),
    next: (seed) => scan(1n + BigInt(lower), usable - BigInt(lower), seed) ?? scan(1n, BigInt(lower), seed),
  };
}
