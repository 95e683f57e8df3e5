/**
 * One document's value → the objects in it (one, or those of a List), each of a kind that acts and of that kind's type, and what is
 * wrong with the others. An object with an error in its types is left out; the rest stands. Places are relative to the document.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { namespacedName, type ObjectReference } from '../api/origin.ts';
import type { ActingKind } from '../api/resource.ts';
import { type Message, message } from '../net/message.ts';
import { checkObject } from './checkObject.ts';
import { type ClusterDocument, isClusterDocument, isClusterDocumentKind } from './clusterDocumentShapes.ts';
import type { Finding } from './finding.ts';
import { actingKinds, kindRole } from './kinds.ts';
import type { RelativeRange } from './lines.ts';
import { nameFindings } from './names.ts';
import type { FreshDocument, ParsedDocument, RangeOf } from './parseDocument.ts';
import { isPlainObject, memberOf, type PlainObject, valueAt } from './plainValue.ts';
import { type BuiltInObject, isBuiltInKind, isOfKind } from './validateTypes.ts';

/** An object of an acting kind, its type following from its kind. */
export type DeclaredObject = BuiltInObject | ClusterDocument;

/** Whether an object has the type of its kind. */
function isDeclared(entry: { readonly kind: ActingKind; readonly object: unknown }): entry is DeclaredObject {
  const { kind, object } = entry;
  if (isBuiltInKind(kind)) return isOfKind({ kind, object });
  return isClusterDocumentKind(kind) && isClusterDocument({ kind, object });
}

/** The same object under the name that the server would have made from metadata.generateName. */
export function withName(declared: DeclaredObject, name: string): DeclaredObject {
  const metadata = memberOf(declared.object, 'metadata');
  const entry = { kind: declared.kind, object: { ...declared.object, metadata: { ...(isPlainObject(metadata) ? metadata : {}), name } } };
  return isDeclared(entry) ? entry : declared;
}

export interface ResourceEntry {
  readonly declared: DeclaredObject;
  /** Where the object stands in its document: "" or "/items/3". */
  readonly pointer: string;
  /** The name is empty when the server is to make one from metadata.generateName. */
  readonly reference: ObjectReference;
  readonly identity: string;
  readonly range: RelativeRange | undefined;
}

/** What makes two objects the same. A kind that acts has its name for itself, so the version is no part of it. */
export const identityOf = (reference: ObjectReference): string => `${reference.kind} ${namespacedName(reference)}`;

/** An object of a kind that is not modelled; said once per kind, so it is no diagnostic yet. */
export interface UnmodelledEntry {
  readonly apiVersion: string;
  readonly kind: string;
  readonly shapesTraffic: boolean;
  readonly range: RelativeRange | undefined;
}

export interface RelativeDiagnostic extends Omit<Diagnostic, 'range'> {
  readonly range: RelativeRange | undefined;
}

export interface DocumentContent {
  readonly parsed: ParsedDocument;
  readonly resources: readonly ResourceEntry[];
  readonly unmodelled: readonly UnmodelledEntry[];
  readonly diagnostics: readonly RelativeDiagnostic[];
}

/** The name under which kubeadm keeps the documents that have no metadata: that of their ConfigMap in kube-system. */
const fixedNames: Partial<Record<ActingKind, string>> = { ClusterConfiguration: 'kubeadm-config', KubeProxyConfiguration: 'kube-proxy' };

/** What a List's items are when they do not say: a PodList holds Pods. */
interface Inherited {
  readonly apiVersion?: string;
  readonly kind?: string;
}

interface Collector {
  readonly resources: ResourceEntry[];
  readonly unmodelled: UnmodelledEntry[];
  readonly diagnostics: RelativeDiagnostic[];
  readonly rangeOf: RangeOf;
  /** A field as it is written. */
  readonly textOf: (pointer: string) => string | undefined;
}

