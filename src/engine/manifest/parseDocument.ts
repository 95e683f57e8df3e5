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
import { lineStartsOf, type RelativeRange, toRange } from './lines.ts';

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

function ranges(text: string, starts: readonly number[], eventsOf: () => readonly Event[]): RangeOf {
  const find = lazy(() => fieldRanges(text, eventsOf()));
  return (pointer) => {
    const span = find()(pointer);
    return span === undefined ? undefined : toRange(starts, span);
  };
}

/** Reads one document. Never throws: whatever is wrong with the text is in `failure`. */
export function parseDocument(text: string): FreshDocument {
  const starts = lineStartsOf(text);
  const whole = toRange(starts, { start: 0, end: text.length });
  const failed = (reason: Message, range: RelativeRange): FreshDocument => {
    const rangeOf = () => range;
    return { parsed: { text, whole, value: undefined, failure: { message: reason, range }, rangeOf }, freshRangeOf: rangeOf };
  };
  let events: Event[] = [];
  try {
    events = parseEvents(text, { maxDepth });
    const values = constructFromEvents(events, { source: text, schema: kubectlSchema, maxAliases });
    invariant(values.length <= 1, 'a slice of a file holds one document');
    const value = values[0] ?? null;
    const freshRangeOf = ranges(text, starts, () => events);
    const problem = events.some((event) => event.type === EVENT_ID.ALIAS) ? aliasProblem(value) : undefined;
    if (problem !== undefined) return failed(problem, freshRangeOf('') ?? whole);
    return { parsed: { text, whole, value, rangeOf: reparsedRanges(text, starts) }, freshRangeOf };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const position = error.mark?.position ?? unsupportedFloatPosition(text, events);
    return failed(syntaxMessage(text, events, error.reason, position), toRange(starts, restOfLine(text, position)));
  }
}

/** Apart from {@link parseDocument}, so that it shares no scope with the first parse's events and keeps none of them alive. */
const reparsedRanges = (text: string, starts: readonly number[]): RangeOf => ranges(text, starts, () => parseEvents(text, { maxDepth }));
