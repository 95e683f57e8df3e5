/**
 * What a document says, at its place in a file. Everything remembered about a document is relative to it; here it becomes lines and
 * offsets of the file, and again whenever a text above it changes.
 */
import { invariant } from '../../shared/invariant.ts';
import type { SourceRange } from '../api/origin.ts';
import type { AnyResource, Resource } from '../api/resource.ts';
import type { ManifestDocument } from './document.ts';
import type { DeclaredObject, DocumentContent, ResourceEntry } from './interpretDocument.ts';
import type { RelativeRange } from './lines.ts';

/** A document at its place. `resources` are in the order of `content.resources`. */
export interface PlacedDocument {
  readonly content: DocumentContent;
  readonly document: ManifestDocument;
  readonly resources: readonly AnyResource[];
}

/** Where a document begins in its file: offset from 0, line and column from 1. */
export type Place = Pick<SourceRange, 'file' | 'start' | 'line' | 'column'>;

/** A place in a document as a place in its file. */
export function shifted(place: Place, range: RelativeRange): SourceRange {
  const { file, start, line, column } = place;
  return {
    file,
    start: start + range.start,
    end: start + range.end,
    line: line + range.line,
    column: range.column + (range.line === 0 ? column : 1),
    endLine: line + range.endLine,
    endColumn: range.endColumn + (range.endLine === 0 ? column : 1),
  };
}

/** The same for a place that may be missing, as a member to spread. */
export const shiftedRange = (place: Place, range: RelativeRange | undefined): { readonly range?: SourceRange } =>
  range === undefined ? {} : { range: shifted(place, range) };

/** Whether a resource's kind and object are those of one declared object, which ties the object's type to the kind. */
const isOfDeclared = (resource: Resource, declared: DeclaredObject): resource is AnyResource =>
  resource.kind === declared.kind && resource.object === declared.object;

/** Written out without spreads: this runs for every document below an edit. */
function placeResource(entry: ResourceEntry, document: ManifestDocument): AnyResource {
  const { declared, reference, pointer, range: relative } = entry;
  const { kind, object } = declared;
  const provenance = 'declared';
  const rangeOf = pointer === '' ? document.rangeOf : (field: string) => document.rangeOf(pointer + field);
  const range = relative === undefined ? undefined : shifted(document.range, relative);
  const resource: Resource =
    range === undefined ? { kind, reference, object, provenance, rangeOf } : { kind, reference, object, provenance, range, rangeOf };
  invariant(isOfDeclared(resource, declared), 'a resource is made of one declared object');
  return resource;
}

const none: readonly never[] = [];

/** A document that begins at `place` and is the file's `index`-th. */
export function placeDocument(content: DocumentContent, place: Place, index: number): PlacedDocument {
  const { parsed } = content;
  const range = shifted(place, parsed.whole);
  const document: ManifestDocument = {
    file: range.file,
    index,
    range,
    value: parsed.value,
    rangeOf: (pointer) => {
      const relative = parsed.rangeOf(pointer);
      return relative === undefined ? undefined : shifted(range, relative);
    },
    diagnostics:
      content.diagnostics.length === 0
        ? none
        : content.diagnostics.map(({ range: relative, ...diagnostic }) => ({ ...diagnostic, ...shiftedRange(range, relative) })),
  };
  const resources = content.resources.length === 0 ? none : content.resources.map((entry) => placeResource(entry, document));
  return { content, document, resources };
}
