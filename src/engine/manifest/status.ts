/**
 * Statuses that do not hold together. The API server sets status itself and takes none from a manifest, so a manifest's half-written
 * one (`status: {}` is what many programs write) must not cost the object: the part that is wrong is left out, with a warning.
 */
import { message } from '../net/message.ts';
import { pointerToken, pointerTokens } from './fieldRanges.ts';
import { type Finding, fieldPath } from './finding.ts';
import { isPlainObject, type PlainObject } from './plainValue.ts';
import { type BuiltInKind, typeFindings } from './validateTypes.ts';

export interface StatusChecked {
  readonly value: PlainObject;
  /** Everything that is wrong with the object's types, and warnings for what was left out of the status. */
  readonly findings: readonly Finding[];
}

const isInStatus = ({ pointer }: Finding): boolean => pointer === '/status' || pointer.startsWith('/status/');

const omit = (value: PlainObject, name: string): PlainObject => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

function leftOut(pointer: string, because: Finding): Finding {
  return {
    severity: 'warning',
    message: message('manifest.status.leftOut', { path: fieldPath(pointer), wrong: fieldPath(because.pointer) }),
    pointer,
  };
}

/** The object with a status of the right type, or none. */
export function checkTypes(kind: BuiltInKind, value: PlainObject): StatusChecked {
  const found = typeFindings(kind, value);
  const first = found.find(isInStatus);
  if (first === undefined) return { value, findings: found };
  const { status } = value;
  const withoutStatus = omit(value, 'status');
  if (!isPlainObject(status)) return { value: withoutStatus, findings: [...typeFindings(kind, withoutStatus), leftOut('/status', first)] };
  const findings: Finding[] = [];
  let kept = status;
  for (const finding of found.filter(isInStatus)) {
    const name = pointerTokens(finding.pointer)[1] ?? '';
    if (!Object.hasOwn(kept, name)) continue;
    kept = omit(kept, name);
    findings.push(leftOut(`/status/${pointerToken(name)}`, finding));
  }
  const repaired = { ...value, status: kept };
  const remaining = typeFindings(kind, repaired);
  if (!remaining.some(isInStatus)) return { value: repaired, findings: [...remaining, ...findings] };
  const said = Object.keys(status).length === 0 ? [] : [leftOut('/status', first)];
  return { value: withoutStatus, findings: [...typeFindings(kind, withoutStatus), ...said] };
}
