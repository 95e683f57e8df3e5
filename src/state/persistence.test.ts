/** The browser's storage: what was saved comes back; what is damaged is ignored; a full storage is said. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepStored, readStored, type TextStorage } from './persistence.ts';
import { createAppStore } from './store.ts';

function mapStorage(): TextStorage & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, getItem: (key) => map.get(key) ?? null, setItem: (key, text) => void map.set(key, text) };
}

function opened() {
  const store = createAppStore();
  store.getState().openWork({
    files: [{ name: 'a.yaml', text: 'kind: Pod' }],
    ledger: { version: 1, entries: { 'v1 Pod default/a': { node: 'kind-worker' } } },
    scenario: null,
    request: null,
    position: { leg: 0, step: 0 },
    view: { activeFile: 'a.yaml', thing: null, expanded: {} },
  });
  return store;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('storage', () => {
  it('gives back text, ledger, looks and what was put aside', () => {
    const storage = mapStorage();
    const store = opened();
    keepStored(store, storage);
    store.getState().editFile('a.yaml', 'kind: Service');
    store.getState().setTheme('light');
    store.getState().rememberPanels('areas', { left: 70, inspector: 30 });
    store.getState().keepWork('mine', '2026-01-01T00:00:00Z');
    vi.runAllTimers();
    const stored = readStored(storage);
    expect(stored.work?.edited).toBe(true);
    expect(stored.work?.work.files).toEqual([{ name: 'a.yaml', text: 'kind: Service' }]);
    expect(stored.work?.work.ledger.entries).toEqual({ 'v1 Pod default/a': { node: 'kind-worker' } });
    expect(stored.looks).toMatchObject({ theme: 'light', panels: { areas: { left: 70, inspector: 30 } } });
    expect(stored.kept.map((kept) => kept.title)).toEqual(['mine']);
  });

  it.each([['not json'], ['null'], ['{"work":{"version":1}}'], ['{"work":{"version":99}}']])('ignores %s', (text) => {
    const storage = mapStorage();
    storage.map.set('packetwalk.work', text);
    storage.map.set('packetwalk.kept', text);
    storage.map.set('packetwalk.looks', text);
    expect(readStored(storage)).toMatchObject({ work: null, kept: [], looks: { theme: 'system', singleKeys: true } });
  });

  it('that is full is said, and breaks nothing', () => {
    const store = opened();
    keepStored(store, {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota');
      },
    });
    store.getState().editFile('a.yaml', 'x');
    vi.runAllTimers();
    expect(store.getState().notices.map((notice) => notice.message.code)).toEqual(['page.storage.full']);
  });
});
