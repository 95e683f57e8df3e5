/** MAC addresses that a real cluster draws at random or gets from Docker: made from addresses and names here, so that they never change. */
import { sha1 } from '@noble/hashes/legacy.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { addressValue, type IpAddress, type MacAddress, macFromBytes } from '../net/address.ts';

/** Docker's default for a container's interface: 02:42 and the four bytes of its IPv4 address. */
export function dockerMac(address: IpAddress): MacAddress {
  const value = addressValue(address);
  return macFromBytes([0x02, 0x42, ...[24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 0xffn))]);
}

const hashedMacs = new Map<string, MacAddress>();
const hashedMacsKept = 200_000;

/** A locally administered unicast address from a name. */
export function hashedMac(name: string): MacAddress {
  const known = hashedMacs.get(name);
  if (known !== undefined) return known;
  const [first = 0, ...rest] = sha1(utf8ToBytes(name)).slice(0, 6);
  const mac = macFromBytes([(first & 0xfc) | 0x02, ...rest]);
  if (hashedMacs.size > hashedMacsKept) hashedMacs.clear();
  hashedMacs.set(name, mac);
  return mac;
}
