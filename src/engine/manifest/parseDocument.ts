/**
 * One document's text → its value as kubectl reads it, or the first thing that is wrong with it. All places are relative to the
 * document, so that a result stays true while the text around the document changes.
 */
import { constructFromEvents, EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { invariant } from '../../shared/invariant.ts';
import { lazy } from '../../shared/lazy.ts';
import { type Message, message } from '../net/message.ts';
import { type FindSpan, fieldRanges, type TextSpan } from './fieldRanges.ts';
import { isUnsupportedFloat, kubectlSchema, unsupportedFloatReason } from './kubectlSchema.ts';
import { lineStartsOf, type RelativeRange, toRange, wholeRange } from './lines.ts';

export type RangeOf = (pointer: string) => RelativeRange | undefined;

export interface ParsedDocument {
  readonly text: string;
  /** Undefined when `failure` is set; null for an empty document. */
  readonly value: unknown;
  readonly failure?: { readonly message: Message; readonly range: RelativeRange };
  /** The whole text; where it ends the next document starts. */
  readonly whole: RelativeRange;
  /**
   * The place of a field by JSON pointer, or of its nearest parent. The first call parses the text once more: to keep every document's
   * events in memory costs more than that.
   */
  readonly rangeOf: RangeOf;
}

/** A document with its events still at hand: `freshRangeOf` is `rangeOf` for free, to be let go of soon. */
export interface FreshDocument {
  readonly parsed: ParsedDocument;
  readonly freshRangeOf: RangeOf;
}

/** Nesting beyond this is refused: no manifest comes near it, and every later stage walks values recursively. */
const maxDepth = 100;
/** go-yaml refuses a document whose aliases stand for far more than it spells out; these are the same idea with fixed numbers. */
const maxAliases = 10_000;
const maxExpandedNodes = 200_000;
/** js-yaml's own limit for one document. */
const maxTotalMergeKeys = 10_000;

interface Extent {
  readonly size: number;
  readonly depth: number;
}

const endless: Extent = { size: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY };

/**
 * How many nodes a value has, and how deep it is, when every alias is written out. Endless when it contains itself. A shared node is
 * counted once and then remembered, so an alias bomb costs no more than its text.
 */
function expandedExtent(root: unknown): Extent {
  const known = new Map<object, Extent>();
  const extentOf = (value: unknown): Extent => {
    if (typeof value !== 'object' || value === null) return { size: 1, depth: 1 };
    const before = known.get(value);
    if (before !== undefined) return before;
    known.set(value, endless);
    let size = 1;
    let depth = 0;
    for (const member of Object.values(value)) {
      const inner = extentOf(member);
      size += inner.size;
      depth = Math.max(depth, inner.depth);
    }
    const extent = { size, depth: depth + 1 };
    known.set(value, extent);
    return extent;
  };
  return extentOf(root);
}

/** What is wrong with a document's aliases, if anything. */
function aliasProblem(value: unknown): Message | undefined {
  const { size, depth } = expandedExtent(value);
  if (size === Number.POSITIVE_INFINITY) return message('manifest.limit.recursiveAlias');
  if (size > maxExpandedNodes) return message('manifest.limit.expansion', { limit: maxExpandedNodes });
  return depth > maxDepth ? message('manifest.limit.depth', { limit: maxDepth }) : undefined;
}

/** js-yaml's reasons that deserve a sentence of their own; any other is quoted. */
function syntaxMessage(text: string, events: readonly Event[], reason: string, position: number): Message {
  if (reason === 'duplicated mapping key') return message('manifest.syntax.duplicateKey', { key: scalarAt(text, events, position) });
  if (/^unexpected end of the (?:stream|document)/.test(reason) || reason === 'deficient indentation') {
    return message('manifest.syntax.unclosed', { reason });
  }
  if (reason.startsWith('tab characters')) return message('manifest.syntax.tab');
  if (reason.startsWith('bad indentation')) return message('manifest.syntax.indentation', { reason });
  if (reason.startsWith('unidentified alias')) return message('manifest.syntax.unknownAlias', { reason });
  if (reason.includes('maxDepth')) return message('manifest.limit.depth', { limit: maxDepth });
  if (reason.includes('maxAliases') || reason.includes('maxTotalMergeKeys')) return message('manifest.limit.aliases', { reason });
  if (reason === unsupportedFloatReason) return message('manifest.syntax.unsupportedFloat');
  return message('manifest.syntax.invalid', { reason });
}

function scalarAt(text: string, events: readonly Event[], position: number): string {
  const scalar = events.find(
    (event) => event.type === EVENT_ID.SCALAR && (event.valueStart === position || event.valueStart === position + 1),
  );
  return scalar?.type === EVENT_ID.SCALAR ? getScalarValue(text, scalar) : '';
}

/** An infinite or undefined float carries no mark: its place is that of the first such scalar. */
function unsupportedFloatPosition(text: string, events: readonly Event[]): number {
  const found = events.find(
    (event) => event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && isUnsupportedFloat(getScalarValue(text, event)),
  );
  return found?.type === EVENT_ID.SCALAR ? found.valueStart : 0;
}

/** From the position to the end of its line, and at least one character where there is one. */
function restOfLine(text: string, position: number): TextSpan {
  const start = Math.min(position, text.length);
  const rest = /^[^\r\n]*/.exec(text.slice(start))?.[0].trimEnd().length ?? 0;
  return { start, end: Math.min(text.length, start + Math.max(1, rest)) };
}

/**
 * `eventsOf` gives one document's events; their offsets count from `base` in `source`, where the document's text stands. One closure a
 * document and no more until someone asks: there are thousands of them.
 */
function ranges(text: string, source: string, base: number, eventsOf: (text: string) => readonly Event[]): RangeOf {
  let index: { readonly find: FindSpan; readonly starts: readonly number[] } | undefined;
  return (pointer) => {
    index ??= { find: fieldRanges(source, eventsOf(text)), starts: lineStartsOf(text) };
    const span = index.find(pointer);
    return span === undefined ? undefined : toRange(index.starts, { start: span.start - base, end: span.end - base });
  };
}

const parsedAgain = (text: string): readonly Event[] => parseEvents(text, { maxDepth });

function failed(text: string, reason: Message, range: RelativeRange): FreshDocument {
  const rangeOf = (): RelativeRange => range;
  return {
    parsed: { text, whole: wholeRange(text), value: undefined, failure: { message: reason, range }, rangeOf },
    freshRangeOf: rangeOf,
  };
}

function succeeded(text: string, value: unknown, eventsOf: () => readonly Event[], freshRangeOf: RangeOf): FreshDocument {
  const whole = wholeRange(text);
  const hasAliases = text.includes('*') && eventsOf().some((event) => event.type === EVENT_ID.ALIAS);
  const problem = hasAliases ? aliasProblem(value) : undefined;
  if (problem !== undefined) return failed(text, problem, freshRangeOf('') ?? whole);
  return { parsed: { text, whole, value, rangeOf: ranges(text, text, 0, parsedAgain) }, freshRangeOf };
}

/** Reads one document. Never throws: whatever is wrong with the text is in `failure`. */
export function parseDocument(text: string): FreshDocument {
  let events: Event[] = [];
  try {
    events = parseEvents(text, { maxDepth });
    const values = constructFromEvents(events, { source: text, schema: kubectlSchema, maxAliases });
    invariant(values.length <= 1, 'a slice of a file holds one document');
    const eventsOf = (): readonly Event[] => events;
    return succeeded(text, values[0] ?? null, eventsOf, ranges(text, text, 0, eventsOf));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const position = error.mark?.position ?? unsupportedFloatPosition(text, events);
    return failed(text, syntaxMessage(text, events, error.reason, position), toRange(lineStartsOf(text), restOfLine(text, position)));
  }
}

/**
 * js-yaml's cost per call is that of half a Deployment, so documents are parsed together. An error sends the documents that were with it
 * back in smaller batches, and those of its own batch one by one.
 */
const batchSizes: readonly number[] = [1024, 64];
/** Ends a document wherever it stands, so that what one text leaves open cannot reach into the next. */
const endMarker = '...\n';
const startMarkerPattern = /^---[ \t\r\n]/;

/** A document of a batch: its index among the values, and its stretch of the events. */
interface Located {
  readonly document: number;
  readonly from: number;
  readonly to: number;
}

/** Where a node begins, its tag and anchor included; -1 for one without text. */
function offsetOf(event: Event | undefined): number {
  if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return -1;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  const start = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
  return Math.max(start, event.tagStart, event.anchorStart);
}

/** The document of each text, by where the texts begin; undefined for a text that holds none, or an empty one. */
function locate(events: readonly Event[], bases: readonly number[]): readonly (Located | undefined)[] {
  const located: (Located | undefined)[] = bases.map(() => undefined);
  let document = -1;
  let at = 0;
  let last: { readonly document: number; readonly from: number; readonly at: number } | undefined;
  const close = (to: number): void => {
    if (last === undefined) return;
    invariant(located[last.at] === undefined, 'a slice of a file holds one document');
    located[last.at] = { document: last.document, from: last.from, to };
  };
  for (let from = 0; from < events.length; from += 1) {
    if (events[from]?.type !== EVENT_ID.DOCUMENT) continue;
    close(from);
    document += 1;
    const offset = offsetOf(events[from + 1]);
    while (at + 1 < bases.length && (bases[at + 1] ?? 0) <= offset) at += 1;
    // An empty document has no place, and its value is null wherever it stands.
    last = offset === -1 ? undefined : { document, from, at };
  }
  close(events.length);
  return located;
}

/** The texts as one, and where each begins in it. A text that opens with `---` ends the one before by itself, unless that ends in a directive. */
function joined(texts: readonly string[]): { readonly source: string; readonly bases: readonly number[] } {
  const parts: string[] = [];
  const bases: number[] = [];
  let length = 0;
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1];
    const marker = next === undefined || (startMarkerPattern.test(next) && !text.includes('%')) ? '' : endMarker;
    bases.push(length);
    parts.push(text, marker);
    length += text.length + marker.length;
  }
  return { source: parts.join(''), bases };
}

