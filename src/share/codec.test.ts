/** Links: what goes in comes out; what is damaged, hostile or foreign is refused with a sentence and never thrown; and they are short. */
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import lzString from 'lz-string';
import { describe, expect, it } from 'vitest';
import { hasSharedData, sharedNames, sharedText } from '../engine/testing/sharedData.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { codecName, decodeShare, encodeShare, inflatedLimit } from './codec.ts';
import { dictionaryText } from './dictionary/kubernetes1.ts';
import type { ShareState } from './envelope.ts';

const emptyState: ShareState = {
  files: [{ name: 'app.yaml', text: '' }],
  ledger: { version: 1, entries: {} },
  scenario: null,
  request: null,
  position: { leg: 0, step: 0 },
  view: { activeFile: 'app.yaml', thing: null, expanded: {} },
};
const withText = (text: string): ShareState => ({ ...emptyState, files: [{ name: 'app.yaml', text }] });

const text = fc.string({ unit: 'grapheme' });
const port = fc.integer({ min: 0, max: 65_535 });
const record = <Value>(value: fc.Arbitrary<Value>) =>
  fc.array(fc.tuple(fc.string(), value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as Record<string, Value>);
const optional = <Value>(key: string, value: fc.Arbitrary<Value>) => fc.option(value).map((item) => (item === null ? {} : { [key]: item }));
const parts = (...items: fc.Arbitrary<object>[]) => fc.tuple(...items).map((objects) => Object.assign({}, ...objects));

const states: fc.Arbitrary<ShareState> = fc.record({
  files: fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), text }), { selector: (file) => file.name, maxLength: 4 }),
  ledger: fc.record({
    version: fc.constant(1 as const),
    entries: record(
      parts(
        optional('node', fc.string()),
        optional('addresses', fc.array(fc.string())),
        optional('nodePorts', record(port)),
        optional('healthCheckNodePort', port),
      ),
    ),
  }),
  scenario: fc.option(fc.string()),
  request: fc.option(
    fc.record({
      from: text,
      to: text,
      probe: fc.option(
        parts(
          fc.record({ from: text, to: text }),
          optional('protocol', fc.constantFrom('TCP', 'UDP', 'SCTP', 'ICMP')),
          optional('host', text),
          optional('headers', record(text)),
          optional('sourcePort', port),
        ),
      ),
      wish: fc.oneof(
        fc.record({ kind: fc.constant('index' as const), index: fc.nat() }),
        fc.record({ kind: fc.constantFrom('crossNode' as const, 'sameNode' as const, 'first' as const) }),
      ),
      serviceUpstream: fc.boolean(),
    }),
  ),
  position: fc.record({ leg: fc.nat(), step: fc.nat() }),
  view: fc.record({ activeFile: fc.string(), thing: fc.option(fc.string()), expanded: record(fc.boolean()) }),
});

describe('a share link', () => {
  it('opens in the state that it was made in', () => {
    fc.assert(
      fc.property(states, (state) => {
        const decoded = decodeShare(encodeShare(state));
        expect(decoded).toEqual({ ok: true, value: { version: 1, ...state } });
      }),
    );
  });

  it('may stand behind any address, in any case of the fragment', () => {
    const link = encodeShare(withText('kind: Pod'));
    for (const whole of [link, link.slice(1), `https://example.org/deep/page/${link}`, `  https://example.org/?x=1${link}\n`]) {
      expect(decodeShare(whole).ok, whole).toBe(true);
    }
  });

  it.each([
    ['nothing', ''],
    ['an address without a link', 'https://example.org/#other'],
    ['a fragment without a codec', '#s=abc'],
  ])('says that %s is no link', (_name, link) => {
    expect(decodeShare(link)).toMatchObject({ ok: false, error: { code: 'page.link.notALink' } });
  });

  it('names the format of a link from another version', () => {
    expect(decodeShare('#s=z9.AAAA')).toMatchObject({ ok: false, error: { code: 'page.link.unknownCodec', params: { codec: 'z9' } } });
  });

  it('refuses a link that was cut off anywhere', () => {
    const link = encodeShare(withText('kind: Pod\nmetadata:\n  name: a\n# a comment that is not in the dictionary'));
    const begin = link.indexOf('.') + 1;
    for (let end = begin; end < link.length; end += 1) expect(decodeShare(link.slice(0, end)).ok, `cut at ${end}`).toBe(false);
  });

  it('refuses or reads a link with any letters changed, and never throws', () => {
    const link = encodeShare(withText('kind: Service'));
    const begin = link.indexOf('.') + 1;
    fc.assert(
      fc.property(fc.integer({ min: begin, max: link.length - 1 }), fc.string({ minLength: 1, maxLength: 3 }), (at, noise) => {
        const decoded = decodeShare(link.slice(0, at) + noise + link.slice(at + noise.length));
        expect(typeof decoded.ok).toBe('boolean');
      }),
    );
  });

  it('stops unpacking at the cap, long before a bomb is whole', () => {
    const dictionary = new TextEncoder().encode(dictionaryText);
    const bomb = deflateSync(new Uint8Array(40_000_000), { level: 9, dictionary });
    const decoded = decodeShare(`#s=${codecName}.${toBase64url(bomb)}`);
    expect(decoded).toMatchObject({ ok: false, error: { code: 'page.link.tooLarge', params: { limit: inflatedLimit } } });
  });

  it('is short for a small Service and Deployment', () => {
    const small = [
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  selector:\n    app: shop\n  ports:\n    - port: 80\n      targetPort: 8080\n---\n',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: shop\n',
      '  template:\n    metadata:\n      labels:\n        app: shop\n    spec:\n      containers:\n        - name: shop\n          image: shop:1\n',
    ].join('');
    expect(encodeShare(withText(small)).length).toBeLessThan(150);
  });
});

describe.skipIf(!hasSharedData)('a link of real manifests (needs ../shared)', () => {
  it('takes at most 0.40 of what lz-string takes, as a geometric mean', () => {
    const projects = sharedNames('corpus').filter((name) => !name.includes('.'));
    const texts = projects.flatMap((project) =>
      sharedNames(`corpus/${project}`)
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => sharedText(`corpus/${project}/${name}`)),
    );
    const ratios = texts
      .filter((manifest) => new TextEncoder().encode(manifest).length < 100_000)
      .map((manifest) => encodeShare(withText(manifest)).length / lzString.compressToEncodedURIComponent(manifest).length);
    expect(ratios.length).toBeGreaterThan(20);
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    expect(mean).toBeLessThanOrEqual(0.4);
  });
});

describe('base64url', () => {
  it('gives every byte back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([['A'], ['AA='], ['A+A'], ['AAAAA']])('refuses %s', (letters) => {
    expect(fromBase64url(letters)).toBeUndefined();
  });
});
