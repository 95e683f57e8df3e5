/**
 * What CoreDNS answers for the cluster's zone, as its kubernetes plugin makes records from Services, EndpointSlices and Namespaces
 * (coredns plugin/kubernetes: parse.go, kubernetes.go findServices/findPods), with kubeadm's `pods insecure`. A, AAAA and CNAME only;
 * SRV, PTR and TXT are not modelled. Of the outside, only the hosts of Ingresses are known (see outsideRecords).
 */
import type { Origin } from '../api/origin.ts';
import { originOf } from '../api/resource.ts';
import { type ClusterIndex, endpointsOf } from '../clusterIndex.ts';
import type { ServiceState } from '../clusterState.ts';
import { familyOf, type IpAddress, parseIpAddress } from '../net/address.ts';

export interface DnsAnswer {
  /** noData: the name exists, but has no address. */
  readonly status: 'found' | 'noData' | 'nxdomain';
  /** Names that the answer went through, the first being the one asked: more than one when there were CNAMEs. */
  readonly chain: readonly string[];
  /** Addresses of both families, in the order of the records. */
  readonly addresses: readonly IpAddress[];
  /** What made the record; null for an answer that is no record of the cluster. */
  readonly record: { readonly kind: DnsRecordKind; readonly origin?: Origin } | null;
}

export type DnsRecordKind = 'clusterIP' | 'headless' | 'endpoint' | 'pod' | 'externalName' | 'outside';

/** Addresses of a name outside the cluster; undefined when the outside does not know it. */
export type OutsideRecords = (name: string) => readonly IpAddress[] | undefined;

/** CoreDNS follows a CNAME chain no further than this (plugin/pkg/upstream and request depth). */
const longestChain = 8;

const nxdomain = (chain: readonly string[]): DnsAnswer => ({ status: 'nxdomain', chain, addresses: [], record: null });
const noData = (chain: readonly string[]): DnsAnswer => ({ status: 'noData', chain, addresses: [], record: null });

/** Asks the cluster's DNS for A and AAAA of one absolute name (a trailing dot is optional; case does not matter). */
export function queryDns(index: ClusterIndex, outside: OutsideRecords, name: string, chain: readonly string[] = []): DnsAnswer {
  const asked = name.toLowerCase().replace(/\.$/, '');
  const path = [...chain, asked];
  const zone = index.state.settings.dnsDomain;
  if (asked === zone) return noData(path);
  if (!asked.endsWith(`.${zone}`)) {
    const addresses = outside(asked);
    return addresses === undefined ? nxdomain(path) : { status: 'found', chain: path, addresses, record: { kind: 'outside' } };
  }
  const labels = asked.slice(0, -zone.length - 1).split('.');
  switch (labels.at(-1)) {
    case 'svc':
      return queryService(index, outside, labels.slice(0, -1), path);
    case 'pod':
      return queryPod(index, labels.slice(0, -1), path);
    default:
      return nxdomain(path);
  }
}

/** `labels`: what stands before ".svc.ZONE": [endpoint,] service, namespace. */
function queryService(index: ClusterIndex, outside: OutsideRecords, labels: readonly string[], path: readonly string[]): DnsAnswer {
  const namespace = labels.at(-1);
  if (namespace === undefined) return noData(path);
  if (!index.namespaces.has(namespace)) return nxdomain(path);
  const name = labels.at(-2);
  if (name === undefined) return noData(path);
  const service = index.services.get(`${namespace}/${name}`);
  if (service === undefined || labels.length > 3) return nxdomain(path);
  const endpoint = labels.length === 3 ? labels[0] : undefined;
  if (service.type === 'ExternalName') {
    return endpoint === undefined ? followExternalName(index, outside, service, path) : nxdomain(path);
  }
  if (endpoint !== undefined || service.headless) return queryEndpoints(index, service, endpoint, path);
  const origin = originOf(service.resource, '/spec');
  return service.clusterIPs.length === 0
    ? noData(path)
    : { status: 'found', chain: path, addresses: service.clusterIPs, record: { kind: 'clusterIP', origin } };
}

