/**
 * One object against everything its kind demands: known fields, types, and the rules that later stages rest on. Gives the object as
 * later stages read it, and what is wrong.
 */
import type { ActingKind } from '../api/resource.ts';
import { clusterDocumentFindings, isClusterDocumentKind, normalizeClusterDocument } from './clusterDocumentShapes.ts';
import { fitFields, withoutNulls } from './fields.ts';
import type { Finding } from './finding.ts';
import { isPlainObject, type PlainObject } from './plainValue.ts';
import { ruleFindings } from './rules.ts';
import { checkTypes } from './status.ts';
import { isBuiltInKind, isOfKind, typeFindings } from './validateTypes.ts';
import { type TextOf, withWordsAsText } from './words.ts';

export interface CheckedObject {
  /** The object as later stages read it. */
  readonly object: PlainObject;
  readonly findings: readonly Finding[];
  /** Rules that an object of the right type breaks: it does not come to be. */
  readonly broken: readonly Finding[];
}

/** `textOf` gives a field of the object as it is written. */
export function checkObject(kind: ActingKind, raw: PlainObject, textOf: TextOf): CheckedObject {
  if (isBuiltInKind(kind)) {
    const fitted = fitFields(kind, raw);
    const worded = withWordsAsText(fitted.value, typeFindings(kind, fitted.value), textOf);
    const typed = checkTypes(kind, worded.value);
    const entry = { kind, object: typed.value };
    const findings = [...typed.findings, ...worded.findings, ...fitted.findings];
    return { object: typed.value, findings, broken: isOfKind(entry) ? ruleFindings(entry) : [] };
  }
  const cleaned = withoutNulls(raw);
  const value = isPlainObject(cleaned) ? cleaned : raw;
  if (!isClusterDocumentKind(kind)) return { object: value, findings: [], broken: [] };
  const normal = normalizeClusterDocument(kind, value);
  const worded = withWordsAsText(normal, clusterDocumentFindings(kind, normal), textOf);
  return { object: worded.value, findings: [...clusterDocumentFindings(kind, worded.value), ...worded.findings], broken: [] };
}
