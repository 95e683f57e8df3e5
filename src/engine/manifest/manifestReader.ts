/**
 * Files → documents, objects and diagnostics. What a document says depends on its text alone, so it is remembered by its text: an edit
 * of one document reads that one again and only moves the others' places. What concerns several documents (an object twice, a kind that
 * is not modelled) is settled here.
 */
import { hashText } from '../../shared/random.ts';
import type { Diagnostic } from '../api/diagnostic.ts';
import { namespacedName, type ObjectReference, type SourceRange } from '../api/origin.ts';
import type { AnyResource } from '../api/resource.ts';
import { message } from '../net/message.ts';
import type { ManifestDocument, SourceFile } from './document.ts';
import { type DocumentContent, interpretDocument, type ResourceEntry, type UnmodelledEntry, withName } from './interpretDocument.ts';
import { groupOf } from './kinds.ts';
import { generatedName } from './names.ts';
import { parseDocument, type RelativeRange } from './parseDocument.ts';
import { valueAt } from './plainValue.ts';
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

/** Where a document begins in its file: offset from 0, line and column from 0. */
interface Place {
  readonly file: string;
  readonly start: number;
  readonly line: number;
  readonly column: number;
}

function shift(place: Place, range: RelativeRange): SourceRange {
  const columnAt = (line: number, column: number): number => column + 1 + (line === 0 ? place.column : 0);
  return {
    file: place.file,
    start: place.start + range.start,
    end: place.start + range.end,
    line: place.line + range.line + 1,
    column: columnAt(range.line, range.column),
    endLine: place.line + range.endLine + 1,
    endColumn: columnAt(range.endLine, range.endColumn),
  };
}

const shiftOptional = (place: Place, range: RelativeRange | undefined): { readonly range?: SourceRange } =>
  range === undefined ? {} : { range: shift(place, range) };

interface PlacedResource {
  readonly entry: ResourceEntry;
  readonly resource: AnyResource;
}

/** A document at its place. Kept while neither its text nor its place changes. */
interface PlacedDocument {
  readonly content: DocumentContent;
  readonly place: Place;
  readonly document: ManifestDocument;
  readonly resources: readonly PlacedResource[];
}

function placeResource(entry: ResourceEntry, content: DocumentContent, place: Place): PlacedResource {
  const resource: AnyResource = {
    ...entry.declared,
    reference: entry.reference,
    provenance: 'declared',
    ...shiftOptional(place, entry.range),
    rangeOf: (pointer) => {
      const range = content.parsed.rangeOf(entry.pointer + pointer);
      return range === undefined ? undefined : shift(place, range);
    },
  };
  return { entry, resource };
}

function placeDocument(content: DocumentContent, place: Place, index: number): PlacedDocument {
  const { parsed } = content;
  const whole: RelativeRange = {
    start: 0,
    end: parsed.text.length,
    line: 0,
    column: 0,
    endLine: parsed.lineBreaks,
    endColumn: parsed.lastLineLength,
  };
  return {
    content,
    place,
    document: {
      file: place.file,
      index,
      range: shift(place, whole),
      value: parsed.value,
      rangeOf: (pointer) => {
        const range = parsed.rangeOf(pointer);
        return range === undefined ? undefined : shift(place, range);
      },
      diagnostics: content.diagnostics.map(({ range, ...diagnostic }) => ({ ...diagnostic, ...shiftOptional(place, range) })),
    },
    resources: content.resources.map((entry) => placeResource(entry, content, place)),
  };
}

/** Gives objects with metadata.generateName names that depend on the text alone: on the prefix and on how many came before. */
function createNaming(): (placed: PlacedResource) => AnyResource {
  const seen = new Map<string, number>();
  return ({ entry, resource }) => {
    const { kind, reference } = resource;
    const prefix = valueAt(resource.object, '/metadata/generateName');
    if (reference.name !== '' || typeof prefix !== 'string') return resource;
    const family = `${kind} ${reference.namespace ?? ''} ${prefix}`;
    const ordinal = seen.get(family) ?? 0;
    seen.set(family, ordinal + 1);
    const name = generatedName(prefix, hashText(`${family} ${ordinal}`));
    const { provenance, rangeOf, range } = resource;
    const place = { provenance, rangeOf, ...(range === undefined ? {} : { range }) };
    return { ...withName(entry.declared, name), ...place, reference: { ...reference, name } };
  };
}

/** An object's identity: acting kinds have one name each, so the version is no part of it. */
const identity = (reference: ObjectReference): string => `${reference.kind} ${namespacedName(reference)}`;

function lineOf(resource: AnyResource): string {
  return resource.range === undefined ? '' : `${resource.range.file}:${resource.range.line}`;
}