function followExternalName(index: ClusterIndex, outside: OutsideRecords, service: ServiceState, path: readonly string[]): DnsAnswer {
  const target = service.resource.object.spec?.externalName ?? '';
  if (target === '' || path.length >= longestChain) return nxdomain(path);
  const answer = queryDns(index, outside, target, path);
  const origin = originOf(service.resource, '/spec/externalName');
  return answer.status === 'found' ? { ...answer, record: { kind: 'externalName', origin } } : answer;
}

function queryEndpoints(index: ClusterIndex, service: ServiceState, endpoint: string | undefined, path: readonly string[]): DnsAnswer {
  const ready = endpointsOf(index, service, null).filter((candidate) => candidate.ready);
  const named = ready.filter((candidate) => endpoint === undefined || endpointName(candidate) === endpoint);
  const first = named[0];
  if (first === undefined) return nxdomain(path);
  return {
    status: 'found',
    chain: path,
    addresses: [...new Set(named.map((candidate) => candidate.address))],
    record: { kind: endpoint === undefined ? 'headless' : 'endpoint', origin: originOf(first.slice) },
  };
}

/** coredns plugin/kubernetes endpointHostname: the hostname, else the address with dashes. */
const endpointName = (endpoint: { readonly hostname: string | null; readonly address: IpAddress }): string =>
  endpoint.hostname ?? endpoint.address.replaceAll(/[.:]/g, '-');

/** `pods insecure`: the address is read from the name, without a look at any Pod; the namespace must exist. */
function queryPod(index: ClusterIndex, labels: readonly string[], path: readonly string[]): DnsAnswer {
  const namespace = labels.at(-1);
  if (namespace === undefined) return noData(path);
  if (!index.namespaces.has(namespace) || labels.length > 2) return nxdomain(path);
  const name = labels.length === 2 ? labels[0] : undefined;
  if (name === undefined) return noData(path);
  const address = parseIpAddress(name.replaceAll('-', '.')) ?? parseIpAddress(name.replaceAll('-', ':'));
  return address === undefined ? nxdomain(path) : { status: 'found', chain: path, addresses: [address], record: { kind: 'pod' } };
}

/** A resolv.conf: where a program's names are looked up. */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

export interface Lookup {
  /** Every absolute name that was asked, in order, with its answer. */
  readonly tries: readonly { readonly name: string; readonly status: DnsAnswer['status'] }[];
  readonly answer: DnsAnswer;
}

/** glibc's res_search: with fewer dots than ndots the search list comes first, else last; a trailing dot asks only for the name itself. */
export function lookUp(index: ClusterIndex, outside: OutsideRecords, resolvConf: ResolvConf, name: string): Lookup {
  const tries: { name: string; status: DnsAnswer['status'] }[] = [];
  let best: DnsAnswer | undefined;
  for (const candidate of candidateNames(resolvConf, name)) {
    const answer = queryDns(index, outside, candidate);
    tries.push({ name: candidate, status: answer.status });
    if (answer.status === 'found') return { tries, answer };
    if (best === undefined || answer.status === 'noData') best = answer;
  }
  return { tries, answer: best ?? nxdomain([name]) };
}

function candidateNames(resolvConf: ResolvConf, name: string): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = resolvConf.search.map((suffix) => `${name}.${suffix}`);
  const dots = name.split('.').length - 1;
  return dots >= resolvConf.ndots ? [name, ...searched] : [...searched, name];
}

export const addressesOfFamilies = (answer: DnsAnswer, families: ReadonlySet<'ipv4' | 'ipv6'>): readonly IpAddress[] => {
  const usable = answer.addresses.filter((address) => families.has(familyOf(address)));
  const first = usable[0];
  return first === undefined ? [] : usable.filter((address) => familyOf(address) === familyOf(first));
};
