/** Names that Calico derives from other names: host-side interfaces, VTEP MAC addresses, iptables chains. */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type MacAddress, macFromBytes } from '../../../net/address.ts';
import { base64Url } from './base64Url.ts';

const vethNames = new Map<string, string>();
const vethNamesKept = 200_000;

/** "cali" and 11 hexadecimal digits of SHA-1("NAMESPACE.POD") (libcalico-go VethNameForWorkload). */
export function vethName(namespace: string, pod: string): string {
  const workload = `${namespace}.${pod}`;
  const known = vethNames.get(workload);
  if (known !== undefined) return known;
  const name = `cali${bytesToHex(sha1(utf8ToBytes(workload))).slice(0, 11)}`;
  if (vethNames.size > vethNamesKept) vethNames.clear();
  vethNames.set(workload, name);
  return name;
}

/** Byte 0x66 and five bytes of SHA-1(node name) (Felix hostMAC of the VXLAN resolver). */
export const vtepMac = (node: string): MacAddress => macFromBytes([0x66, ...sha1(utf8ToBytes(node)).slice(0, 5)]);

/** iptables takes 28 characters of a chain's name. */
const longestChainName = 28;

/** Prefix and text when they fit, else the prefix, "_" and a hash of the text (Felix hashutils GetLengthLimitedID). */
export function chainName(prefix: string, text: string): string {
  const whole = prefix + text;
  const fits = whole.length <= longestChainName && !(whole.length === longestChainName && text.startsWith('_'));
  if (fits) return whole;
  return `${prefix}_${base64Url(sha256(utf8ToBytes(text))).slice(0, longestChainName - 1 - prefix.length)}`;
}
