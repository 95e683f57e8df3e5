/** What a check found in one object, before its place in a file is known. */
import type { Diagnostic } from '../api/diagnostic.ts';
import { type Message, message } from '../net/message.ts';
import { pointerTokens } from './fieldRanges.ts';

export interface Finding {
  readonly severity: Diagnostic['severity'];
  readonly message: Message;
  /** JSON pointer into the object. */
  readonly pointer: string;
}

/** A JSON pointer as the API server writes paths: "spec.ports[0].port", "metadata.labels[app.kubernetes.io/name]". */
export function fieldPath(pointer: string): string {
  let path = '';
  for (const token of pointerTokens(pointer)) {
    if (/^\d+$/.test(token) || !/^[A-Za-z_$][\w$-]*$/.test(token)) path += `[${token}]`;
    else path += path === '' ? token : `.${token}`;
  }
  return path;
}

const longestShown = 60;

/** A value as it may stand in a sentence: JSON, shortened. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]';
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : '{…}';
  const text = JSON.stringify(value) ?? '';
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}

/** An error about one field; the message gets the field's path as `path`. */
export const fieldError = (code: string, pointer: string, params: Message['params'] = {}): Finding => ({
  severity: 'error',
  message: message(code, { path: fieldPath(pointer), ...params }),
  pointer,
});
