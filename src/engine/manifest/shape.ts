/**
 * A small description of what a document may hold, and the check against it: for the documents that have no generated validator.
 * Fields that are known but not modelled are named once per document, where they are set to something.
 */
import { message } from '../net/message.ts';
import { pointerToken } from './fieldRanges.ts';
import { type Finding, fieldError, fieldPath, shownValue } from './finding.ts';
import { isPlainObject, type PlainObject } from './plainValue.ts';

export type Shape =
  | { readonly type: 'string'; readonly oneOf?: readonly string[]; readonly code?: string; readonly accepts?: (text: string) => boolean }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'list'; readonly items: Shape }
  | { readonly type: 'map'; readonly values: Shape }
  | ObjectShape;

export interface ObjectShape {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Fields that have no effect on the network: accepted without a word. */
  readonly quiet?: readonly string[];
  /** Fields that have an effect which is not modelled. */
  readonly notModelled?: readonly string[];
}

export const text: Shape = { type: 'string' };
export const flag: Shape = { type: 'boolean' };
export const textList: Shape = { type: 'list', items: text };
export const textMap: Shape = { type: 'map', values: text };

/** Whether a field says nothing: what a program writes out for a default of its own. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isEmpty);
  if (isPlainObject(value)) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === '' || value === '0s' || value === 0 || value === false;
}

function checkObject(shape: ObjectShape, value: PlainObject, pointer: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const name of shape.required ?? []) {
    if (!Object.hasOwn(value, name)) findings.push(fieldError('manifest.field.required', `${pointer}/${name}`));
  }
  for (const [name, member] of Object.entries(value)) {
    const path = `${pointer}/${pointerToken(name)}`;
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (field !== undefined) {
      findings.push(...shapeFindings(field, member, path));
    } else if (shape.notModelled?.includes(name)) {
      if (!isEmpty(member)) {
        findings.push({ severity: 'info', message: message('manifest.field.notModelled', { path: fieldPath(path) }), pointer: path });
      }
    } else if (!shape.quiet?.includes(name)) {
      findings.push(fieldError('manifest.field.unknown', path));
    }
  }
  return findings;
}

function checkText(shape: Extract<Shape, { type: 'string' }>, value: unknown, pointer: string): readonly Finding[] {
  if (typeof value !== 'string') return [fieldError('manifest.field.notString', pointer, { value: shownValue(value) })];
  if (shape.oneOf !== undefined && !shape.oneOf.includes(value)) {
    const allowed = shape.oneOf.map((option) => (option === '' ? '""' : option)).join(', ');
    return [fieldError('manifest.field.notOneOf', pointer, { value: shownValue(value), allowed })];
  }
  if (shape.accepts !== undefined && !shape.accepts(value)) {
    return [fieldError(shape.code ?? 'manifest.field.wrongFormat', pointer, { value: shownValue(value) })];
  }
  return [];
}

/** What is wrong or not modelled in a value. Unknown and wrong fields are errors. */
export function shapeFindings(shape: Shape, value: unknown, pointer = ''): readonly Finding[] {
  const params = { value: shownValue(value) };
  switch (shape.type) {
    case 'string':
      return checkText(shape, value, pointer);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [fieldError('manifest.field.notBoolean', pointer, params)];
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return [fieldError('manifest.field.notInteger', pointer, params)];
      if (value >= shape.minimum && value <= shape.maximum) return [];
      return [fieldError('manifest.field.outOfRange', pointer, { ...params, minimum: shape.minimum, maximum: shape.maximum })];
    case 'list':
      if (!Array.isArray(value)) return [fieldError('manifest.field.notList', pointer, params)];
      return value.flatMap((item: unknown, index) => shapeFindings(shape.items, item, `${pointer}/${index}`));
    case 'map':
      if (!isPlainObject(value)) return [fieldError('manifest.field.notMapping', pointer, params)];
      return Object.entries(value).flatMap(([key, member]) => shapeFindings(shape.values, member, `${pointer}/${pointerToken(key)}`));
    case 'object':
      return isPlainObject(value) ? checkObject(shape, value, pointer) : [fieldError('manifest.field.notMapping', pointer, params)];
  }
}
