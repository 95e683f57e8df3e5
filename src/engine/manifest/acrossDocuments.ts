/**
 * What concerns several documents: names for metadata.generateName, objects that are there twice, and kinds that are not modelled,
 * each said once.
 */
import { hashText } from '../../shared/random.ts';
import type { Diagnostic } from '../api/diagnostic.ts';
import type { AnyResource } from '../api/resource.ts';
import { message } from '../net/message.ts';
import { identityOf, type ResourceEntry, type UnmodelledEntry, withName } from './interpretDocument.ts';
import { groupOf } from './kinds.ts';
import { generatedName } from './names.ts';
import { type PlacedDocument, shiftedRange } from './placement.ts';
import { valueAt } from './plainValue.ts';

/** Gives objects with metadata.generateName names that depend on the text alone: on the prefix and on how many came before. */
function createNaming(): (resource: AnyResource, entry: ResourceEntry) => AnyResource {
  const seen = new Map<string, number>();
  return (resource, entry) => {
    const prefix = valueAt(resource.object, '/metadata/generateName');
    if (typeof prefix !== 'string') return resource;
    const family = `${entry.identity}${prefix}`;
    const ordinal = seen.get(family) ?? 0;
    seen.set(family, ordinal + 1);
    const reference = { ...entry.reference, name: generatedName(prefix, hashText(`${family} ${ordinal}`)) };
    return { ...resource, ...withName(entry.declared, reference.name), reference };
  };
}

const lineOf = ({ range }: AnyResource): string => (range === undefined ? '' : `${range.file}:${range.line}`);

function twice(resource: AnyResource, winner: AnyResource): Diagnostic {
  const { reference, range } = resource;
  return {
    severity: 'warning',
    message: message('manifest.object.twice', { object: identityOf(reference), first: lineOf(resource), last: lineOf(winner) }),
    object: reference,
    ...(range === undefined ? {} : { range }),
  };
}

/** All objects in the order of the text; of those with the same identity the last, in its place, with a warning for each it replaces. */
export function distinctResources(documents: readonly PlacedDocument[]): {
  readonly resources: readonly AnyResource[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const nameOf = createNaming();
  const all: AnyResource[] = [];
  const last = new Map<string, AnyResource>();
  for (const { content, resources } of documents) {
    for (const [index, entry] of content.resources.entries()) {
      const placed = resources[index];
      if (placed === undefined) continue;
      const resource = entry.reference.name === '' ? nameOf(placed, entry) : placed;
      all.push(resource);
      last.set(resource === placed ? entry.identity : identityOf(resource.reference), resource);
    }
  }
  if (last.size === all.length) return { resources: all, diagnostics: [] };
  const winnerOf = (resource: AnyResource): AnyResource => last.get(identityOf(resource.reference)) ?? resource;
  return {
    resources: all.filter((resource) => winnerOf(resource) === resource),
    diagnostics: all.flatMap((resource) => (winnerOf(resource) === resource ? [] : [twice(resource, winnerOf(resource))])),
  };
}

/** One diagnostic per kind that is not modelled, at its first object, in the order of the text. */
export function unmodelledDiagnostics(documents: readonly PlacedDocument[]): readonly Diagnostic[] {
  const kinds = new Map<string, { readonly first: UnmodelledEntry; readonly in: PlacedDocument; count: number }>();
  for (const placed of documents) {
    for (const entry of placed.content.unmodelled) {
      const key = `${groupOf(entry.apiVersion)} ${entry.kind}`;
      const known = kinds.get(key);
      if (known === undefined) kinds.set(key, { first: entry, in: placed, count: 1 });
      else known.count += 1;
    }
  }
  return [...kinds.values()].map(({ first, in: placed, count }) => ({
    severity: first.shapesTraffic ? 'warning' : 'info',
    message: message(first.shapesTraffic ? 'manifest.kind.trafficNotModelled' : 'manifest.kind.notModelled', {
      kind: first.kind,
      apiVersion: first.apiVersion,
      count,
    }),
    ...shiftedRange(placed.document.range, first.range),
  }));
}
