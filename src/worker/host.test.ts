/** The worker's loop: newer texts overtake older ones, broken text keeps the last good picture, a fault is said and the loop goes on. */
import { describe, expect, it } from 'vitest';
import { emptyScene, emptyTopology, makeLeg, makeRequest } from '../state/testing.ts';
import { createHost, type HostParts } from './host.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A simulation is its text here; "broken" can't be read, "fault" throws. */
function started() {
  const posted: FromWorker[] = [];
  const finished: string[] = [];
  const parts: HostParts<string, string, number> = {
    *simulate(files) {
      const text = files.map((file) => file.text).join('');
      if (text === 'fault') throw new Error('a fault');
      yield 'read';
      yield 'built';
      finished.push(text);
      return text;
    },
    describe: (text) => ({
      requests: [],
      title: text,
      ledger: { version: 1, entries: {} },
      counts: { objects: 1, added: 0 },
      broken: text === 'broken',
    }),
    topology: (_text, revision) => emptyTopology(revision),
    problems: () => [],
    suggestions: () => ({ sources: [], destinations: [] }),
    request: (text, probe) => `${text} ${probe.to}`,
    branchOf: () => 0,
    requestModel: () => makeRequest([makeLeg('0.0', [1])]),
    inspectHop: () => null,
    inspectThing: () => null,
    compactLedger: () => ({ version: 1 as const, entries: {} }),
    arrange: ({ revision, previous }) => ({ scene: emptyScene(revision), placement: (previous ?? 0) + 1 }),
  };
  const host = createHost(
    parts,
    (message) => posted.push(message),
    () => new Promise((resolve) => setTimeout(resolve, 0)),
  );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { host, posted, finished, settle };
}

const text = (revision: number, content: string): ToWorker => ({
  kind: 'simulate',
  revision,
  files: [{ name: 'a', text: content }],
  ledger: { version: 1, entries: {} },
});
const ask = (revision: number, ticket = 1): ToWorker => ({
  kind: 'request',
  revision,
  ticket,
  probe: { from: 'external', to: 'http://a/' },
  wish: { kind: 'first' },
  serviceUpstream: false,
});

describe('texts', () => {
  it('that a newer one has overtaken are not carried to the end', async () => {
    const { host, posted, finished, settle } = started();
    host.receive(text(1, 'one'));
    host.receive(text(2, 'two'));
    host.receive(text(3, 'three'));
    await settle();
    expect(finished).toEqual(['three']);
    expect(posted.map((message) => [message.kind, message.revision])).toEqual([['simulated', 3]]);
  });

  it('that can not be read keep the picture and the request of the last good one', async () => {
    const { host, posted, settle } = started();
    host.receive(text(1, 'good'));
    await settle();
    host.receive(text(2, 'broken'));
    await settle();
    host.receive(ask(2));
    await settle();
    expect(posted[1]).toMatchObject({ kind: 'simulated', revision: 2, broken: true, title: 'good' });
    expect(posted[2]).toMatchObject({ kind: 'requested', revision: 2 });
  });

  it('that are broken from the start show what there is', async () => {
    const { host, posted, settle } = started();
    host.receive(text(1, 'broken'));
    await settle();
    expect(posted[0]).toMatchObject({ broken: true, title: 'broken' });
  });
});

describe('requests', () => {
  it('bring their scene along, and one of an older text is not answered', async () => {
    const { host, posted, settle } = started();
    host.receive(text(2, 'two'));
    await settle();
    host.receive(ask(1));
    await settle();
    host.receive(ask(2, 7));
    await settle();
    expect(posted.slice(1)).toMatchObject([{ kind: 'requested', revision: 2, ticket: 7, scene: { revision: 2 } }]);
  });
});

it('says a fault of its own and goes on', async () => {
  const { host, posted, settle } = started();
  host.receive(text(1, 'fault'));
  await settle();
  host.receive(text(2, 'good'));
  await settle();
  expect(posted).toMatchObject([
    { kind: 'failed', revision: 1, message: { code: 'page.engine.failed', params: { reason: 'a fault' } } },
    { kind: 'simulated', revision: 2 },
  ]);
});
