/**
 * The names of kube-proxy's per-service chains in iptables mode: a prefix and sixteen characters of a hash, so that every node of every
 * cluster names the chains of one service port alike (pkg/proxy/iptables/proxier.go, portProtoHash and servicePortEndpointChainName).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { TransportProtocol } from '../../net/packet.ts';

/** What a service port's chains are for: Cluster policy, Local policy, external destinations, source ranges. */
export type ServiceChainKind = 'SVC' | 'SVL' | 'EXT' | 'FW';

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hashLength = 16;
const cache = new Map<string, string>();
const cacheLimit = 100_000;

/** The first sixteen characters of RFC 4648 base32 over the text's SHA-256: 80 bits, so no padding arises. */
export function chainHash(text: string): string {
  const cached = cache.get(text);
  if (cached !== undefined) return cached;
  let hash = '';
  let bits = 0;
  let bitCount = 0;
  for (const byte of sha256(utf8ToBytes(text)).subarray(0, (hashLength * 5) / 8)) {
    bits = (bits << 8) | byte;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      hash += base32Alphabet.charAt((bits >>> bitCount) & 31);
    }
    bits &= 31;
  }
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, hash);
  return hash;
}

/** `servicePort` is "namespace/name:port", without the colon for an unnamed port. */
export const serviceChainName = (kind: ServiceChainKind, servicePort: string, protocol: TransportProtocol): string =>
  `KUBE-${kind}-${chainHash(servicePort + protocol)}`;

/** `endpoint` is "10.0.0.1:80" or "[fd00::1]:80". */
export const endpointChainName = (servicePort: string, protocol: TransportProtocol, endpoint: string): string =>
  `KUBE-SEP-${chainHash(servicePort + protocol + endpoint)}`;
