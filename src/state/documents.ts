/** The text: files, the one that is open, the ledger. Every change counts the revision up. */
import type { SourceFile } from '../worker/messages.ts';
import type { AppState, DocumentsSlice, GetState, SetState, Work } from './types.ts';

const emptyLedger = { version: 1, entries: {} } as const;

/** "manifests.yaml", "manifests-2.yaml" …: the first name that no file has. */
export function freeName(files: readonly SourceFile[], wanted: string): string {
  const taken = new Set(files.map((file) => file.name));
  if (!taken.has(wanted)) return wanted;
  const dot = wanted.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, ''];
  for (let count = 2; ; count += 1) {
    const name = `${stem}-${count}${ending}`;
    if (!taken.has(name)) return name;
  }
}

export function createDocumentsSlice(set: SetState, get: GetState): DocumentsSlice {
  const change = (files: readonly SourceFile[], more: Partial<DocumentsSlice> = {}): void => {
    set((state) => ({ files, edited: true, revision: state.revision + 1, ...more }));
  };

  return {
    files: [],
    activeFile: '',
    ledger: emptyLedger,
    scenario: null,
    edited: false,
    revision: 0,
    closed: null,
    goTo: null,

    editFile(name, text) {
      const file = get().files.find((candidate) => candidate.name === name);
      if (file === undefined || file.text === text) return;
      change(get().files.map((candidate) => (candidate.name === name ? { name, text } : candidate)));
    },
    addFile(name = 'manifests.yaml', text = '') {
      const free = freeName(get().files, name);
      change([...get().files, { name: free, text }], { activeFile: free });
    },
    renameFile(name, to) {
      const wanted = to.trim();
      if (wanted === name) return true;
      if (wanted === '' || get().files.some((file) => file.name === wanted)) return false;
      const activeFile = get().activeFile === name ? wanted : get().activeFile;
      change(
        get().files.map((file) => (file.name === name ? { ...file, name: wanted } : file)),
        { activeFile },
      );
      return true;
    },
    closeFile(name) {
      const { files, activeFile } = get();
      const index = files.findIndex((file) => file.name === name);
      const file = files[index];
      if (file === undefined) return;
      const rest = files.filter((candidate) => candidate.name !== name);
      const left = rest.length === 0 ? [{ name: 'manifests.yaml', text: '' }] : rest;
      const neighbour = left[Math.min(index, left.length - 1)];
      change(left, { closed: { file, index }, activeFile: activeFile === name ? (neighbour?.name ?? '') : activeFile });
    },
    reopenFile() {
      const { closed, files } = get();
      if (closed === null) return;
      const name = freeName(files, closed.file.name);
      const file = { ...closed.file, name };
      change([...files.slice(0, closed.index), file, ...files.slice(closed.index)], { closed: null, activeFile: name });
    },
    selectFile(name) {
      if (get().files.some((file) => file.name === name)) set({ activeFile: name });
    },
    openWork(work: Work, options = {}) {
      set((state) => ({
        files: work.files,
        ledger: work.ledger,
        scenario: work.scenario,
        activeFile: work.files.some((file) => file.name === work.view.activeFile) ? work.view.activeFile : (work.files[0]?.name ?? ''),
        edited: options.edited ?? false,
        revision: state.revision + 1,
        closed: null,
        goTo: null,
        from: work.request?.from ?? '',
        to: work.request?.to ?? '',
        probe: work.request?.probe ?? null,
        chosenByText: (work.request?.probe ?? null) === null || work.scenario !== null,
        wish: work.request?.wish ?? { kind: 'first' },
        serviceUpstream: work.request?.serviceUpstream ?? false,
        request: null,
        steps: [],
        playhead: { ...work.position, progress: 0 },
        elapsed: 0,
        playing: false,
        thing: work.view.thing,
        stage: { ...state.stage, expanded: work.view.expanded },
        hopDetail: null,
        thingDetail: null,
        broken: false,
        failure: null,
      }));
    },
    reveal(range, options = {}) {
      if (!get().files.some((file) => file.name === range.file)) return;
      set((state) => ({
        activeFile: range.file,
        goTo: { range, ticket: (state.goTo?.ticket ?? 0) + 1, focus: options.focus ?? false },
      }));
    },
  };
}

/** The work as it is now: what is saved and what a link carries. */
export function workOf(state: AppState): Work {
  return {
    files: state.files,
    ledger: state.ledger,
    scenario: state.scenario,
    request: {
      from: state.from,
      to: state.to,
      probe: state.probe,
      wish: state.wish,
      serviceUpstream: state.serviceUpstream,
    },
    position: { leg: state.playhead.leg, step: state.playhead.step },
    view: { activeFile: state.activeFile, thing: state.thing, expanded: state.stage.expanded },
  };
}
