/**
 * IP addresses, prefixes and MAC addresses as canonical text with their numeric value at hand.
 * An address is its canonical text ("10.244.0.1", "fd00::1"): it prints, compares and keys a map as it stands, survives a
 * structured clone, and carries its family. Zone identifiers (fe80::1%eth0) are not modelled.
 */
import ipaddr from 'ipaddr.js';
import { invariant } from '../../shared/invariant.ts';

export type AddressFamily = 'ipv4' | 'ipv6';

declare const brand: unique symbol;
/** Canonical text of one address. Made only by {@link parseIpAddress}. */
export type IpAddress = string & { readonly [brand]: 'IpAddress' };
/** Canonical text of a prefix, host bits cleared: "10.244.0.0/16". Made only by {@link parseCidr}. */
export type Cidr = string & { readonly [brand]: 'Cidr' };
/** Lower-case colon text: "ee:ee:ee:ee:ee:ee". */
export type MacAddress = string & { readonly [brand]: 'MacAddress' };

export const addressBits = { ipv4: 32, ipv6: 128 } as const satisfies Record<AddressFamily, number>;

/**
 * Reads an address; undefined when the text is none. Leading zeros of IPv4 octets are decimal, as kube-proxy's
 * netutils.ParseIPSloppy reads them ("172.30.0.041" is 172.30.0.41).
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const trimmed = text.trim();
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(trimmed)) {
    const octets = trimmed.split('.').map(Number);
    return octets.every((octet) => octet <= 255) ? (octets.join('.') as IpAddress) : undefined;
  }
  if (!trimmed.includes(':') || trimmed.includes('%') || !ipaddr.IPv6.isValid(trimmed)) return undefined;
  return ipaddr.IPv6.parse(trimmed).toRFC5952String() as IpAddress;
}

/** For addresses written in code: throws on a text that is none. */
export function ipAddress(text: string): IpAddress {
  const address = parseIpAddress(text);
  invariant(address !== undefined, `not an IP address: ${text}`);
  return address;
}

export const familyOf = (address: IpAddress | Cidr): AddressFamily => (address.includes(':') ? 'ipv6' : 'ipv4');

const valueCache = new Map<string, bigint>();
const valueCacheLimit = 200_000;

/** The address as a number: 32 or 128 bits, unsigned. */
export function addressValue(address: IpAddress): bigint {
  const cached = valueCache.get(address);
  if (cached !== undefined) return cached;
  let value = 0n;
  for (const byte of ipaddr.parse(address).toByteArray()) value = (value << 8n) | BigInt(byte);
  if (valueCache.size > valueCacheLimit) valueCache.clear();
  valueCache.set(address, value);
  return value;
}

export function addressFromValue(value: bigint, family: AddressFamily): IpAddress {
  const bytes: number[] = [];
  for (let shift = addressBits[family] - 8; shift >= 0; shift -= 8) bytes.push(Number((value >> BigInt(shift)) & 0xffn));
  const parsed = ipaddr.fromByteArray(bytes);
  return (parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).toRFC5952String() : parsed.toString()) as IpAddress;
}

/** The address `count` after this one; negative counts go back. */
export const addressPlus = (address: IpAddress, count: number | bigint): IpAddress =>
  addressFromValue(addressValue(address) + BigInt(count), familyOf(address));

/** A prefix in parts. `first` is the network address, `value` its number, `size` how many addresses it holds. */
export interface Prefix {
  readonly family: AddressFamily;
  readonly first: IpAddress;
  readonly length: number;
  readonly value: bigint;
  readonly size: bigint;
}

/** Reads "ADDRESS/LENGTH" and clears the host bits; a bare address is its /32 or /128; undefined when the text is no prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const [addressText = '', lengthText, ...rest] = text.trim().split('/');
  const address = parseIpAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const bits = addressBits[familyOf(address)];
  const length = lengthText === undefined ? bits : /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : Number.NaN;
  if (!(length >= 0 && length <= bits)) return undefined;
  const hostBits = BigInt(bits - length);
  const network = (addressValue(address) >> hostBits) << hostBits;
  return `${addressFromValue(network, familyOf(address))}/${length}` as Cidr;
}

/** For prefixes written in code: throws on a text that is none. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  invariant(parsed !== undefined, `not a CIDR: ${text}`);
  return parsed;
}

const prefixCache = new Map<string, Prefix>();

export function prefixOf(range: Cidr): Prefix {
  const cached = prefixCache.get(range);
  if (cached !== undefined) return cached;
  const slash = range.lastIndexOf('/');
  const first = range.slice(0, slash) as IpAddress;
  const length = Number(range.slice(slash + 1));
  const family = familyOf(first);
  const prefix: Prefix = { family, first, length, value: addressValue(first), size: 1n << BigInt(addressBits[family] - length) };
  if (prefixCache.size > valueCacheLimit) prefixCache.clear();
  prefixCache.set(range, prefix);
  return prefix;
}

/** Whether the address lies in the range; false across families. */
export function cidrContains(range: Cidr, address: IpAddress): boolean {
  const prefix = prefixOf(range);
  if (prefix.family !== familyOf(address)) return false;
  const hostBits = BigInt(addressBits[prefix.family] - prefix.length);
  return addressValue(address) >> hostBits === prefix.value >> hostBits;
}

/** Whether `inner` lies wholly in `outer`; false across families. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return prefixOf(inner).length >= prefixOf(outer).length && cidrContains(outer, prefixOf(inner).first);
}

/** The /32 or /128 of one address. */
export const hostCidr = (address: IpAddress): Cidr => `${address}/${addressBits[familyOf(address)]}` as Cidr;

/** "IP:PORT", and "[IPv6]:PORT". */
export const addressWithPort = (address: IpAddress, port: number): string =>
  familyOf(address) === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;

/** For MAC addresses written in code or derived from a hash: six bytes as lower-case colon text. */
export function macFromBytes(bytes: ArrayLike<number>): MacAddress {
  invariant(bytes.length === 6, 'a MAC address has six bytes');
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':') as MacAddress;
}

export function macAddress(text: string): MacAddress {
  invariant(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text), `not a MAC address: ${text}`);
  return text as MacAddress;
}
