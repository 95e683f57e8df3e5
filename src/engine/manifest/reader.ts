/**
 * Files → documents, objects and diagnostics. What a document says depends on its text alone, so it is remembered by its text: an edit
 * of one document reads that one again and only moves the others' places.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { AnyResource } from '../api/resource.ts';
import { message } from '../net/message.ts';
import { distinctResources, unmodelledDiagnostics } from './acrossDocuments.ts';
import type { ManifestDocument, SourceFile } from './document.ts';
import { type DocumentContent, interpretDocument } from './interpretDocument.ts';
import { parseDocuments } from './parseDocument.ts';
import { type PlacedDocument, placeDocument } from './placement.ts';
import { type DocumentSlice, splitDocuments } from './splitDocuments.ts';

export interface ManifestResult {
  readonly documents: readonly ManifestDocument[];
  /** Valid objects of the acting kinds in the order of the text; of an object that is there twice, the last. */
  readonly resources: readonly AnyResource[];
  /** Those of the documents first, then what concerns several of them. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ManifestReader {
  /** Never throws on any text. Given the same files it returns equal results; unchanged documents keep their values' identity. */
  read(files: readonly SourceFile[]): ManifestResult;
}

/** Beyond these nothing is read and one diagnostic says so; the text itself is left alone. */
export const maxCharacters = 4_000_000;
export const maxDocuments = 20_000;

/** A string that holds on to no longer string it was cut from: the cache outlives the files. */
const detached = (text: string): string => ` ${text}`.slice(1);

/** What documents say, by their text. Keeps what the last read used, and about as much again of what earlier ones did. */
interface ContentCache {
  /** Reads those of the texts that are not known yet. `likely` gives what stood in a text's place before: to compare is cheaper than to look up. */
  contentsOf(texts: readonly string[], likely: (index: number) => DocumentContent | undefined): readonly DocumentContent[];
  /** Call after a read with what it used: forgets what no longer pays. */
  settle(used: readonly PlacedDocument[]): void;
}

function createContentCache(): ContentCache {
  let known = new Map<string, DocumentContent>();
  let knownCharacters = 0;
  return {
    contentsOf(texts, likely) {
      const found = texts.map((text, index) => {
        const before = likely(index);
        return before?.parsed.text === text ? before : known.get(text);
      });
      const unread = [...new Set(texts.filter((_text, index) => found[index] === undefined))];
      for (const content of parseDocuments(unread.map(detached), interpretDocument)) {
        known.set(content.parsed.text, content);
        knownCharacters += content.parsed.text.length;
      }
      return texts.flatMap((text, index) => found[index] ?? known.get(text) ?? []);
    },
    settle(used) {
      const usedCharacters = used.reduce((sum, { content }) => sum + content.parsed.text.length, 0);
      if (knownCharacters <= 2 * usedCharacters + 100_000) return;
      known = new Map(used.map(({ content }) => [content.parsed.text, content]));
      knownCharacters = usedCharacters;
    },
  };
}

/** The documents of one file at their places; those that did not move are taken from `before`. */
function placeFile(
  file: string,
  slices: readonly DocumentSlice[],
  cache: ContentCache,
  before: readonly PlacedDocument[],
): readonly PlacedDocument[] {
  let line = 1;
  let column = 1;
  const contents = cache.contentsOf(
    slices.map(({ text }) => text),
    (index) => before[index]?.content,
  );
  return contents.map((content, index) => {
    const known = before[index];
    const start = slices[index]?.start ?? 0;
    const range = known?.content === content ? known.document.range : undefined;
    const isUnmoved = range !== undefined && range.start === start && range.line === line && range.column === column;
    const placed = known !== undefined && isUnmoved ? known : placeDocument(content, { file, start, line, column }, index);
    line = placed.document.range.endLine;
    column = placed.document.range.endColumn;
    return placed;
  });
}

/** All files cut into documents, or what is too much of them. */
function slice(files: readonly SourceFile[]): { readonly slices: readonly (readonly DocumentSlice[])[]; readonly refusal?: Diagnostic } {
  const characters = files.reduce((sum, file) => sum + file.text.length, 0);
  if (characters > maxCharacters) {
    const params = { megabytes: (characters / 1_000_000).toFixed(1), limit: maxCharacters / 1_000_000 };
    return { slices: [], refusal: { severity: 'error', message: message('manifest.limit.characters', params) } };
  }
  let budget = maxDocuments;
  const slices = files.map((file) => {
    const found = splitDocuments(file.text, Math.max(0, budget));
    budget -= found.length;
    return found;
  });
  if (budget >= 0) return { slices };
  return { slices: [], refusal: { severity: 'error', message: message('manifest.limit.documents', { limit: maxDocuments }) } };
}

/** A reader with a memory of its own: keep one per editor. */
export function createManifestReader(): ManifestReader {
  const cache = createContentCache();
  let before = new Map<string, readonly PlacedDocument[]>();
  return {
    read(files) {
      const { slices, refusal } = slice(files);
      if (refusal !== undefined) return { documents: [], resources: [], diagnostics: [refusal] };
      const placedFiles = files.map(({ name }, index) => placeFile(name, slices[index] ?? [], cache, before.get(name) ?? []));
      before = new Map(files.map(({ name }, index) => [name, placedFiles[index] ?? []]));
      const placed = placedFiles.flat();
      cache.settle(placed);
      const { resources, diagnostics } = distinctResources(placed);
      return {
        documents: placed.map(({ document }) => document),
        resources,
        diagnostics: [...placed.flatMap(({ document }) => document.diagnostics), ...diagnostics, ...unmodelledDiagnostics(placed)],
      };
    },
  };
}
