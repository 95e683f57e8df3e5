/**
 * The resolv.conf that kubelet gives a Pod (pkg/kubelet/network/dns/dns.go), and that of nodes and the outside. The node's own file names
 * the gateway's resolver and no search domains, as a kind node's does. Limits of names and lengths are not modelled.
 */
import type { ClusterState, PodState } from '../clusterState.ts';
import type { Cluster } from '../topology/networkNamespace.ts';
import type { ResolvConf } from './dns.ts';

/** A node's own: Docker's embedded resolver in a kind node. */
export const nodeResolvConf = (nameserver: string): ResolvConf => ({ nameservers: [nameserver], search: [], ndots: 1 });

/** Docker's resolver answers at the gateway of the node network. */
export function nodeNameserver(cluster: Cluster): string {
  const router = [...cluster.namespaces.values()].find((namespace) => namespace.kind === 'router');
  const addresses = router?.interfaces.flatMap((device) => device.addresses.map((entry) => entry.address)) ?? [];
  return addresses.find((address) => !address.startsWith('127.')) ?? '';
}

/** By dnsPolicy and dnsConfig; a Pod on the host's network with ClusterFirst falls back to the node's file. */
export function podResolvConf(state: ClusterState, pod: PodState, ofNode: ResolvConf): ResolvConf {
  const spec = pod.resource.object.spec;
  const policy = spec?.dnsPolicy ?? 'ClusterFirst';
  const config = spec?.dnsConfig;
  const base = basePolicy(state, pod, policy, ofNode);
  const ndots = config?.options?.findLast((option) => option.name === 'ndots')?.value;
  return {
    nameservers: [...new Set([...base.nameservers, ...(config?.nameservers ?? [])])],
    search: [...new Set([...base.search, ...(config?.searches ?? [])])],
    ndots: ndots !== undefined && /^\d+$/.test(ndots) ? Math.min(Number(ndots), 15) : base.ndots,
  };
}

function basePolicy(state: ClusterState, pod: PodState, policy: string, ofNode: ResolvConf): ResolvConf {
  if (policy === 'None') return { nameservers: [], search: [], ndots: 1 };
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.hostNetwork);
  if (!cluster) return ofNode;
  const zone = state.settings.dnsDomain;
  return {
    nameservers: [state.settings.dnsServiceAddress],
    search: [`${pod.namespace}.svc.${zone}`, `svc.${zone}`, zone, ...ofNode.search],
    ndots: 5,
  };
}

/** As the file reads, options last; ndots:1 is the default and is not written. */
export function renderResolvConf(resolvConf: ResolvConf): string {
  const lines = [
    ...(resolvConf.search.length === 0 ? [] : [`search ${resolvConf.search.join(' ')}`]),
    ...resolvConf.nameservers.map((nameserver) => `nameserver ${nameserver}`),
    ...(resolvConf.ndots === 1 ? [] : [`options ndots:${resolvConf.ndots}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The file that the programs of a network namespace read; undefined for what is no node or Pod. */
export function resolvConfOf(state: ClusterState, cluster: Cluster, namespace: string): ResolvConf | undefined {
  const ofNode = nodeResolvConf(nodeNameserver(cluster));
  if (cluster.namespaces.get(namespace)?.kind === 'node') return ofNode;
  const pod = state.pods.find((candidate) => `${candidate.namespace}/${candidate.name}` === namespace);
  return pod === undefined ? undefined : podResolvConf(state, pod, ofNode);
}
