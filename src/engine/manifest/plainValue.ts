/** Reading `unknown` values that came from YAML or JSON: plain objects, lists, scalars. */
import { pointerTokens } from './fieldRanges.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

export const isPlainObject = (value: unknown): value is PlainObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member by its own name; undefined when the value is no object or lacks it. */
export const memberOf = (value: unknown, key: string): unknown =>
  isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** The value at a JSON pointer, or undefined. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const token of pointerTokens(pointer)) {
    value = Array.isArray(value) ? (/^\d+$/.test(token) ? value[Number(token)] : undefined) : memberOf(value, token);
  }
  return value;
}
