/** Lines and columns of a document's text, from its start. */
import type { TextSpan } from './fieldRanges.ts';

/** A place in a document: offsets from its start; line and column from 0. */
export interface RelativeRange {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Offsets at which lines start; \n, \r\n and \r break lines, as in YAML. */
export function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  if (text.includes('\r')) {
    for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  } else {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  }
  return starts;
}

/** The whole of a text, without building the index of its lines. */
export function wholeRange(text: string): RelativeRange {
  const end = text.length;
  if (text.includes('\r')) return toRange(lineStartsOf(text), { start: 0, end });
  let endLine = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', lineStart)) {
    endLine += 1;
    lineStart = at + 1;
  }
  return { start: 0, end, line: 0, column: 0, endLine, endColumn: end - lineStart };
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A span with its lines and columns; `starts` are those of the same text. */
export function toRange(starts: readonly number[], { start, end }: TextSpan): RelativeRange {
  const line = lineAt(starts, start);
  const endLine = lineAt(starts, end);
  return { start, end, line, column: start - (starts[line] ?? 0), endLine, endColumn: end - (starts[endLine] ?? 0) };
}
