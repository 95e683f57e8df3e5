/**
 * The length of a share link that carries a manifest with its comments, against lz-string's text for addresses. On manifests that real projects
 * publish, which lie beside the checkout and none of which went into the dictionary; without them, on the built-in scenarios.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import lzString from 'lz-string';
import { emptyLedger } from '../engine/index.ts';
import { decodeShare, encodeShare } from '../share/codec.ts';
import { type Bench, geometricMean, type Outcome } from './harness.ts';

/** Larger texts are files, not links. */
const largest = 100_000;

const yamlFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size < largest)
    .sort();

/** The whole fragment: the text, its file name, and that nothing else is set. Throws when it does not open with the same text. */
function ourLink(name: string, text: string): string {
  const view = { activeFile: name, thing: null, expanded: {} };
  const files = [{ name, text }];
  const link = encodeShare({ files, ledger: emptyLedger, scenario: null, request: null, position: { leg: 0, step: 0 }, view });
  const back = decodeShare(link);
  if (!back.ok || back.value.files[0]?.text !== text) throw new Error(`the link of ${name} does not open with its text`);
  return link;
}

function measure(folder: string, notes: readonly string[]): Outcome {
  const files = yamlFiles(folder).map((path) => {
    const text = readFileSync(path, 'utf8');
    const name = relative(folder, path);
    return { name, ours: ourLink('manifest.yaml', text).length, theirs: lzString.compressToEncodedURIComponent(text).length };
  });
  if (files.length === 0) throw new Error(`no YAML below ${folder}`);
  const ratios = files.map(({ ours, theirs }) => ours / theirs);
  const worst = files[ratios.indexOf(Math.max(...ratios))];
  return {
    kind: 'measured',
    ratio: geometricMean(ratios),
    sides: [
      { name: 'link, geometric mean', value: geometricMean(files.map(({ ours }) => ours)), unit: 'characters' },
      { name: 'lz-string, geometric mean', value: geometricMean(files.map(({ theirs }) => theirs)), unit: 'characters' },
    ],
    notes: [
      ...notes,
      `${files.length} files; from ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} (${worst?.name ?? ''})`,
    ],
  };
}

export const linkLength = (root: string): Bench => ({
  id: 'link',
  title: 'Link of a text with comments, against lz-string',
  limit: { kind: 'atMost', ratio: 0.4 },
  async run() {
    const corpus = join(root, '..', 'shared', 'corpus');
    if (existsSync(corpus)) return measure(corpus, []);
    return measure(join(root, 'src', 'scenarios'), [
      '../shared/corpus is not beside this checkout: measured on the built-in scenarios instead',
    ]);
  },
});