/** Of objects with the same identity the last stays, in its place, with a warning for each that it replaces. */
function lastOfEach(resources: readonly AnyResource[]): {
  readonly resources: readonly AnyResource[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const last = new Map<string, AnyResource>();
  for (const resource of resources) last.set(identity(resource.reference), resource);
  if (last.size === resources.length) return { resources, diagnostics: [] };
  const kept: AnyResource[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const resource of resources) {
    const winner = last.get(identity(resource.reference));
    if (winner === undefined || winner === resource) {
      kept.push(resource);
    } else {
      const params = { object: identity(resource.reference), first: lineOf(resource), last: lineOf(winner) };
      const { reference, range } = resource;
      diagnostics.push({
        severity: 'warning',
        message: message('manifest.object.twice', params),
        object: reference,
        ...(range === undefined ? {} : { range }),
      });
    }
  }
  return { resources: kept, diagnostics };
}

/** One diagnostic per kind that is not modelled, at its first object, in the order of the text. */
function unmodelledDiagnostics(placed: readonly PlacedDocument[]): readonly Diagnostic[] {
  const kinds = new Map<string, { readonly first: UnmodelledEntry; readonly place: Place; count: number }>();
  for (const { content, place } of placed) {
    for (const entry of content.unmodelled) {
      const key = `${groupOf(entry.apiVersion)} ${entry.kind}`;
      const known = kinds.get(key);
      if (known === undefined) kinds.set(key, { first: entry, place, count: 1 });
      else known.count += 1;
    }
  }
  return [...kinds.values()].map(({ first, place, count }) => ({
    severity: first.shapesTraffic ? 'warning' : 'info',
    message: message(first.shapesTraffic ? 'manifest.kind.trafficNotModelled' : 'manifest.kind.notModelled', {
      kind: first.kind,
      apiVersion: first.apiVersion,
      count,
    }),
    ...shiftOptional(place, first.range),
  }));
}

const refused = (diagnostic: Diagnostic): ManifestResult => ({ documents: [], resources: [], diagnostics: [diagnostic] });

/** A string that holds on to no longer string it was cut from: the cache outlives the files. */
const detached = (text: string): string => ` ${text}`.slice(1);

/** What documents say, by their text. Keeps what the last read used, and as much again of what earlier ones did. */
interface ContentCache {
  contentOf(text: string): DocumentContent;
  /** Call after a read: forgets what no longer pays. */
  settle(): void;
}

function createContentCache(): ContentCache {
  let known = new Map<string, DocumentContent>();
  let used = new Map<string, DocumentContent>();
  let knownCharacters = 0;
  let usedCharacters = 0;
  return {
    contentOf(text) {
      const current = used.get(text);
      if (current !== undefined) return current;
      let content = known.get(text);
      if (content === undefined) {
        content = interpretDocument(parseDocument(detached(text)));
        known.set(content.parsed.text, content);
        knownCharacters += text.length;
      }
      used.set(content.parsed.text, content);
      usedCharacters += text.length;
      return content;
    },
    settle() {
      if (knownCharacters > 2 * usedCharacters + 100_000) {
        known = used;
        knownCharacters = usedCharacters;
      }
      used = new Map();
      usedCharacters = 0;
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
  let line = 0;
  let column = 0;
  return slices.map((slice, index) => {
    const content = cache.contentOf(slice.text);
    const known = before[index];
    const isUnmoved =
      known?.content === content && known.place.start === slice.start && known.place.line === line && known.place.column === column;
    const placed = isUnmoved ? known : placeDocument(content, { file, start: slice.start, line, column }, index);
    const { lineBreaks, lastLineLength } = content.parsed;
    line += lineBreaks;
    column = lineBreaks === 0 ? column + lastLineLength : lastLineLength;
    return placed;
  });
}

/** A reader with a memory of its own: keep one per editor. */
export function createManifestReader(): ManifestReader {
  const cache = createContentCache();
  let placedBefore = new Map<string, readonly PlacedDocument[]>();
  return {
    read(files) {
      const characters = files.reduce((sum, file) => sum + file.text.length, 0);
      if (characters > maxCharacters) {
        const params = { megabytes: (characters / 1_000_000).toFixed(1), limit: maxCharacters / 1_000_000 };
        return refused({ severity: 'error', message: message('manifest.limit.characters', params) });
      }
      const sliced: { readonly name: string; readonly slices: readonly DocumentSlice[] }[] = [];
      let budget = maxDocuments;
      for (const file of files) {
        const slices = splitDocuments(file.text, budget);
        budget -= slices.length;
        if (budget < 0) return refused({ severity: 'error', message: message('manifest.limit.documents', { limit: maxDocuments }) });
        sliced.push({ name: file.name, slices });
      }
      const placedNow = new Map<string, readonly PlacedDocument[]>();
      const placed: PlacedDocument[] = [];
      for (const { name, slices } of sliced) {
        const documents = placeFile(name, slices, cache, placedBefore.get(name) ?? []);
        placedNow.set(name, documents);
        placed.push(...documents);
      }
      placedBefore = placedNow;
      cache.settle();
      const distinct = lastOfEach(placed.flatMap((document) => document.resources).map(createNaming()));
      return {
        documents: placed.map(({ document }) => document),
        resources: distinct.resources,
        diagnostics: [...placed.flatMap(({ document }) => document.diagnostics), ...distinct.diagnostics, ...unmodelledDiagnostics(placed)],
      };
    },
  };
}
