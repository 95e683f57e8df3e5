/** An object of the text as the API server stores its metadata: name and namespace always written out. */
import type { ActingKind, AnyResource, Resource } from '../api/resource.ts';

type NamedKind = Exclude<ActingKind, 'ClusterConfiguration' | 'KubeProxyConfiguration'>;
type NamedResource = { [Kind in NamedKind]: Resource<Kind> }[NamedKind];

export function storedMetadata(resource: AnyResource): AnyResource {
  if (resource.kind === 'ClusterConfiguration' || resource.kind === 'KubeProxyConfiguration') return resource;
  return withMetadata(resource);
}

function withMetadata<Named extends NamedResource>(resource: Named): Named {
  const { name, namespace } = resource.reference;
  const metadata = { ...resource.object.metadata, name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...resource, object: { ...resource.object, metadata } };
}
