/**
 * Names that controllers give: pod-template-hash, random suffixes, generateName. Upstream draws suffixes at random; here they come from a
 * hash of the owner and the ordinal, so the same text always gives the same names. The template hash uses upstream's FNV-1a 32 and its
 * encoding, but over canonical JSON: the Go dump it hashes depends on the Go types of one release.
 */
import type { ObjectReference } from '../api/origin.ts';
import { referenceKey } from '../api/origin.ts';

/** rand.alphanums of k8s.io/apimachinery/pkg/util/rand: no vowels, no look-alikes. */
export const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
/** names.maxGeneratedNameLength of k8s.io/apiserver/pkg/storage/names. */
const longestGeneratedBase = 58;

/** FNV-1a over the text's UTF-8 bytes, 32 bits. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  const mix = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) mix(code);
    else if (code < 0x800) {
      mix(0xc0 | (code >> 6));
      mix(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      mix(0xe0 | (code >> 12));
      mix(0x80 | ((code >> 6) & 0x3f));
      mix(0x80 | (code & 0x3f));
    } else {
      mix(0xf0 | (code >> 18));
      mix(0x80 | ((code >> 12) & 0x3f));
      mix(0x80 | ((code >> 6) & 0x3f));
      mix(0x80 | (code & 0x3f));
    }
  }
  return hash >>> 0;
}

/** rand.SafeEncodeString: each character of the decimal text → one of the alphabet. */
export const safeEncode = (text: string): string =>
  Array.from(text, (character) => nameAlphabet[character.charCodeAt(0) % nameAlphabet.length]).join('');

/** JSON with sorted keys and without absent values: equal for equal objects. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** The value of the label pod-template-hash, and of controller-revision-hash. */
export const templateHash = (template: unknown): string => safeEncode(String(fnv1a32(canonicalJson(template))));

/** Spreads a hash's bits, so that neighbouring ordinals give unlike suffixes (murmur3's finaliser). */
function spread(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Five characters of the alphabet for a seed text. */
export function nameSuffix(seed: string): string {
  let rest = spread(fnv1a32(seed));
  let suffix = '';
  for (let position = 0; position < suffixLength; position += 1) {
    suffix += nameAlphabet[rest % nameAlphabet.length];
    rest = Math.floor(rest / nameAlphabet.length);
  }
  return suffix;
}

/** A whole number in [0, bound) for a seed text: stands where upstream draws at random. */
export const seededNumber = (seed: string, bound: number): number => spread(fnv1a32(seed)) % bound;

/**
 * A generator of names under one base ("web-66b6c48dd5-"): the name of an ordinal depends on base, seed and ordinal only, unless another
 * object bears it already; then the next draw is taken, as the API server's client retries.
 */
export function nameGenerator(base: string, seed: string, taken: (name: string) => boolean): (ordinal: number) => string {
  const prefix = base.slice(0, longestGeneratedBase);
  const given = new Set<string>();
  return (ordinal) => {
    for (let attempt = 0; ; attempt += 1) {
      const name = prefix + nameSuffix(`${seed}#${ordinal}${attempt === 0 ? '' : `#${attempt}`}`);
      if (given.has(name) || taken(name)) continue;
      given.add(name);
      return name;
    }
  };
}

/** A stable identity in a UUID's shape for objects whose text carries none; version and variant bits as a random UUID has them. */
export function stableUid(reference: ObjectReference): string {
  const words = [0, 1, 2, 3].map((word) =>
    spread(fnv1a32(`${word} ${referenceKey(reference)}`))
      .toString(16)
      .padStart(8, '0'),
  );
  const hex = words.join('');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
