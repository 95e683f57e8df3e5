/**
 * Finds where a field stands in a document's text, by JSON pointer, from the parser's events. Built when someone asks: parsing pays
 * nothing for it. A value that comes from an alias or a merge key is found where its anchor wrote it.
 */
import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { lazy } from '../../shared/lazy.ts';
import { keyName } from './kubectlSchema.ts';

/** Offsets in the document's own text; `end` is exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

export type FindSpan = (pointer: string) => TextSpan | undefined;

const noPlace = -1;
const mergeKey = '<<';

interface EventIndex {
  /** For each event, the index of the event after its node. */
  readonly after: Int32Array;
  /** For each event, the offset at which its node ends; -1 for a node without text. */
  readonly ends: Int32Array;
}

const unescapeToken = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** A JSON pointer's parts, unescaped: "/metadata/labels/a~1b" is metadata, labels, a/b. */
export const pointerTokens = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((token) => (token.includes('~') ? unescapeToken(token) : token));

/** One part of a JSON pointer, escaped. */
export const pointerToken = (key: string | number): string => String(key).replaceAll('~', '~0').replaceAll('/', '~1');

function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.SCALAR: {
      const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
      return event.valueStart === noPlace ? noPlace : event.valueStart - (isQuoted ? 1 : 0);
    }
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    default:
      return noPlace;
  }
}

function scalarEnd(text: string, event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): number {
  if (event.valueStart === noPlace) return Math.max(event.tagEnd, event.anchorEnd);
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) return event.valueEnd + 1;
  let end = event.valueEnd;
  // A block scalar's last line breaks are no part of what a reader wants marked.
  while (end > event.valueStart && /\s/.test(text[end - 1] ?? '')) end -= 1;
  return end;
}

/** The offset after the bracket that closes a flow collection whose last content ends at `offset`. */
function flowEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length) {
    const character = text[at];
    if (character === ']' || character === '}') return at + 1;
    if (character === '#' && /\s/.test(text[at - 1] ?? ' ')) {
      while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at += 1;
    } else {
      at += 1;
    }
  }
  return text.length;
}

