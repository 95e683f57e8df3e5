/** Every code of this folder has its sentence in the catalogue, and every sentence is used. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const catalogue: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(`${folder}../../i18n/en/manifest.json`, 'utf8'),
);

test('codes and sentences are the same set', () => {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const used = new Set(
    sources.flatMap((name) => [...readFileSync(folder + name, 'utf8').matchAll(/'(manifest\.\w+\.\w+)'/g)].map((match) => match[1])),
  );
  const written = new Set(
    Object.entries(catalogue).flatMap(([group, sentences]) =>
      Object.keys(sentences).map((key) => `manifest.${group}.${key.replace(/_(one|other)$/, '')}`),
    ),
  );
  expect([...used].sort()).toEqual([...written].sort());
});
