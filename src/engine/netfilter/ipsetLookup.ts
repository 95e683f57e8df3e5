/** Asks an ipset whether it holds a packet's address (or address and port), as `-m set --match-set` does. `nomatch` members are not modelled. */
import { addressBits, addressValue, familyOf, type IpAddress, prefixOf } from '../net/address.ts';
import { type Packet, portsOf } from '../net/packet.ts';
import type { IpSet } from './ruleset.ts';

interface SetIndex {
  /** Prefix lengths that occur; for hash:ip and hash:ip,port only the host's. */
  readonly lengths: readonly number[];
  /** "LENGTH NETWORK-BITS", and for hash:ip,port " PROTOCOL PORT" behind it. */
  readonly keys: ReadonlySet<string>;
}

const indexes = new WeakMap<IpSet, SetIndex>();

const networkKey = (value: bigint, bits: number, length: number): string => `${length} ${value >> BigInt(bits - length)}`;

function indexOf(set: IpSet): SetIndex {
  const cached = indexes.get(set);
  if (cached !== undefined) return cached;
  const lengths = new Set<number>();
  const keys = new Set<string>();
  for (const member of set.members) {
    const prefix = prefixOf(member.cidr);
    if (prefix.family !== set.family) continue;
    lengths.add(prefix.length);
    const key = networkKey(prefix.value, addressBits[prefix.family], prefix.length);
    keys.add(set.type === 'hash:ip,port' ? `${key} ${member.protocol ?? 'tcp'} ${member.port ?? 0}` : key);
  }
  const index: SetIndex = { lengths: [...lengths], keys };
  indexes.set(set, index);
  return index;
}

/** One direction per dimension of the set: the address's first, then (hash:ip,port) the port's. */
export function setContains(set: IpSet, packet: Packet, directions: readonly ('src' | 'dst')[]): boolean {
  const address: IpAddress = directions[0] === 'dst' ? packet.destination : packet.source;
  if (familyOf(address) !== set.family) return false;
  const index = indexOf(set);
  const value = addressValue(address);
  const bits = addressBits[set.family];
  if (set.type !== 'hash:ip,port') return index.lengths.some((length) => index.keys.has(networkKey(value, bits, length)));
  const ports = portsOf(packet);
  const suffix = `${packet.transport.kind} ${directions[1] === 'src' ? ports.source : ports.destination}`;
  return index.lengths.some((length) => index.keys.has(`${networkKey(value, bits, length)} ${suffix}`));
}
