/**
 * `field: null` means to the API server that the field is not set, and as a value of a string map the empty text. Later stages see
 * neither: an object without nulls is returned unchanged. Null items of lists stay, for the type check to refuse.
 */
import type { ActingKind } from '../api/resource.ts';
import { isPlainObject, type PlainObject } from './plainValue.ts';

const textMapFields: ReadonlySet<string> = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector']);

function withoutNullsIn(value: unknown, isTextMap: boolean, fieldIsTextMap: (name: string) => boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withoutNullsIn(item, false, fieldIsTextMap));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isPlainObject(value)) return value;
  let isChanged = false;
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === null) {
      isChanged = true;
      if (isTextMap) entries.push([name, '']);
    } else {
      const cleaned = withoutNullsIn(member, fieldIsTextMap(name), fieldIsTextMap);
      if (cleaned !== member) isChanged = true;
      entries.push([name, cleaned]);
    }
  }
  return isChanged ? Object.fromEntries(entries) : value;
}

/** The object as the API server would store it with regard to nulls. */
export function withoutNulls(kind: ActingKind, value: PlainObject): PlainObject {
  const cleaned = withoutNullsIn(value, false, (name) => textMapFields.has(name) || (kind === 'Service' && name === 'selector'));
  return isPlainObject(cleaned) ? cleaned : value;
}
