/** Every code that the source speaks has a sentence, and every sentence is spoken: read from the source's own text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { english } from './catalogue.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const areas = Object.keys(english);

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$|test-data/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

function leaves(node: unknown, path: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [path];
  return Object.entries(node).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

/** i18next's plural forms of one code. */
const withoutPlural = (code: string): string => code.replace(/_(one|other|zero|two|few|many)$/, '');

const text = sources(root).join('\n');
const code = new RegExp(`['"\`]((?:${areas.join('|')})\\.[A-Za-z0-9_.-]*)(\\$\\{)?`, 'g');
const spoken = [...text.matchAll(code)].map((match) => ({
  code: match[1] ?? '',
  open: match[2] !== undefined || (match[1] ?? '').endsWith('.'),
}));
/** Texts that only look like codes. */
const others = new Set(['manifest.yaml', 'topology.kubernetes.io']);
const known = new Set(leaves(english, '').map(withoutPlural));

describe('the English catalogue', () => {
  it('has a sentence for every code in the source', () => {
    const missing = spoken.filter(
      ({ code: said, open }) => !others.has(said) && (open ? ![...known].some((leaf) => leaf.startsWith(said)) : !known.has(said)),
    );
    expect([...new Set(missing.map(({ code: said }) => said))]).toEqual([]);
  });

  it('has no sentence that nobody says', () => {
    const exact = new Set(spoken.filter(({ open }) => !open).map(({ code: said }) => said));
    const prefixes = spoken.filter(({ open }) => open).map(({ code: said }) => said);
    const silent = [...known].filter((leaf) => !exact.has(leaf) && !prefixes.some((prefix) => leaf.startsWith(prefix)));
    expect(silent).toEqual([]);
  });

  it('leaves no placeholder half open', () => {
    const sentences = JSON.stringify(english).match(/\{\{?[^{}]*\}?\}?/g) ?? [];
    expect(sentences.filter((sentence) => sentence.startsWith('{{') && !/^\{\{\w+\}\}$/.test(sentence))).toEqual([]);
  });
});