function indexEvents(text: string, events: readonly Event[]): EventIndex {
  const after = new Int32Array(events.length);
  const ends = new Int32Array(events.length).fill(noPlace);
  const open: { index: number; end: number }[] = [];
  const close = (index: number, next: number, end: number): void => {
    after[index] = next;
    ends[index] = end;
    const parent = open.at(-1);
    if (parent !== undefined) parent.end = Math.max(parent.end, end);
  };
  for (const [index, event] of events.entries()) {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        close(index, index + 1, scalarEnd(text, event));
        break;
      case EVENT_ID.ALIAS:
        close(index, index + 1, event.anchorEnd);
        break;
      case EVENT_ID.POP: {
        const node = open.pop();
        if (node === undefined) break;
        const opening = events[node.index];
        const isFlow =
          opening !== undefined &&
          (opening.type === EVENT_ID.MAPPING || opening.type === EVENT_ID.SEQUENCE) &&
          /[[{]/.test(text[opening.start] ?? '');
        close(node.index, index + 1, isFlow ? flowEnd(text, Math.max(node.end, startOf(opening) + 1)) : node.end);
        break;
      }
      default:
        open.push({ index, end: noPlace });
    }
  }
  return { after, ends };
}

/**
 * The whole document's span without an index of its fields, for that is what every object is asked for: from its first node to its last
 * scalar. Undefined where a bracket, a comment or a value without text follows and it takes more to tell.
 */
function wholeSpan(text: string, events: readonly Event[]): TextSpan | undefined {
  const root = events[1];
  const last = events.findLast((event) => event.type !== EVENT_ID.POP);
  if (root === undefined || last?.type !== EVENT_ID.SCALAR || last.valueStart === noPlace) return undefined;
  const start = startOf(root);
  const end = scalarEnd(text, last);
  let next = end;
  while (isBlank(text.charCodeAt(next))) next += 1;
  return start === noPlace || ',]}#'.includes(text[next] ?? ' ') ? undefined : { start, end: Math.max(start, end) };
}

const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** The lookup for one document. `events` are those of `text`, which holds exactly one YAML document. */
export function fieldRanges(text: string, events: readonly Event[]): FindSpan {
  const indexed = lazy(() => indexEvents(text, events));
  const nextOf = (node: number): number => indexed().after[node] ?? events.length;

  const spanOf = (node: number): TextSpan | undefined => {
    const event = events[node];
    const end = indexed().ends[node] ?? noPlace;
    const start = event === undefined ? noPlace : startOf(event);
    return start === noPlace || end === noPlace ? undefined : { start, end: Math.max(start, end) };
  };

  // What has many children is asked for many of them: a List of thousands of objects.
  const knownChildren = new Map<number, readonly number[]>();
  const children = (index: number): readonly number[] => {
    const known = knownChildren.get(index);
    if (known !== undefined) return known;
    const found: number[] = [];
    for (let child = index + 1; child < nextOf(index) - 1; child = nextOf(child)) found.push(child);
    knownChildren.set(index, found);
    return found;
  };

  /** The node that an alias stands for: the last one before it that carries its anchor. */
  const target = (index: number): number => {
    const alias = events[index];
    if (alias?.type !== EVENT_ID.ALIAS) return index;
    const name = text.slice(alias.anchorStart, alias.anchorEnd);
    for (let before = index - 1; before >= 0; before -= 1) {
      const event = events[before];
      if (
        event !== undefined &&
        event.type !== EVENT_ID.ALIAS &&
        'anchorStart' in event &&
        text.slice(event.anchorStart, event.anchorEnd) === name
      ) {
        return before;
      }
    }
    return index;
  };

  const keyText = (index: number): string | undefined => {
    const event = events[target(index)];
    return event?.type === EVENT_ID.SCALAR ? keyName(getScalarValue(text, event), event.style === SCALAR_STYLE.PLAIN) : undefined;
  };

  interface Place {
    readonly value: number;
    readonly key: number | undefined;
  }

  const knownMembers = new Map<number, ReadonlyMap<string, Place>>();
  const members = (mapping: number): ReadonlyMap<string, Place> => {
    const known = knownMembers.get(mapping);
    if (known !== undefined) return known;
    const found = new Map<string, Place>();
    const nodes = children(mapping);
    for (let at = 0; at + 1 < nodes.length; at += 2) {
      const [key, value] = [nodes[at] ?? mapping, nodes[at + 1] ?? mapping];
      const name = keyText(key);
      if (name !== undefined) found.set(name, { value, key });
    }
    knownMembers.set(mapping, found);
    return found;
  };

  const member = (mapping: number, key: string): Place | undefined => {
    const found = members(mapping);
    const merged = found.get(mergeKey);
    return found.get(key) ?? (merged === undefined ? undefined : mergedMember(target(merged.value), key));
  };

  const mergedMember = (source: number, key: string): Place | undefined => {
    if (events[source]?.type === EVENT_ID.MAPPING) return member(source, key);
    if (events[source]?.type !== EVENT_ID.SEQUENCE) return undefined;
    for (const element of children(source)) {
      const found = member(target(element), key);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const step = (node: number, token: string): Place | undefined => {
    const type = events[node]?.type;
    if (type === EVENT_ID.MAPPING) return member(node, token);
    if (type !== EVENT_ID.SEQUENCE || !/^\d+$/.test(token)) return undefined;
    const value = children(node)[Number(token)];
    return value === undefined ? undefined : { value, key: undefined };
  };

  const whole = lazy(() => wholeSpan(text, events) ?? spanOf(1));

  return (pointer) => {
    let node = 1;
    let span = whole();
    for (const token of pointerTokens(pointer)) {
      const place = step(target(node), token);
      if (place === undefined) return span;
      node = place.value;
      span = spanOf(node) ?? (place.key === undefined ? span : spanOf(place.key));
    }
    return span;
  };
}
