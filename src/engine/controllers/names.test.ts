/** Names that controllers give: upstream's alphabet and encoding, and that a name depends on its owner and ordinal alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, fnv1a32, nameAlphabet, nameGenerator, nameSuffix, safeEncode, stableUid, templateHash } from './names.ts';

describe('pod-template-hash', () => {
  it.each([
    ['', 2166136261, '65bb57b6b5'],
    ['a', 3826002220, '7d6b446664'],
    ['foobar', 3214735720, '7658c79c64'],
    ['hello', 1335831723, '5779d75c67'],
  ])('hashes and encodes %j as Kubernetes does', (text, hash, encoded) => {
    expect(fnv1a32(text)).toBe(hash);
    expect(safeEncode(String(hash))).toBe(encoded);
  });

  it('hashes the bytes of UTF-8', () => {
    const bytes = new TextEncoder().encode('é€😀');
    expect(fnv1a32('é€😀')).toBe(bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0);
  });

  it('does not depend on the order of keys, nor on null fields', () => {
    const template = { metadata: { labels: { app: 'web', tier: 'front' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
    const reordered = {
      spec: { containers: [{ image: 'nginx', name: 'web' }] },
      metadata: { creationTimestamp: null, labels: { tier: 'front', app: 'web' } },
    };
    expect(templateHash(reordered)).toBe(templateHash(template));
    expect(templateHash({ ...template, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } })).not.toBe(templateHash(template));
    expect(templateHash(template)).toMatch(/^[456789bcdf]{1,10}$/);
  });

  it('keeps the order of lists', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });
});

describe('generated names', () => {
  it('uses five characters of the safe alphabet', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const suffix = nameSuffix(seed);
        expect(suffix).toHaveLength(5);
        expect([...suffix].every((character) => nameAlphabet.includes(character))).toBe(true);
      }),
    );
  });

  it('gives 5,000 ordinals 5,000 names, the same every time', () => {
    const draw = () => {
      const nameOf = nameGenerator('web-66b6c48dd5-', 'ReplicaSet default/web-66b6c48dd5', () => false);
      return Array.from({ length: 5000 }, (_, ordinal) => nameOf(ordinal));
    };
    const names = draw();
    expect(new Set(names).size).toBe(5000);
    expect(draw()).toEqual(names);
  });

  it('passes over a name that somebody bears', () => {
    const first = nameGenerator('web-', 'seed', () => false)(0);
    const second = nameGenerator('web-', 'seed', (name) => name === first)(0);
    expect(second).not.toBe(first);
  });

  it('cuts the base at 58 characters, so that a name has at most 63', () => {
    expect(nameGenerator('x'.repeat(80), 'seed', () => false)(0)).toHaveLength(63);
  });

  it('shapes identities like version 4 UUIDs', () => {
    expect(stableUid({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'a' })).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
