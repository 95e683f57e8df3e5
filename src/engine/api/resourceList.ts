/** Small helpers over lists of objects: choosing one kind, building objects that packetwalk adds or that a controller makes. */
import type { ObjectReference, SourceRange } from './origin.ts';
import type { ActingKind, KindTypes, Provenance, Resource } from './resource.ts';

export type Labels = Readonly<Record<string, string>>;

/** A type guard for one kind, for `filter` and `find`. */
export const isKind =
  <Kind extends ActingKind>(kind: Kind) =>
  (resource: Resource): resource is Resource<Kind> =>
    resource.kind === kind;

export const resourcesOfKind = <Kind extends ActingKind>(resources: readonly Resource[], kind: Kind): readonly Resource<Kind>[] =>
  resources.filter(isKind(kind));

/** Where a made object's fields stand in the text: in its owner's template, or nowhere. */
export interface TextPlace {
  readonly range?: SourceRange;
  readonly rangeOf: (pointer: string) => SourceRange | undefined;
}

export const nowhere: TextPlace = { rangeOf: () => undefined };

export const makeResource = <Kind extends ActingKind>(
  kind: Kind,
  reference: ObjectReference,
  object: KindTypes[Kind],
  provenance: Provenance,
  place: TextPlace = nowhere,
): Resource<Kind> => ({
  kind,
  reference,
  object,
  provenance,
  ...(place.range === undefined ? {} : { range: place.range }),
  rangeOf: place.rangeOf,
});

/** The same declared thing with another object: a field defaulted, an address assigned, a status written. */
export const withObject = <Kind extends ActingKind>(resource: Resource<Kind>, object: KindTypes[Kind]): Resource<Kind> => ({
  ...resource,
  object,
});
