/**
 * Keeps the work, what was put aside, and the page's looks in the browser's storage: versioned, checked when read, written soon after
 * every change and when the page is hidden. A full or forbidden storage is said once and loses nothing but the memory.
 */
import { envelopeOf, parseEnvelope } from '../share/envelope.ts';
import { workOf } from './documents.ts';
import type { AppStore } from './store.ts';
import type { AppState, KeptWork, Theme } from './types.ts';

/** The part of the Storage interface that is used; tests bring a Map. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
}

const workKey = 'packetwalk.work';
const keptKey = 'packetwalk.kept';
const looksKey = 'packetwalk.looks';
const saveAfter = 300;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function readJson(storage: TextStorage, key: string): unknown {
  try {
    const text = storage.getItem(key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function parseKept(value: unknown): readonly KeptWork[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (!isFields(item) || typeof item.id !== 'string' || typeof item.title !== 'string' || typeof item.keptAt !== 'string') return [];
    const work = parseEnvelope(item.work);
    return work.ok ? [{ id: item.id, title: item.title, keptAt: item.keptAt, work: work.value }] : [];
  });
}

const themes: readonly Theme[] = ['system', 'dark', 'light'];

function parsePanels(value: unknown): AppState['panels'] {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([group, sizes]) => {
      if (!isFields(sizes)) return [];
      const numbers = Object.entries(sizes).flatMap(([panel, size]): [string, number][] =>
        typeof size === 'number' && size >= 0 && size <= 100 ? [[panel, size]] : [],
      );
      return [[group, Object.fromEntries(numbers)]];
    }),
  );
}

/** What the storage knows: the work with whether it was edited, or null when there is none that can be read. */
export function readStored(storage: TextStorage): {
  readonly work: { readonly work: ReturnType<typeof workOf>; readonly edited: boolean } | null;
  readonly kept: readonly KeptWork[];
  readonly looks: Pick<AppState, 'theme' | 'projector' | 'singleKeys' | 'panels'>;
} {
  const stored = readJson(storage, workKey);
  const work = isFields(stored) ? parseEnvelope(stored.work) : null;
  const looks = readJson(storage, looksKey);
  const fields = isFields(looks) ? looks : {};
  return {
    work: work?.ok === true ? { work: work.value, edited: isFields(stored) && stored.edited === true } : null,
    kept: parseKept(readJson(storage, keptKey)),
    looks: {
      theme: themes.find((theme) => theme === fields.theme) ?? 'system',
      projector: fields.projector === true,
      singleKeys: fields.singleKeys !== false,
      panels: parsePanels(fields.panels),
    },
  };
}

const looksOf = (state: AppState) => ({
  theme: state.theme,
  projector: state.projector,
  singleKeys: state.singleKeys,
  panels: state.panels,
});

/** Writes on change. Returns `flush`, to call when the page is about to go. */
export function keepStored(store: AppStore, storage: TextStorage): { readonly flush: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saved: AppState | null = null;

  const write = (key: string, value: unknown): void => {
    try {
      storage.setItem(key, JSON.stringify(value));
    } catch {
      store.getState().notify({ id: 'storage', tone: 'warning', message: { code: 'page.storage.full', params: {} }, action: null });
    }
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const state = store.getState();
    if (state.files.length > 0) write(workKey, { edited: state.edited, work: envelopeOf(workOf(state)) });
    if (saved === null || saved.kept !== state.kept) {
      write(
        keptKey,
        state.kept.map((kept) => ({ ...kept, work: envelopeOf(kept.work) })),
      );
    }
    write(looksKey, looksOf(state));
    saved = state;
  };
  const matters = (state: AppState, before: AppState): boolean =>
    state.revision !== before.revision ||
    state.activeFile !== before.activeFile ||
    state.probe !== before.probe ||
    state.from !== before.from ||
    state.to !== before.to ||
    state.wish !== before.wish ||
    state.serviceUpstream !== before.serviceUpstream ||
    state.ledger !== before.ledger ||
    state.kept !== before.kept ||
    state.theme !== before.theme ||
    state.projector !== before.projector ||
    state.singleKeys !== before.singleKeys ||
    state.panels !== before.panels ||
    state.thing !== before.thing ||
    (!state.playing && state.playhead !== before.playhead);

  const stop = store.subscribe((state, before) => {
    if (!matters(state, before)) return;
    timer ??= setTimeout(flush, saveAfter);
  });
  return {
    flush,
    stop: () => {
      stop();
      clearTimeout(timer);
    },
  };
}
