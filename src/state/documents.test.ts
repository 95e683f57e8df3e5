/** Files: every change counts the revision up, nothing that was written is lost, names stay distinct. */
import { describe, expect, it } from 'vitest';
import { freeName, workOf } from './documents.ts';
import { createAppStore } from './store.ts';
import type { Work } from './types.ts';

const work = (...names: string[]): Work => ({
  files: names.map((name) => ({ name, text: `# ${name}` })),
  ledger: { version: 1, entries: {} },
  scenario: null,
  request: null,
  position: { leg: 0, step: 0 },
  view: { activeFile: names[0] ?? '', thing: null, expanded: {} },
});

function opened(...names: string[]) {
  const store = createAppStore();
  store.getState().openWork(work(...names));
  return store;
}
const names = (store: ReturnType<typeof opened>) => store.getState().files.map((file) => file.name);

describe('files', () => {
  it('edits one, and only a real change counts', () => {
    const store = opened('a.yaml', 'b.yaml');
    const { revision } = store.getState();
    store.getState().editFile('a.yaml', '# a.yaml');
    expect(store.getState()).toMatchObject({ revision, edited: false });
    store.getState().editFile('a.yaml', 'new');
    expect(store.getState()).toMatchObject({ revision: revision + 1, edited: true });
    expect(store.getState().files[1]).toEqual({ name: 'b.yaml', text: '# b.yaml' });
  });

  it.each([
    ['a.yaml', 'a.yaml', 'a-2.yaml'],
    ['a.yaml', 'b.yaml', 'b.yaml'],
    ['noending', 'noending', 'noending-2'],
  ])('with %s there, a new %s is called %s', (present, wanted, name) => {
    expect(freeName([{ name: present, text: '' }], wanted)).toBe(name);
  });

  it('closes one and brings it back where it was', () => {
    const store = opened('a.yaml', 'b.yaml', 'c.yaml');
    store.getState().selectFile('b.yaml');
    store.getState().closeFile('b.yaml');
    expect(names(store)).toEqual(['a.yaml', 'c.yaml']);
    expect(store.getState().activeFile).toBe('c.yaml');
    store.getState().reopenFile();
    expect(names(store)).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(store.getState()).toMatchObject({ activeFile: 'b.yaml', closed: null });
  });

  it('is never without a file', () => {
    const store = opened('a.yaml');
    store.getState().closeFile('a.yaml');
    expect(names(store)).toEqual(['manifests.yaml']);
  });

  it('renames, but not to a name that is taken or empty', () => {
    const store = opened('a.yaml', 'b.yaml');
    expect(store.getState().renameFile('a.yaml', 'b.yaml')).toBe(false);
    expect(store.getState().renameFile('a.yaml', '  ')).toBe(false);
    expect(store.getState().renameFile('a.yaml', ' c.yaml ')).toBe(true);
    expect(store.getState()).toMatchObject({ activeFile: 'c.yaml' });
  });

  it('goes only to places in files that are there', () => {
    const store = opened('a.yaml');
    const range = { file: 'gone.yaml', start: 0, end: 1, line: 1, column: 1, endLine: 1, endColumn: 2 };
    store.getState().reveal(range);
    expect(store.getState().goTo).toBeNull();
  });
});

describe('a work', () => {
  it('comes out as it went in', () => {
    const whole: Work = {
      ...work('a.yaml', 'b.yaml'),
      request: { from: 'x', to: 'y', probe: { from: 'x', to: 'y' }, wish: { kind: 'index', index: 1 }, serviceUpstream: true },
      position: { leg: 1, step: 2 },
      view: { activeFile: 'b.yaml', thing: 'kind-worker', expanded: { 'kind-worker': true } },
    };
    const store = createAppStore();
    store.getState().openWork(whole);
    expect(workOf(store.getState())).toEqual(whole);
  });

  it('that was edited is put aside when asked, and can be brought back', () => {
    const store = opened('a.yaml');
    store.getState().keepWork('untouched', '2026-01-01T00:00:00Z');
    expect(store.getState().kept).toEqual([]);
    store.getState().editFile('a.yaml', 'mine');
    store.getState().keepWork('mine', '2026-01-02T00:00:00Z');
    store.getState().openWork(work('other.yaml'));
    store.getState().restoreKept('2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z');
    expect(store.getState().files).toEqual([{ name: 'a.yaml', text: 'mine' }]);
    expect(store.getState()).toMatchObject({ kept: [], edited: true });
  });
});
