/** The envelope is parsed, not cast: each field that is wrong is named, older versions are brought up, newer ones refused. */
import { describe, expect, it } from 'vitest';
import { decodeShare } from './codec.ts';
import { parseEnvelope } from './envelope.ts';
import { linksOfVersion1 } from './fixtures/version1.ts';

const good = {
  version: 1,
  files: [{ name: 'a.yaml', text: 'kind: Pod' }],
  ledger: { version: 1, entries: { 'v1 Pod default/a': { node: 'kind-worker', addresses: ['10.244.162.129'] } } },
  scenario: null,
  request: {
    from: 'external',
    to: 'http://a/',
    probe: { from: 'external', to: 'http://a/' },
    wish: { kind: 'crossNode' },
    serviceUpstream: false,
  },
  position: { leg: 1, step: 2 },
  view: { activeFile: 'a.yaml', thing: null, expanded: { 'kind-worker': true } },
};

describe('an envelope', () => {
  it('passes when every field is right, and drops what it does not know', () => {
    expect(parseEnvelope({ ...good, surprise: 1 })).toEqual({ ok: true, value: good });
  });

  it.each([
    ['version', { version: '1' }],
    ['files', { files: 'text' }],
    ['files', { files: [{ name: '', text: '' }] }],
    ['files', { files: [good.files[0], good.files[0]] }],
    ['ledger', { ledger: { version: 2, entries: {} } }],
    ['ledger', { ledger: { version: 1, entries: { a: { node: 7 } } } }],
    ['ledger', { ledger: { version: 1, entries: { a: { nodePorts: { '80': 65_536 } } } } }],
    ['scenario', { scenario: 3 }],
    ['request', { request: {} }],
    ['request', { request: { ...good.request, wish: { kind: 'index', index: -1 } } }],
    ['request', { request: { ...good.request, probe: { from: 'a', to: 'b', protocol: 'GRE' } } }],
    ['position', { position: { leg: 0.5, step: 0 } }],
    ['view', { view: { activeFile: 'a', thing: null, expanded: { a: 'yes' } } }],
  ])('names the field %s when it is wrong: %j', (field, change) => {
    expect(parseEnvelope({ ...good, ...change })).toMatchObject({ ok: false, error: { code: 'page.link.damaged', params: { field } } });
  });

  it('of a newer version is refused as such', () => {
    expect(parseEnvelope({ ...good, version: 2 })).toMatchObject({ ok: false, error: { code: 'page.link.newer' } });
  });

  it('of the first drafts is brought up', () => {
    const { view: _view, ...draft } = good;
    const { wish: _wish, serviceUpstream: _upstream, ...request } = good.request;
    const parsed = parseEnvelope({ ...draft, version: 0, request });
    expect(parsed).toEqual({
      ok: true,
      value: {
        ...good,
        request: { ...request, wish: { kind: 'first' }, serviceUpstream: false },
        view: { activeFile: 'a.yaml', thing: null, expanded: {} },
      },
    });
  });

  it('keeps keys that are names of Object.prototype apart from it', () => {
    const entries = JSON.parse('{"__proto__": {"node": "a"}}');
    const parsed = parseEnvelope({ ...good, ledger: { version: 1, entries } });
    expect(parsed.ok && Object.keys(parsed.value.ledger.entries)).toEqual(['__proto__']);
    expect(Object.prototype).not.toHaveProperty('node');
  });
});

describe('links that were made once', () => {
  it.each(linksOfVersion1.map(({ name, link, opens }) => [name, link, opens] as const))('still open: %s', (_name, link, opens) => {
    expect(decodeShare(link)).toEqual({ ok: true, value: { version: 1, ...opens } });
  });
});
