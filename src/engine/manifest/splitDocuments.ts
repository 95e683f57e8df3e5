/**
 * Cuts a file's text into its documents without parsing it: at `---` and after `...` where they stand at the start of a line (YAML
 * reserves them there, inside scalars too), and between JSON objects written one after the other. A marker that only follows comments
 * or directives opens the same document.
 */

/** One document's text and its offset in the file, in UTF-16 code units. */
export interface DocumentSlice {
  readonly start: number;
  readonly text: string;
}

const markerPattern = /^\uFEFF?(---|\.\.\.)(?![^ \t\r\n])/gm;
const onlyCommentsPattern = /^(?:\uFEFF?[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)|%[^\r\n]*(?:\r\n|\n|\r|$))*$/;
const jsonStartPattern = /^(?:\uFEFF|\s|#[^\r\n]*(?:[\r\n]|$)|---(?=[ \t\r\n]))*\{/;

const isLineStart = (text: string, offset: number): boolean => offset === 0 || text[offset - 1] === '\n' || text[offset - 1] === '\r';

/** Offsets at which a document begins, in order; at most `limit` + 1 of them. */
function documentStarts(text: string, limit: number): readonly number[] {
  const starts = [0];
  let current = 0;
  let isOpen = true;
  markerPattern.lastIndex = 0;
  for (let match = markerPattern.exec(text); match !== null && starts.length <= limit; match = markerPattern.exec(text)) {
    // The pattern's line starts include U+2028 and U+2029, which break no YAML line.
    if (!isLineStart(text, match.index)) continue;
    if (match[1] === '...') {
      const lineEnd = text.slice(match.index).search(/[\r\n]/);
      if (lineEnd === -1) break;
      const next = match.index + lineEnd + (text.startsWith('\r\n', match.index + lineEnd) ? 2 : 1);
      if (text.slice(next).trim() === '') break;
      starts.push(next);
      current = next;
      isOpen = true;
    } else if (isOpen && onlyCommentsPattern.test(text.slice(current, match.index))) {
      isOpen = false;
    } else {
      starts.push(match.index);
      current = match.index;
      isOpen = false;
    }
  }
  return starts;
}

/** Where further JSON objects begin in a text that starts with one; kubectl reads such a stream one by one. */
function jsonObjectStarts(text: string): readonly number[] {
  const starts: number[] = [];
  const tokens = /"(?:[^"\\]+|\\[\s\S])*"|[{}[\]]|[^\s"{}[\],:]+/g;
  let depth = 0;
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const token = match[0];
    if (token === '{' && depth === 0) starts.push(match.index);
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    // Anything else between objects is no JSON stream: let the YAML reader say what is wrong with it.
    if (depth < 0 || (depth === 0 && starts.length > 0 && token !== '}')) return [];
  }
  return starts.slice(1);
}

/**
 * The documents of a text, in order, covering it without gaps. An empty text has one empty document. Stops after `limit` + 1 documents,
 * so that a caller can refuse more than `limit` of them without paying for all.
 */
export function splitDocuments(text: string, limit: number): readonly DocumentSlice[] {
  const slices: DocumentSlice[] = [];
  const starts = documentStarts(text, limit);
  for (const [index, start] of starts.entries()) {
    const document = text.slice(start, starts[index + 1]);
    const edges = [0, ...(jsonStartPattern.test(document) ? jsonObjectStarts(document) : []), document.length];
    for (let edge = 0; edge + 1 < edges.length && slices.length <= limit; edge += 1) {
      const offset = edges[edge] ?? 0;
      slices.push({ start: start + offset, text: document.slice(offset, edges[edge + 1]) });
    }
  }
  return slices;
}
