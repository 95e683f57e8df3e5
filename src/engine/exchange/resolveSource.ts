/** From the word for a request's source to the network namespace, process and addresses that send it. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { ClusterIndex } from '../clusterIndex.ts';
import { podNamespaceId } from '../clusterIndex.ts';
import type { PodState } from '../clusterState.ts';
import { type AddressFamily, familyOf, type IpAddress, parseIpAddress } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';
import type { Cluster, NetworkNamespace, NetworkNamespaceId, NetworkNamespaceKind } from '../topology/networkNamespace.ts';
import type { ResolvConf } from './dns.ts';
import { parseSourceWord, type SourceWord } from './endpointWords.ts';
import type { Probe } from './probe.ts';
import { nodeNameserver, nodeResolvConf, podResolvConf } from './resolvConf.ts';

export interface Source {
  readonly namespace: NetworkNamespaceId;
  readonly process: string;
  /** The address it insists on; null lets its kernel choose by the route. */
  readonly pinned: IpAddress | null;
  /** Families that it has global addresses of. */
  readonly families: ReadonlySet<AddressFamily>;
  readonly outside: boolean;
  /** Null: outside, where the cluster's DNS answers nobody. */
  readonly resolvConf: ResolvConf | null;
}

const failure = (key: string, params: Message['params']): Result<never, Message> => err(message(`exchange.notResolved.${key}`, params));

export function resolveSource(cluster: Cluster, index: ClusterIndex, probe: Probe): Result<Source, Message> {
  const word = parseSourceWord(probe.from);
  if (!word.ok) return word;
  const source = word.value.kind === 'external' ? resolveOutside(cluster, word.value, probe) : resolveInside(cluster, index, word.value);
  if (!source.ok || probe.sourceIP === undefined || source.value.outside) return source;
  return pinAddress(cluster, source.value, probe.sourceIP);
}

function resolveInside(cluster: Cluster, index: ClusterIndex, word: Exclude<SourceWord, { kind: 'external' }>): Result<Source, Message> {
  if (word.kind === 'node') {
    const namespace = cluster.namespaces.get(word.name);
    if (namespace === undefined || namespace.kind !== 'node') return failure('noNode', { node: word.name });
    return ok({ ...endOf(namespace), process: 'curl', resolvConf: nodeResolvConf(nodeNameserver(cluster)) });
  }
  const pod = findPod(index, word);
  if (!pod.ok) return pod;
  const id = runningNamespace(pod.value);
  if (!id.ok) return id;
  const namespace = cluster.namespaces.get(id.value);
  if (namespace === undefined) return failure('noNamespace', { namespace: id.value });
  const container = pod.value.resource.object.spec?.containers?.[0]?.name ?? pod.value.name;
  const resolvConf = podResolvConf(index.state, pod.value, nodeResolvConf(nodeNameserver(cluster)));
  return ok({ ...endOf(namespace), process: container, resolvConf });
}

function resolveOutside(cluster: Cluster, word: SourceWord & { kind: 'external' }, probe: Probe): Result<Source, Message> {
  const wanted = word.address ?? (probe.sourceIP === undefined ? null : parseIpAddress(probe.sourceIP));
  if (wanted === undefined) return failure('sourceAddress', { address: probe.sourceIP ?? '', source: probe.from });
  const client = ofKind(cluster, 'client');
  const internet = ofKind(cluster, 'internet');
  const isClient = client !== undefined && (wanted === null || addressesOf(client).includes(wanted));
  const namespace = isClient ? client : internet;
  if (namespace === undefined) return failure('noOutside', {});
  return ok({ ...endOf(namespace), process: 'client', pinned: isClient ? null : wanted, outside: true, resolvConf: null });
}

/** The Pod that a word names; a Deployment's is its first by name. */
export function findPod(
  index: ClusterIndex,
  word: { readonly kind: 'pod' | 'deployment'; readonly namespace: string; readonly name: string },
): Result<PodState, Message> {
  const name = `${word.namespace}/${word.name}`;
  if (word.kind === 'pod') {
    const pod = index.pods.get(name);
    return pod === undefined ? failure('noPod', { pod: name }) : ok(pod);
  }
  const owned = index.state.pods.filter(
    (pod) => pod.namespace === word.namespace && pod.owners.some((owner) => owner.kind === 'Deployment' && owner.name === word.name),
  );
  // Its first Pod that runs; when none does, the first, whose trouble is then the answer.
  const pod = owned.find((candidate) => candidate.node !== null && candidate.phase === 'Running') ?? owned[0];
  if (pod !== undefined) return ok(pod);
  const exists = index.state.resources.some(
    (resource) =>
      resource.kind === 'Deployment' && resource.reference.namespace === word.namespace && resource.reference.name === word.name,
  );
  return failure(exists ? 'deploymentWithoutPods' : 'noDeployment', { deployment: name });
}

/** The network namespace of a Pod that has one; why there is none otherwise. */
export function runningNamespace(pod: PodState): Result<NetworkNamespaceId, Message> {
  const name = `${pod.namespace}/${pod.name}`;
  const id = podNamespaceId(pod);
  if (id === null) return failure('podPending', { pod: name, why: pod.message ?? '' });
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return failure('podEnded', { pod: name, phase: pod.phase });
  if (pod.addresses.length === 0) return failure('podWithoutAddress', { pod: name });
  return ok(id);
}

function pinAddress(cluster: Cluster, source: Source, text: string): Result<Source, Message> {
  const address = parseIpAddress(text);
  const namespace = cluster.namespaces.get(source.namespace);
  const own = namespace === undefined ? [] : addressesOf(namespace);
  const loopback = address?.startsWith('127.') === true;
  if (address === undefined || !(loopback || own.includes(address))) {
    return failure('sourceAddress', { address: text, source: source.namespace });
  }
  return ok({ ...source, pinned: address });
}

const addressesOf = (namespace: NetworkNamespace): readonly IpAddress[] =>
  namespace.interfaces.flatMap((device) => device.addresses.map((entry) => entry.address));

const ofKind = (cluster: Cluster, kind: NetworkNamespaceKind): NetworkNamespace | undefined =>
  [...cluster.namespaces.values()].find((namespace) => namespace.kind === kind);

function endOf(namespace: NetworkNamespace): Omit<Source, 'process' | 'resolvConf'> {
  const global = namespace.interfaces
    .filter((device) => device.device.kind !== 'loopback')
    .flatMap((device) => device.addresses.filter((entry) => entry.scope === 'global').map((entry) => entry.address));
  return { namespace: namespace.id, pinned: null, families: new Set(global.map((address) => familyOf(address))), outside: false };
}
