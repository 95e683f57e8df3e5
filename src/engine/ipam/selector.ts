/**
 * Calico's selector expressions over labels: all(), has(x), x == 'y', !=, in {…}, not in {…}, contains, starts with, ends with, !, &&, ||
 * and parentheses (libcalico-go lib/selector). global() is not modelled: it has no meaning for nodes.
 */
import { err, ok, type Result } from '../../shared/result.ts';

export type Labels = Readonly<Record<string, string>>;
export type Selector = (labels: Labels) => boolean;

/** Reads an expression; the error is the text at which reading stopped. An empty expression selects everything. */
export function parseSelector(text: string): Result<Selector, string> {
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  if (tokens.value.length === 0) return ok(() => true);
  const parser = { tokens: tokens.value, position: 0 };
  const selector = parseOr(parser);
  const left = parser.tokens[parser.position];
  if (selector === undefined || left !== undefined) return err(left?.text ?? 'end of the expression');
  return ok(selector);
}

interface Token {
  readonly kind: 'symbol' | 'label' | 'value';
  readonly text: string;
}
interface Parser {
  readonly tokens: readonly Token[];
  position: number;
}

const tokenPattern = /\s*(?:(&&|\|\||==|!=|[!(){},])|'([^']*)'|"([^"]*)"|([A-Za-z0-9_][A-Za-z0-9_./-]*))/y;

function tokenize(text: string): Result<readonly Token[], string> {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const from = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) return err(text.slice(from).trim());
    const [, symbol, single, double, label] = match;
    if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
    else if (label !== undefined) tokens.push({ kind: 'label', text: label });
    else tokens.push({ kind: 'value', text: single ?? double ?? '' });
  }
  return ok(tokens);
}

function take(parser: Parser, kind: Token['kind'], text?: string): string | undefined {
  const token = parser.tokens[parser.position];
  if (token === undefined || token.kind !== kind || (text !== undefined && token.text !== text)) return undefined;
  parser.position += 1;
  return token.text;
}

function parseOr(parser: Parser): Selector | undefined {
  const alternatives = parseList(parser, '||', parseAnd);
  return alternatives && ((labels) => alternatives.some((selector) => selector(labels)));
}

function parseAnd(parser: Parser): Selector | undefined {
  const conditions = parseList(parser, '&&', parseOperand);
  return conditions && ((labels) => conditions.every((selector) => selector(labels)));
}

function parseList(
  parser: Parser,
  separator: string,
  parseItem: (parser: Parser) => Selector | undefined,
): readonly Selector[] | undefined {
  const items: Selector[] = [];
  do {
    const item = parseItem(parser);
    if (item === undefined) return undefined;
    items.push(item);
  } while (take(parser, 'symbol', separator) !== undefined);
  return items;
}

function parseOperand(parser: Parser): Selector | undefined {
  if (take(parser, 'symbol', '!') !== undefined) {
    const negated = parseOperand(parser);
    return negated && ((labels) => !negated(labels));
  }
  if (take(parser, 'symbol', '(') !== undefined) {
    const inner = parseOr(parser);
    return take(parser, 'symbol', ')') === undefined ? undefined : inner;
  }
  const label = take(parser, 'label');
  if (label === undefined) return undefined;
  return (label === 'all' || label === 'has') && take(parser, 'symbol', '(') !== undefined
    ? parseCall(parser, label)
    : parseComparison(parser, label);
}

function parseCall(parser: Parser, name: 'all' | 'has'): Selector | undefined {
  const argument = name === 'has' ? take(parser, 'label') : undefined;
  if (take(parser, 'symbol', ')') === undefined) return undefined;
  if (name === 'all') return () => true;
  return argument === undefined ? undefined : (labels) => labels[argument] !== undefined;
}

/** A missing label satisfies != and "not in", as in Kubernetes. */
function parseComparison(parser: Parser, label: string): Selector | undefined {
  for (const operator of ['==', '!='] as const) {
    if (take(parser, 'symbol', operator) === undefined) continue;
    const value = take(parser, 'value');
    return value === undefined ? undefined : (labels) => (labels[label] === value) === (operator === '==');
  }
  if (take(parser, 'label', 'contains') !== undefined) return parseText(parser, label, (actual, part) => actual.includes(part));
  if (take(parser, 'label', 'starts') !== undefined) {
    return take(parser, 'label', 'with') === undefined ? undefined : parseText(parser, label, (actual, part) => actual.startsWith(part));
  }
  if (take(parser, 'label', 'ends') !== undefined) {
    return take(parser, 'label', 'with') === undefined ? undefined : parseText(parser, label, (actual, part) => actual.endsWith(part));
  }
  const negated = take(parser, 'label', 'not') !== undefined;
  if (take(parser, 'label', 'in') === undefined) return undefined;
  const values = parseSet(parser);
  return values && ((labels) => isMember(values, labels[label]) !== negated);
}

const isMember = (values: ReadonlySet<string>, value: string | undefined): boolean => value !== undefined && values.has(value);

function parseText(parser: Parser, label: string, holds: (actual: string, part: string) => boolean): Selector | undefined {
  const part = take(parser, 'value');
  if (part === undefined) return undefined;
  return (labels) => {
    const actual = labels[label];
    return actual !== undefined && holds(actual, part);
  };
}

function parseSet(parser: Parser): ReadonlySet<string> | undefined {
  if (take(parser, 'symbol', '{') === undefined) return undefined;
  const values = new Set<string>();
  while (take(parser, 'symbol', '}') === undefined) {
    const value = take(parser, 'value');
    if (value === undefined) return undefined;
    values.add(value);
    take(parser, 'symbol', ',');
  }
  return values;
}
