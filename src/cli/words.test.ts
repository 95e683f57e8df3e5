/** Every code that requests, reasons and diagnostics of this part speak in has its sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import exchange from '../i18n/en/exchange.json' with { type: 'json' };
import { sentence } from './words.ts';

const engine = fileURLToPath(new URL('../engine/', import.meta.url));
const sources = ['exchange', 'explain'].flatMap((folder) =>
  readdirSync(`${engine}${folder}`)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(`${engine}${folder}/${name}`, 'utf8')),
);

/** Codes written out, and those of the small helpers that add a prefix. */
const helpers: readonly (readonly [RegExp, string])[] = [
  [/'exchange\.([\w.]+)'/g, ''],
  [/\breason\('(\w+)'/g, 'reason.'],
  [/\b(?:failure|unreachable|nxdomain)\(\s*'(\w+)'/g, 'notResolved.'],
  [/\bproblem\('(\w+)'/g, 'words.'],
];

test('every code has a sentence', () => {
  const codes = new Set(
    helpers.flatMap(([pattern, prefix]) =>
      sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => `exchange.${prefix}${match[1]}`)),
    ),
  );
  expect(codes.size).toBeGreaterThan(60);
  expect([...codes].filter((code) => sentence({ code, params: {} }) === code)).toEqual([]);
});

test('no sentence is there for nobody', () => {
  const all = sources.join('\n');
  const keysOf = (value: object): readonly string[] =>
    Object.entries(value).flatMap(([key, child]) => (typeof child === 'string' ? [key] : keysOf(child)));
  // A key that is made at run time stands in a template or is a disposition's, a cause's or a status's own name.
  const isUsed = (key: string): boolean => new RegExp(`['./]${key}\\b|\\b${key}['\`]`).test(all) || /^(http\d+|chainPolicy)$/.test(key);
  const made = new Set([
    'dropped',
    'rejected',
    'neighbourUnreachable',
    'ttlExceeded',
    'noRoute',
    'noListener',
    'loop',
    'tooBig',
    'unsupported',
  ]);
  expect(keysOf(exchange).filter((key) => !isUsed(key) && !made.has(key))).toEqual([]);
});
