/**
 * `y`, `no`, `on` and their like are booleans to kubectl, which then refuses them where text is required (`name: y`). The author meant
 * the word, and most other YAML readers take it so: here the field is read as its text, with a warning that kubectl would not.
 */
import { message } from '../net/message.ts';
import { pointerTokens } from './fieldRanges.ts';
import { type Finding, fieldPath } from './finding.ts';
import { isPlainObject, type PlainObject, valueAt } from './plainValue.ts';

export type TextOf = (pointer: string) => string | undefined;

/** The words of YAML 1.1 that YAML 1.2 reads as text. */
const wordPattern = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/;

function withText(value: unknown, tokens: readonly string[], text: string): unknown {
  const [token, ...rest] = tokens;
  if (token === undefined) return text;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (String(index) === token ? withText(item, rest, text) : item));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, key === token ? withText(member, rest, text) : member]));
}

/** The object with such words as text wherever `wrong` says that text is required, and a warning for each. */
export function withWordsAsText(
  object: PlainObject,
  wrong: readonly Finding[],
  textOf: TextOf,
): { readonly value: PlainObject; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  let value: unknown = object;
  for (const { message: found, pointer } of wrong) {
    const read = valueAt(object, pointer);
    if (found.code !== 'manifest.field.notString' || typeof read !== 'boolean') continue;
    const word = textOf(pointer) ?? '';
    if (!wordPattern.test(word)) continue;
    value = withText(value, pointerTokens(pointer), word);
    const params = { path: fieldPath(pointer), word, value: String(read) };
    findings.push({ severity: 'warning', message: message('manifest.field.wordAsText', params), pointer });
  }
  return { value: isPlainObject(value) ? value : object, findings };
}
