/** The loop between page and worker: debounce, stale answers, cancelling, broken text, crash and revival. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnginePort, FromWorker, ToWorker } from '../worker/messages.ts';
import { connectEngine, countDocuments, textLimit, timing } from './engineLoop.ts';
import { createAppStore } from './store.ts';
import { emptyScene, makeLeg, makeRequest, simulated } from './testing.ts';

function connected() {
  const store = createAppStore();
  const posted: ToWorker[] = [];
  let restarts = 0;
  let answer: (message: FromWorker) => void = () => undefined;
  let crash: (reason: string) => void = () => undefined;
  const port: EnginePort = {
    post: (message) => posted.push(message),
    restart: () => {
      restarts += 1;
    },
    listen: (handlers) => {
      answer = handlers.message;
      crash = handlers.crash;
    },
  };
  store.getState().openWork({
    files: [{ name: 'a.yaml', text: 'kind: Pod' }],
    ledger: { version: 1, entries: {} },
    scenario: 'x',
    request: null,
    position: { leg: 0, step: 0 },
    view: { activeFile: 'a.yaml', thing: null, expanded: {} },
  });
  const engine = connectEngine(store, port);
  const kinds = () => posted.map((message) => message.kind);
  const revision = () => store.getState().revision;
  return {
    store,
    engine,
    posted,
    kinds,
    revision,
    answer: (message: FromWorker) => answer(message),
    crash: (reason: string) => crash(reason),
    restarts: () => restarts,
    type: (text: string) => store.getState().editFile('a.yaml', text),
    requested: (ticket = store.getState().requestTicket, legs = [makeLeg('0.0', [2, 2])]) =>
      answer({ kind: 'requested', revision: revision(), ticket, request: makeRequest(legs), scene: emptyScene(revision()) }),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the first text', () => {
  it('is simulated at once, and its first request is asked with the wish of the scenario', () => {
    const { posted, kinds, answer, revision, store } = connected();
    expect(kinds()).toEqual(['simulate']);
    answer(simulated(revision()));
    expect(posted.at(-1)).toMatchObject({ kind: 'request', probe: { from: 'external', to: 'http://a/' }, wish: { kind: 'crossNode' } });
    expect(store.getState()).toMatchObject({ from: 'external', to: 'http://a/', status: 'ready' });
  });

  it('without a request is only arranged', () => {
    const { kinds, answer, revision, store } = connected();
    store.getState().resizeStage(800, 600);
    vi.advanceTimersByTime(timing.arrange);
    answer(simulated(revision(), { requests: [] }));
    expect(kinds().filter((kind) => kind === 'request')).toEqual([]);
    expect(kinds().at(-1)).toBe('arrange');
  });
});

describe('typing', () => {
  it('asks once for many keys', () => {
    const { type, kinds } = connected();
    for (const text of ['a', 'ab', 'abc']) {
      type(text);
      vi.advanceTimersByTime(timing.debounce - 1);
    }
    expect(kinds()).toEqual(['simulate']);
    vi.advanceTimersByTime(1);
    expect(kinds()).toEqual(['simulate', 'simulate']);
  });

  it('drops the answer to an older text', () => {
    const { type, answer, revision, store } = connected();
    const old = revision();
    type('new');
    answer(simulated(old, { title: 'old' }));
    expect(store.getState()).toMatchObject({ simulatedRevision: 0, title: null });
    answer(simulated(revision(), { title: 'new' }));
    expect(store.getState().title).toBe('new');
  });

  it('ends a run that takes long, but not a short one', () => {
    const { type, restarts } = connected();
    type('a');
    vi.advanceTimersByTime(timing.debounce);
    expect(restarts()).toBe(0);
    vi.advanceTimersByTime(timing.cancelAfter);
    type('b');
    vi.advanceTimersByTime(timing.debounce);
    expect(restarts()).toBe(1);
  });

  it('says that it works after a while, and stops saying so', () => {
    const { store, answer, revision } = connected();
    vi.advanceTimersByTime(timing.showProgressAfter);
    expect(store.getState().progress).toEqual({ code: 'page.working.documents', params: { count: 1 } });
    answer(simulated(revision()));
    expect(store.getState().progress).toBeNull();
  });

  it('keeps the place in the walk when the text changes', () => {
    const { store, type, answer, revision, requested } = connected();
    answer(simulated(revision()));
    requested();
    store.getState().selectHop('0.0.1');
    const before = store.getState().playhead;
    type('kind: Pod # more');
    vi.advanceTimersByTime(timing.debounce);
    answer(simulated(revision()));
    requested();
    expect(store.getState().playhead).toEqual(before);
  });

  it('does not send what is too large, and says so', () => {
    const { type, store, kinds } = connected();
    type('#'.repeat(textLimit + 1));
    vi.advanceTimersByTime(1_000);
    expect(kinds()).toEqual(['simulate']);
    expect(store.getState().failure?.code).toBe('page.limit.text');
  });
});

describe('the request that a text asks for', () => {
  const url = { value: 'http://shop.example/', label: 'http://shop.example/', detail: '', group: 'url' as const };

  it('follows the text until the user sends one', () => {
    const { store, type, answer, revision } = connected();
    answer(simulated(revision()));
    type('kind: Ingress');
    vi.advanceTimersByTime(timing.debounce);
    answer(simulated(revision(), { requests: [], suggestions: { sources: [], destinations: [url] } }));
    expect(store.getState()).toMatchObject({ from: 'external', to: url.value, probe: { to: url.value } });
    store.getState().setTo('10.96.0.10:53');
    store.getState().send();
    type('kind: Pod');
    vi.advanceTimersByTime(timing.debounce);
    answer(simulated(revision()));
    expect(store.getState().to).toBe('10.96.0.10:53');
  });

  it('stays while the text is broken', () => {
    const { store, type, answer, revision } = connected();
    answer(simulated(revision()));
    type('kind: [');
    vi.advanceTimersByTime(timing.debounce);
    answer(simulated(revision(), { requests: [], broken: true }));
    expect(store.getState().to).toBe('http://a/');
  });

  it('is none when the text has nothing that outside could call', () => {
    const { store, type, answer, revision } = connected();
    answer(simulated(revision()));
    type('kind: Pod');
    vi.advanceTimersByTime(timing.debounce);
    answer(simulated(revision(), { requests: [] }));
    expect(store.getState()).toMatchObject({ probe: null, request: null, to: '' });
  });
});

describe('requests', () => {
  it('are answered by their ticket only', () => {
    const { store, answer, revision, requested } = connected();
    answer(simulated(revision()));
    store.getState().setTo('http://b/');
    store.getState().send();
    requested(store.getState().requestTicket - 1);
    expect(store.getState().request).toBeNull();
    requested();
    expect(store.getState().request).not.toBeNull();
  });

  it('ask for the details of the hop under the playhead, once', () => {
    const { store, posted, answer, revision, requested } = connected();
    answer(simulated(revision()));
    requested();
    store.getState().stepForward();
    store.getState().hopForward();
    const asked = posted.flatMap((message) => (message.kind === 'inspectHop' ? [message.hop] : []));
    expect(asked).toEqual(['0.0.0', '0.0.1']);
  });
});

describe('a worker that dies', () => {
  it('loses no text, and begins again on Retry', () => {
    const { store, crash, kinds, restarts } = connected();
    crash('out of memory');
    expect(store.getState()).toMatchObject({ status: 'dead', files: [{ name: 'a.yaml', text: 'kind: Pod' }] });
    store.getState().notices[0]?.action?.run();
    expect(restarts()).toBe(1);
    expect(kinds()).toEqual(['simulate', 'simulate']);
    expect(store.getState().notices).toEqual([]);
  });
});

it.each([
  ['', 0],
  ['kind: Pod', 1],
  ['---\nkind: Pod\n---\nkind: Pod\n---\n', 2],
])('counts the documents of %j', (text, count) => {
  expect(countDocuments([{ name: 'a', text }])).toBe(count);
});

describe('the ledger for a link', () => {
  const kept = { version: 1 as const, entries: { 'v1 Pod default/a': { node: 'kind-worker' } } };
  const least = { version: 1 as const, entries: {} };

  it('is the least one that the engine knows to lead to the same cluster', async () => {
    const { engine, answer, revision, kinds } = connected();
    answer({ ...simulated(revision()), ledger: kept });
    const asked = engine.ledgerForLink();
    expect(kinds()).toContain('compactLedger');
    answer({ kind: 'compactLedger', revision: revision(), ledger: least });
    await expect(asked).resolves.toEqual(least);
  });

  it('is the whole one when the engine does not answer soon', async () => {
    const { engine, answer, revision } = connected();
    answer({ ...simulated(revision()), ledger: kept });
    const asked = engine.ledgerForLink();
    vi.advanceTimersByTime(timing.compact + 1);
    await expect(asked).resolves.toEqual(kept);
  });

  it('is the whole one while the text is ahead of the picture', async () => {
    const { engine, answer, revision, type, kinds } = connected();
    answer({ ...simulated(revision()), ledger: kept });
    type('kind: Pod # more');
    await expect(engine.ledgerForLink()).resolves.toEqual(kept);
    expect(kinds()).not.toContain('compactLedger');
  });
});
