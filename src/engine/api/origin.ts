/** Where a thing in the cluster came from: the object, and the text that declared it. Carried by interfaces, routes, rules and set members. */

/** A stretch of one source file. Offsets count UTF-16 code units from the file's start; lines and columns count from 1. */
export interface SourceRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** An object's name in the API: what `kubectl get KIND -n NAMESPACE NAME` takes. Cluster-scoped objects have no namespace. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The object that caused a rule, route or interface, and its place in the text; no range when packetwalk added the object. */
export interface Origin {
  readonly object: ObjectReference;
  /** A field of the object that decides, as a JSON pointer ("/spec/ports/0"). */
  readonly field?: string;
  readonly range?: SourceRange;
}

/** One text per object, for maps: "apps/v1 Deployment default/web". */
export const referenceKey = (reference: ObjectReference): string =>
  `${reference.apiVersion} ${reference.kind} ${reference.namespace === undefined ? '' : `${reference.namespace}/`}${reference.name}`;

/** "default/web", or "web" for a cluster-scoped object. */
export const namespacedName = (reference: { readonly namespace?: string | undefined; readonly name: string }): string =>
  reference.namespace === undefined ? reference.name : `${reference.namespace}/${reference.name}`;
