/**
 * An object's fields against those its kind has: unknown ones are named and taken out, as the API server prunes them, and nulls are
 * resolved: `field: null` means not set, and in a map of texts the empty text. Null items of lists stay, for the type check to refuse.
 * The table of fields is generated from kubernetes-models (`npm run schemas`).
 */

import { pointerToken } from './fieldRanges.ts';
import fieldTable from './fieldTable.json' with { type: 'json' };
import { type Finding, fieldError } from './finding.ts';
import { isPlainObject, type PlainObject } from './plainValue.ts';
import type { BuiltInKind } from './validateTypes.ts';

type FieldTypes = Readonly<Record<string, string>>;

const kindTypes: { readonly [Kind in BuiltInKind]: number } = fieldTable.kinds;
const types: readonly FieldTypes[] = fieldTable.types.map((fields) => Object.fromEntries(Object.entries(fields)));

/** How many single-letter changes turn one word into the other; stops counting above `limit`. */
function distance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? limit + 1;
}

/** The known field that a mistyped one most resembles, if any does. */
function nearest(name: string, fields: FieldTypes): string | undefined {
  const limit = name.length <= 4 ? 1 : 2;
  let best: { readonly field: string; readonly distance: number } | undefined;
  for (const field of Object.keys(fields)) {
    const found = field.toLowerCase() === name.toLowerCase() ? 0 : distance(name, field, limit);
    if (found <= limit && (best === undefined || found < best.distance)) best = { field, distance: found };
  }
  return best?.field;
}

function unknownField(name: string, fields: FieldTypes, pointer: string): Finding {
  const near = nearest(name, fields);
  return near === undefined ? fieldError('manifest.field.unknown', pointer) : fieldError('manifest.field.unknownNear', pointer, { near });
}

interface Walk {
  readonly findings: Finding[];
}

/** `holds` is the table's word for what the value is; unchanged values keep their identity. */
function fitted(walk: Walk, value: unknown, holds: string, pointer: string): unknown {
  if (holds === '' || holds === 's') return value;
  const inner = holds.slice(1);
  if (holds.startsWith('[')) {
    if (!Array.isArray(value) || inner === '') return value;
    const items = value.map((item: unknown, index) => fitted(walk, item, inner, `${pointer}/${index}`));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isPlainObject(value)) return value;
  const isMap = holds.startsWith('{');
  const fields = isMap ? undefined : types[Number(holds)];
  const members: [string, unknown][] = [];
  let isChanged = false;
  for (const [name, member] of Object.entries(value)) {
    const path = `${pointer}/${pointerToken(name)}`;
    const type = fields === undefined ? inner : Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (type === undefined && fields !== undefined) {
      walk.findings.push(unknownField(name, fields, path));
      isChanged = true;
    } else if (member === null) {
      isChanged = true;
      if (isMap && type === 's') members.push([name, '']);
    } else {
      const kept = fitted(walk, member, type ?? '', path);
      if (kept !== member) isChanged = true;
      members.push([name, kept]);
    }
  }
  return isChanged ? Object.fromEntries(members) : value;
}

/** The object with known fields only and without nulls, and what was unknown in it. */
export function fitFields(kind: BuiltInKind, value: PlainObject): { readonly value: PlainObject; readonly findings: readonly Finding[] } {
  const walk: Walk = { findings: [] };
  const kept = fitted(walk, value, String(kindTypes[kind]), '');
  return { value: isPlainObject(kept) ? kept : value, findings: walk.findings };
}

/** The same for documents whose fields are checked by their shape: nulls mean "not set" everywhere. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value);
  const kept = members.filter(([, member]) => member !== null).map(([name, member]): [string, unknown] => [name, withoutNulls(member)]);
  return kept.length === members.length && kept.every(([name, member]) => member === value[name]) ? value : Object.fromEntries(kept);
}
