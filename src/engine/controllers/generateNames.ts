/**
 * Objects of the text as the API server stores their metadata: name and namespace filled in, `generateName` turned into a name. Its five
 * characters come from the base and the object's count among its like, not from chance.
 */
import { referenceKey } from '../api/origin.ts';
import type { ActingKind, AnyResource, Resource } from '../api/resource.ts';
import { nameGenerator } from './names.ts';

export function resolveDeclaredNames(declared: readonly AnyResource[]): readonly AnyResource[] {
  const taken = new Set(declared.filter((resource) => !isUnnamed(resource)).map(({ reference }) => referenceKey(reference)));
  const counts = new Map<string, number>();
  const nameFor = (resource: AnyResource): string => {
    const base = generateNameOf(resource);
    if (base === undefined || !isUnnamed(resource)) return resource.reference.name;
    const seed = referenceKey({ ...resource.reference, name: base });
    const ordinal = counts.get(seed) ?? 0;
    counts.set(seed, ordinal + 1);
    return nameGenerator(base, seed, (name) => taken.has(referenceKey({ ...resource.reference, name })))(ordinal);
  };
  return declared.map((resource) => named(resource, nameFor(resource)));
}

function named(resource: AnyResource, name: string): AnyResource {
  if (resource.kind === 'ClusterConfiguration' || resource.kind === 'KubeProxyConfiguration') return resource;
  return withMetadata(resource, name);
}

type NamedKind = Exclude<ActingKind, 'ClusterConfiguration' | 'KubeProxyConfiguration'>;
type NamedResource = { [Kind in NamedKind]: Resource<Kind> }[NamedKind];

function withMetadata<Named extends NamedResource>(resource: Named, name: string): Named {
  const reference = { ...resource.reference, name };
  const { namespace } = reference;
  const metadata = { ...resource.object.metadata, name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...resource, reference, object: { ...resource.object, metadata } };
}

const metadataOf = ({ object }: AnyResource) => ('metadata' in object ? object.metadata : undefined);

function generateNameOf(resource: AnyResource): string | undefined {
  const metadata = metadataOf(resource);
  return metadata !== undefined && 'generateName' in metadata ? metadata.generateName : undefined;
}

function isUnnamed(resource: AnyResource): boolean {
  const name = metadataOf(resource)?.name;
  return (name === undefined || name === '') && generateNameOf(resource) !== undefined;
}
