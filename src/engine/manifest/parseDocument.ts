/**
 * One document's text → its value as kubectl reads it, or the first thing that is wrong with it. All places are relative to the
 * document, so that a result stays true while the text around the document changes.
 */
import { constructFromEvents, EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { invariant } from '../../shared/invariant.ts';
import { lazy } from '../../shared/lazy.ts';
import { type Message, message } from '../net/message.ts';
import { fieldRanges, type TextSpan } from './fieldRanges.ts';
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

/** `eventsOf` gives one document's events; their offsets count from `base` in `source`, where the document's text stands. */
function ranges(text: string, source: string, base: number, eventsOf: () => readonly Event[]): RangeOf {
  const find = lazy(() => fieldRanges(source, eventsOf()));
  const starts = lazy(() => lineStartsOf(text));
  return (pointer) => {
    const span = find()(pointer);
    return span === undefined ? undefined : toRange(starts(), { start: span.start - base, end: span.end - base });
  };
}

/** Apart from the first parse, so that it shares no scope with that one's events and keeps none of them alive. */
const reparsedRanges = (text: string): RangeOf => ranges(text, text, 0, () => parseEvents(text, { maxDepth }));

function failed(text: string, reason: Message, range: RelativeRange): FreshDocument {
  const rangeOf = (): RelativeRange => range;
  return {
    parsed: { text, whole: wholeRange(text), value: undefined, failure: { message: reason, range }, rangeOf },
    freshRangeOf: rangeOf,
  };
}

function succeeded(text: string, value: unknown, hasAliases: boolean, freshRangeOf: RangeOf): FreshDocument {
  const whole = wholeRange(text);
  const problem = hasAliases ? aliasProblem(value) : undefined;
  if (problem !== undefined) return failed(text, problem, freshRangeOf('') ?? whole);
  return { parsed: { text, whole, value, rangeOf: reparsedRanges(text) }, freshRangeOf };
}

const isAlias = (event: Event): boolean => event.type === EVENT_ID.ALIAS;

/** Reads one document. Never throws: whatever is wrong with the text is in `failure`. */
export function parseDocument(text: string): FreshDocument {
  let events: Event[] = [];
  try {
    events = parseEvents(text, { maxDepth });
    const values = constructFromEvents(events, { source: text, schema: kubectlSchema, maxAliases });
    invariant(values.length <= 1, 'a slice of a file holds one document');
    return succeeded(
      text,
      values[0] ?? null,
      events.some(isAlias),
      ranges(text, text, 0, () => events),
    );
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const position = error.mark?.position ?? unsupportedFloatPosition(text, events);
    return failed(text, syntaxMessage(text, events, error.reason, position), toRange(lineStartsOf(text), restOfLine(text, position)));
  }
}

/** js-yaml's cost per call is that of half a Deployment, so documents are parsed together; an error sends only its batch back to one by one. */
const batchSize = 64;
/** Ends a document wherever it stands, so that what one text leaves open cannot reach into the next. */
const endMarker = '...\n';

interface Located {
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
  readonly hasAliases: boolean;
}

const offsetOf = (event: Event | undefined): number => {
  if (event === undefined) return -1;
  const places = [
    'start' in event ? event.start : -1,
    'valueStart' in event ? event.valueStart : -1,
    'tagStart' in event ? event.tagStart : -1,
    'anchorStart' in event ? event.anchorStart : -1,
  ].filter((place) => place >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
};

/** Each document's value and its stretch of the events, by the place of its text; undefined when one text held several. */
function locate(
  events: readonly Event[],
  values: readonly unknown[],
  bases: readonly number[],
): readonly (Located | undefined)[] | undefined {
  const located: (Located | undefined)[] = bases.map(() => undefined);
  let document = -1;
  let from = 0;
  let depth = 0;
  let hasAliases = false;
  let at = 0;
  for (const [index, event] of events.entries()) {
    if (event.type === EVENT_ID.DOCUMENT) {
      document += 1;
      from = index;
      hasAliases = false;
    }
    if (event.type === EVENT_ID.ALIAS) hasAliases = true;
    if (event.type === EVENT_ID.POP) depth -= 1;
    else if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) depth += 1;
    if (depth > 0 || event.type !== EVENT_ID.POP) continue;
    const offset = offsetOf(events[from + 1]);
    // An empty document has no place, and its value is null wherever it stands.
    if (offset === -1) continue;
    while (at + 1 < bases.length && (bases[at + 1] ?? 0) <= offset) at += 1;
    if (located[at] !== undefined) return undefined;
    located[at] = { value: values[document] ?? null, from, to: index + 1, hasAliases };
  }
  return located;
}

/** Several documents at once; undefined when there is an error in any of them. */
function parseBatch(texts: readonly string[]): readonly FreshDocument[] | undefined {
  const source = texts.join(endMarker);
  const bases: number[] = [];
  let base = 0;
  for (const text of texts) {
    bases.push(base);
    base += text.length + endMarker.length;
  }
  try {
    const events = parseEvents(source, { maxDepth });
    const values = constructFromEvents(events, { source, schema: kubectlSchema, maxAliases, maxTotalMergeKeys });
    return locate(events, values, bases)?.map((found, index) => {
      const text = texts[index] ?? '';
      if (found === undefined) return succeeded(text, null, false, () => undefined);
      const freshRangeOf = ranges(text, source, bases[index] ?? 0, () => events.slice(found.from, found.to));
      return succeeded(text, found.value, found.hasAliases, freshRangeOf);
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

/**
 * Reads documents, each as {@link parseDocument} does, and gives what `visit` makes of them, in order. A document's events are gone soon
 * after its visit.
 */
export function parseDocuments<Value>(texts: readonly string[], visit: (document: FreshDocument) => Value): readonly Value[] {
  const results: Value[] = [];
  for (let first = 0; first < texts.length; first += batchSize) {
    const batch = texts.slice(first, first + batchSize);
    const among = batch.filter(canBeAmongOthers);
    const together = (among.length > 1 ? parseBatch(among) : undefined)?.values();
    for (const text of batch) {
      const document = together !== undefined && canBeAmongOthers(text) ? together.next().value : undefined;
      results.push(visit(document ?? parseDocument(text)));
    }
  }
  return results;
}