function textAt(value: unknown, pointer: string): string | undefined {
  const found = valueAt(value, pointer);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function referenceOf(apiVersion: string, kind: ActingKind, value: PlainObject): ObjectReference {
  const name = fixedNames[kind] ?? textAt(value, '/metadata/name') ?? '';
  if (!actingKinds[kind].isNamespaced) return { apiVersion, kind, name };
  return { apiVersion, kind, namespace: textAt(value, '/metadata/namespace') ?? 'default', name };
}

/** How a message names an object: "Service default/web", or its kind alone while it has no name. */
const shownObject = (reference: ObjectReference): string => (reference.name === '' ? reference.kind : identityOf(reference));

function addFindings(into: Collector, findings: readonly Finding[], pointer: string, reference: ObjectReference): void {
  for (const finding of findings) {
    into.diagnostics.push({
      severity: finding.severity,
      message: { code: finding.message.code, params: { object: shownObject(reference), ...finding.message.params } },
      object: reference,
      field: finding.pointer,
      range: into.rangeOf(pointer + finding.pointer),
    });
  }
}

function readActing(into: Collector, kind: ActingKind, apiVersion: string, raw: PlainObject, pointer: string): void {
  const { object, findings, broken } = checkObject(kind, raw, (field) => into.textOf(pointer + field));
  const reference = referenceOf(apiVersion, kind, object);
  const named = fixedNames[kind] === undefined ? nameFindings(kind, object) : [];
  const unsaid = named.filter((finding) => findings.every((other) => other.pointer !== finding.pointer));
  addFindings(into, [...findings, ...broken, ...unsaid], pointer, reference);
  const entry = { kind, object };
  if (broken.length > 0 || named.length > 0 || !isDeclared(entry)) return;
  into.resources.push({ declared: entry, pointer, reference, identity: identityOf(reference), range: into.rangeOf(pointer) });
}

function addError(into: Collector, reason: Message, pointer: string): void {
  into.diagnostics.push({ severity: 'error', message: reason, range: into.rangeOf(pointer) });
}

function readList(into: Collector, items: unknown, apiVersion: string, kind: string, pointer: string): void {
  if (items === undefined || items === null) return;
  if (!Array.isArray(items)) {
    addError(into, message('manifest.object.itemsNotList', { kind }), `${pointer}/items`);
    return;
  }
  const inherited = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  items.forEach((item: unknown, index) => {
    readObject(into, item, `${pointer}/items/${index}`, inherited);
  });
}

/** A CNI network configuration has no kind: it is told by the fields that the CNI specification requires. */
const isCniConfiguration = (value: PlainObject): boolean =>
  typeof value.cniVersion === 'string' && (Array.isArray(value.plugins) || typeof value.type === 'string');

function addTypeErrors(into: Collector, field: 'apiVersion' | 'kind', found: unknown, pointer: string): void {
  if (found === undefined || found === '') addError(into, message('manifest.object.typeMissing', { field }), pointer);
  else if (typeof found !== 'string') addError(into, message('manifest.object.typeNotText', { field }), `${pointer}/${field}`);
}

function readObject(into: Collector, value: unknown, pointer: string, inherited: Inherited): void {
  if (!isPlainObject(value)) {
    addError(into, message('manifest.object.notMapping'), pointer);
    return;
  }
  const apiVersion = value.apiVersion ?? inherited.apiVersion;
  const kind = value.kind ?? inherited.kind;
  if (apiVersion === undefined && kind === undefined && isCniConfiguration(value)) {
    into.unmodelled.push({ apiVersion: '', kind: 'CNI configuration', shapesTraffic: true, range: into.rangeOf(pointer) });
    return;
  }
  if (apiVersion === undefined && kind === undefined) {
    // kubectl passes over such a document ("unable to decode") and applies the others.
    into.diagnostics.push({ severity: 'warning', message: message('manifest.object.fragment'), range: into.rangeOf(pointer) });
    return;
  }
  addTypeErrors(into, 'apiVersion', apiVersion, pointer);
  addTypeErrors(into, 'kind', kind, pointer);
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || apiVersion === '' || kind === '') return;
  if (kind.endsWith('List') && Object.hasOwn(value, 'items')) {
    readList(into, memberOf(value, 'items'), apiVersion, kind, pointer);
    return;
  }
  readKind(into, apiVersion, kind, { apiVersion, kind, ...value }, pointer);
}

function readKind(into: Collector, apiVersion: string, kind: string, value: PlainObject, pointer: string): void {
  const role = kindRole(apiVersion, kind);
  switch (role.role) {
    case 'acts':
      readActing(into, role.kind, apiVersion, value, pointer);
      break;
    case 'quiet':
      break;
    case 'notModelled':
      into.unmodelled.push({ apiVersion, kind, shapesTraffic: role.shapesTraffic, range: into.rangeOf(pointer) });
      break;
    case 'wrongVersion':
      addError(into, message('manifest.object.wrongVersion', { apiVersion, kind, served: role.served }), `${pointer}/apiVersion`);
      break;
    case 'noSuchKind':
      addError(into, message('manifest.object.noSuchKind', { apiVersion, kind }), `${pointer}/kind`);
      break;
  }
}

/** The objects of one parsed document. */
export function interpretDocument({ parsed, freshRangeOf }: FreshDocument): DocumentContent {
  const textOf = (pointer: string): string | undefined => {
    const range = freshRangeOf(pointer);
    return range === undefined ? undefined : parsed.text.slice(range.start, range.end);
  };
  const into: Collector = { resources: [], unmodelled: [], diagnostics: [], rangeOf: freshRangeOf, textOf };
  if (parsed.failure !== undefined) into.diagnostics.push({ severity: 'error', ...parsed.failure });
  else if (parsed.value !== null) readObject(into, parsed.value, '', {});
  return { parsed, resources: into.resources, unmodelled: into.unmodelled, diagnostics: into.diagnostics };
}
