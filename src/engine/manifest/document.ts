/**
 * One YAML or JSON document of a file: its text, its value as kubectl reads it, and where every field stands.
 * A document with a syntax error has no value; its neighbours are unaffected.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { SourceRange } from '../api/origin.ts';

export interface ManifestDocument {
  readonly file: string;
  /** Counts from 0 in its file. */
  readonly index: number;
  readonly range: SourceRange;
  /** Undefined when the document could not be read (see diagnostics); null for an empty one. */
  readonly value: unknown;
  /** The place of a field by JSON pointer ("" is the whole document), or of its nearest parent. */
  readonly rangeOf: (pointer: string) => SourceRange | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** One tab of the editor, one file of the command line. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}
