/** Whatever is written into a manifest: no exception leaves the engine, every sentence is whole, and time stays bounded. */
import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { describe, expect, it, test } from 'vitest';
import { createI18n, translator } from '../i18n/translate.ts';
import { seededRandom } from '../shared/random.ts';
import type { Probe } from './exchange/probe.ts';
import { runRequest } from './exchange/runRequest.ts';
import { createEngine, type Simulation } from './simulation.ts';
import { everyField } from './testing/everyField.ts';
import { emptyKernelState } from './trace/kernelState.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const translate = translator(createI18n('en'));
const documents = loadAll(everyField).map((value): Json => JSON.parse(JSON.stringify(value)));
const simulate = (text: string): Simulation => createEngine().simulate([{ name: 'odd.yaml', text }]);

const probes: readonly Probe[] = [
  { from: 'external', to: 'http://shop.com/' },
  { from: 'pod/default/client', to: 'web:80' },
  { from: 'node/n1', to: 'service/default/web:http' },
  { from: 'external', to: 'service/default/web:53', protocol: 'UDP' },
  { from: 'pod/default/client', to: 'service/default/hl:80' },
  { from: 'pod/default/client', to: 'manual:80' },
  { from: 'external', to: 'node/n1:30080' },
  { from: 'node/n2', to: '127.0.0.1:30080' },
  { from: 'pod/default/client', to: '8.8.8.8:53', protocol: 'ICMP' },
  { from: 'external/9.9.9.9', to: '198.51.100.50:80', via: 'n2' },
  { from: 'deployment/default/web', to: 'pod/default/client:8080', protocol: 'SCTP' },
];

/** Texts that are valid YAML in a place where something else was expected. */
const oddTexts = [
  ...['', ' ', 'x', 'a b', '-', '../..', 'Ü 漢', '__proto__', 'constructor', 'None', 'default', 'n1', '80', '-1', '25%', 'x'.repeat(300)],
  ...['::1', 'fd00::/64', '10.244.0.0/16', '10.0.0.0/33', '0.0.0.0/0', '0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.1', '999.1.1.1'],
  ...['010.1.1.1', '10.1.0.2', '10.96.0.1', '10.96.0.10', '169.254.1.1', '*.example.com', 'all()', '[', '{{x}}'],
];
const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -1, 1.5, 65_536, 99_999_999_999, 1e308, [], {}, [null], [[]], [{}], { a: null }, [
    1,
    'a',
    {},
  ]),
  fc.constantFrom<Json>(...oddTexts),
  fc.constantFrom<Json>(...documents),
);

interface Mutation {
  readonly document: number;
  /** Where in the document, by the parts of the way taken at random; the value there is replaced, or removed. */
  readonly place: number;
  readonly value: Json | undefined;
}
const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({ document: fc.nat(documents.length - 1), place: fc.nat(1_000_000), value: fc.option(odd, { nil: undefined, freq: 6 }) }),
  { minLength: 1, maxLength: 4 },
);

const isContainer = (value: Json): value is readonly Json[] | { readonly [key: string]: Json } =>
  value !== null && typeof value === 'object';

function paths(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  return [path, ...(isContainer(value) ? Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key])) : [])];
}

function replaceAt(value: Json, [key, ...rest]: readonly string[], replacement: Json | undefined): Json | undefined {
  if (key === undefined) return replacement;
  if (!isContainer(value)) return value;
  if (Array.isArray(value))
    return value.flatMap((inner: Json, index) => (String(index) === key ? [replaceAt(inner, rest, replacement) ?? []].flat() : [inner]));
  const entries = Object.entries(value).map(([name, inner]) => [name, name === key ? replaceAt(inner, rest, replacement) : inner] as const);
  return Object.fromEntries(entries.flatMap(([name, inner]) => (inner === undefined ? [] : [[name, inner]])));
}

function mutate(changes: readonly Mutation[]): string {
  const changed = [...documents];
  for (const { document, place, value } of changes) {
    const current = changed[document] ?? null;
    const all = paths(current);
    changed[document] = replaceAt(current, all[place % all.length] ?? [], value) ?? null;
  }
  return changed.map((document) => JSON.stringify(document)).join('\n---\n');
}

const isWhole = (sentence: string): boolean => !/\{\{(?!x)|undefined|\bNaN\b|\[object/.test(sentence);

/** Simulates, sends the requests, and reads every sentence aloud. */
function survive(text: string, requests: readonly Probe[]): void {
  const simulation = simulate(text);
  const messages = [
    ...simulation.diagnostics.map((diagnostic) => diagnostic.message),
    ...requests.flatMap((probe) => {
      const { branches, complete } = runRequest(simulation, emptyKernelState, probe, { branchLimit: 16 }).result;
      const sum = branches.reduce((total, branch) => total + branch.probability, 0);
      expect(complete ? Math.abs(sum - 1) : 0).toBeLessThan(1e-9);
      return branches.flatMap(({ reason }) => reason?.message ?? []);
    }),
  ];
  const broken = messages.map(translate).filter((sentence) => !isWhole(sentence));
  expect(broken).toEqual([]);
}

describe('a text with any field replaced by anything', () => {
  it('the text itself is sound', () => {
    const errors = simulate(everyField).diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => translate(message))).toEqual([]);
    survive(everyField, probes);
  });

  it('is read, built and walked without an exception', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(mutations, fc.nat(1_000), (changes, seed) => {
        const random = seededRandom(seed);
        survive(mutate(changes), [random.pick(probes), random.pick(probes)]);
      }),
      { numRuns: 150, seed: 20_260_101 },
    );
  });
});

describe('texts that are no manifests', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...[...'bcdefghi'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join()}]`),
  ];
  test.each([
    ['an anchor that contains itself', 'a: &a\n  b: *a\n'],
    ['an alias bomb', bomb.join('\n')],
    ['ten million characters', 'x'.repeat(10_000_000)],
    ['brackets without end', '['.repeat(500_000)],
    ['dashes without end', '- '.repeat(500_000)],
    ['more documents than anyone has', '---\na: 1\n'.repeat(30_000)],
    ['a null byte', 'kind: \u0000'],
    ['tabs', 'kind:\n\t- Pod'],
    ['half a surrogate', 'kind: "\ud800"'],
    [
      'a billion replicas',
      '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":1000000000,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}',
    ],
  ])('%s: said in one place, and the default cluster stands', { timeout: 60_000 }, (_name, text) => {
    const simulation = simulate(text);
    expect(simulation.diagnostics.length).toBeGreaterThan(0);
    expect(simulation.diagnostics.length).toBeLessThan(100);
    expect(simulation.diagnostics.map(({ message }) => translate(message)).filter((sentence) => !isWhole(sentence))).toEqual([]);
    const { branches } = runRequest(simulation, emptyKernelState, { from: 'node/kind-worker', to: 'node/kind-worker2:10250' }).result;
    expect(branches[0]?.disposition).toBe('delivered');
  });
});