/** Several documents at once; undefined when there is an error in any of them. */
function parseBatch(texts: readonly string[]): readonly FreshDocument[] | undefined {
  const { source, bases } = joined(texts);
  try {
    const events = parseEvents(source, { maxDepth });
    const values = constructFromEvents(events, { source, schema: kubectlSchema, maxAliases, maxTotalMergeKeys });
    const located = lazy(() => locate(events, bases));
    // No text holds two documents, so as many as there are texts means one each; to look at every event would cost more than that is worth.
    const documentOf = (index: number): number | undefined => (values.length === texts.length ? index : located()[index]?.document);
    return texts.map((text, index) => {
      const document = documentOf(index);
      const eventsOf = (): readonly Event[] => {
        const found = located()[index];
        return found === undefined ? [] : events.slice(found.from, found.to);
      };
      const value = document === undefined ? null : (values[document] ?? null);
      return succeeded(text, value, eventsOf, ranges(text, source, bases[index] ?? 0, eventsOf));
    });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return undefined;
  }
}

/**
 * Whether a text says the same among others as alone. Without a line break at its end a block scalar in it would change; and js-yaml does
 * not count the indentation of a stream's first line.
 */
const canBeAmongOthers = (text: string): boolean => text.endsWith('\n') && !/^[ \t\uFEFF]/.test(text);

const chunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/**
 * Reads documents, each as {@link parseDocument} does, and gives what `visit` makes of them, in order. A document's events are gone soon
 * after its visit.
 */
export function parseDocuments<Value>(
  texts: readonly string[],
  visit: (document: FreshDocument) => Value,
  sizes: readonly number[] = batchSizes,
): readonly Value[] {
  const [size, ...smaller] = sizes;
  if (size === undefined) return texts.map((text) => visit(parseDocument(text)));
  const results: Value[] = [];
  for (const batch of chunks(texts, size)) {
    const among = batch.filter(canBeAmongOthers);
    const together = (among.length > 1 ? parseBatch(among) : undefined)?.values();
    if (together === undefined) {
      results.push(...parseDocuments(batch, visit, smaller));
      continue;
    }
    for (const text of batch) {
      const document = canBeAmongOthers(text) ? together.next().value : undefined;
      results.push(visit(document ?? parseDocument(text)));
    }
  }
  return results;
}
