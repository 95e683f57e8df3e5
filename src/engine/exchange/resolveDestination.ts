/**
 * From the word for a request's destination to the addresses that the client may dial, as that client would learn them: names through its
 * own resolver, Services by their address, URLs by their host. Says why each address was taken.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Origin } from '../api/origin.ts';
import { originOf } from '../api/resource.ts';
import { type ClusterIndex, endpointsOf, type ServicePortEntry, servicePorts } from '../clusterIndex.ts';
import type { ServiceState } from '../clusterState.ts';
import { type AddressFamily, familyOf, type IpAddress, parseIpAddress } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';
import { addressesOfFamilies, lookUp } from './dns.ts';
import { type DestinationWord, type PortWord, parseDestinationWord, type UrlWord } from './endpointWords.ts';
import { findIngressEntry, outsideRecords } from './ingressController.ts';
import type { Probe } from './probe.ts';
import { findPod, runningNamespace, type Source } from './resolveSource.ts';

export type ProbeProtocol = NonNullable<Probe['protocol']>;
type Because = { readonly message: Message; readonly origin?: Origin };

export interface HttpRequest {
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** The Host header without its port, lower case. */
  readonly host: string;
  /** Path with query. */
  readonly target: string;
}

export interface Destination {
  /** One of them is dialled, each as likely as the others (DNS shuffles its answers). Never empty. */
  readonly candidates: readonly { readonly ip: IpAddress; readonly port: number }[];
  readonly protocol: ProbeProtocol;
  readonly because: readonly Because[];
  readonly http: HttpRequest | null;
  /** The node whose own address or Pod it is: what `via: "destination"` means. */
  readonly nodes: readonly (string | null)[];
  readonly notWalked: readonly Message[];
}

export interface NotResolved {
  readonly message: Message;
  readonly origin?: Origin;
  readonly clientSees: 'nxdomain' | 'unreachable';
  readonly notWalked: readonly Message[];
}

interface Resolver {
  readonly index: ClusterIndex;
  readonly source: Source;
  readonly probe: Probe;
}

interface Addresses {
  readonly candidates: Destination['candidates'];
  readonly protocol: ProbeProtocol;
  readonly because: readonly Because[];
  readonly notWalked: readonly Message[];
}

const lookupNotWalked = message('exchange.notWalked.lookup');

const unreachable = (key: string, params: Message['params'], origin?: Origin): Result<never, NotResolved> =>
  err({
    message: message(`exchange.notResolved.${key}`, params),
    clientSees: 'unreachable',
    notWalked: [],
    ...(origin === undefined ? {} : { origin }),
  });

export function resolveDestination(index: ClusterIndex, source: Source, probe: Probe): Result<Destination, NotResolved> {
  const word = parseDestinationWord(probe.to);
  if (!word.ok) return err({ message: word.error, clientSees: 'unreachable', notWalked: [] });
  const resolver: Resolver = { index, source, probe };
  const addresses = resolveWord(resolver, word.value);
  if (!addresses.ok) return addresses;
  const http = word.value.kind === 'url' ? httpRequest(word.value, probe) : null;
  const nodes = addresses.value.candidates.map(({ ip }) => nodeOf(index, ip));
  return ok({ ...addresses.value, http, nodes });
}

function resolveWord(resolver: Resolver, word: DestinationWord): Result<Addresses, NotResolved> {
  const protocol = resolver.probe.protocol ?? 'TCP';
  switch (word.kind) {
    case 'address':
      return numbered(resolver, [word.address], word.port, protocol, []);
    case 'node':
      return resolveNode(resolver, word.name, word.port, protocol);
    case 'pod':
    case 'deployment':
      return resolvePod(resolver, word, protocol);
    case 'service':
      return resolveService(resolver, word, protocol);
    case 'dnsName': {
      const found = resolveName(resolver, word.name);
      return found.ok ? numbered(resolver, found.value.addresses, word.port, protocol, found.value.because, [lookupNotWalked]) : found;
    }
    case 'url':
      return resolveUrl(resolver, word);
  }
}

/** Addresses with a port that has to be a number; ICMP has none. */
function numbered(
  resolver: Resolver,
  ips: readonly IpAddress[],
  port: PortWord,
  protocol: ProbeProtocol,
  because: readonly Because[],
  notWalked: readonly Message[] = [],
): Result<Addresses, NotResolved> {
  if (protocol === 'ICMP') return ok({ candidates: ips.map((ip) => ({ ip, port: 0 })), protocol, because, notWalked });
  if (port.kind === 'none') return unreachable('portMissing', { to: resolver.probe.to });
  if (port.kind === 'name') return unreachable('portName', { to: resolver.probe.to, port: port.name });
  return ok({ candidates: ips.map((ip) => ({ ip, port: port.number })), protocol, because, notWalked });
}

function resolveNode(resolver: Resolver, name: string, port: PortWord, protocol: ProbeProtocol): Result<Addresses, NotResolved> {
  const node = resolver.index.nodes.get(name);
  const address = preferFamily(resolver.source, node?.addresses.map((entry) => entry.address) ?? []);
  if (node === undefined || address === undefined) return unreachable('noNode', { node: name });
  const because = { message: message('exchange.because.node', { node: name, address }), origin: originOf(node.resource) };
  return numbered(resolver, [address], port, protocol, [because]);
}

function resolvePod(
  resolver: Resolver,
  word: Extract<DestinationWord, { kind: 'pod' | 'deployment' }>,
  protocol: ProbeProtocol,
): Result<Addresses, NotResolved> {
  const pod = findPod(resolver.index, { kind: word.kind, namespace: word.namespace, name: word.name });
  if (!pod.ok) return err({ message: pod.error, clientSees: 'unreachable', notWalked: [] });
  const running = runningNamespace(pod.value);
  const origin = originOf(pod.value.resource);
  if (!running.ok) return err({ message: running.error, origin, clientSees: 'unreachable', notWalked: [] });
  const address = preferFamily(resolver.source, pod.value.addresses);
  const name = `${pod.value.namespace}/${pod.value.name}`;
  if (address === undefined) return unreachable('podWithoutAddress', { pod: name }, origin);
  const because = [{ message: message('exchange.because.pod', { pod: name, address }), origin }];
  if (word.port.kind !== 'name') return numbered(resolver, [address], word.port, protocol, because);
  const wanted = word.port.name;
  const declared = (pod.value.resource.object.spec?.containers ?? [])
    .flatMap((container) => container.ports ?? [])
    .find((entry) => entry.name === wanted);
  if (declared === undefined) return unreachable('podPortName', { pod: name, port: wanted }, origin);
  const named = resolver.probe.protocol ?? protocolOfPort(declared.protocol);
  return ok({ candidates: [{ ip: address, port: declared.containerPort }], protocol: named, because, notWalked: [] });
}

const protocolOfPort = (text: string | undefined): ProbeProtocol => (text === 'UDP' || text === 'SCTP' ? text : 'TCP');

function resolveService(
  resolver: Resolver,
  word: Extract<DestinationWord, { kind: 'service' }>,
  protocol: ProbeProtocol,
): Result<Addresses, NotResolved> {
  const name = `${word.namespace}/${word.name}`;
  const service = resolver.index.services.get(name);
  if (service === undefined) return unreachable('noService', { service: name });
  if (service.type === 'ExternalName') return resolveExternalName(resolver, service, word.port, protocol);
  const wanted = word.port;
  if (wanted.kind === 'none' && protocol !== 'ICMP') return unreachable('portMissing', { to: resolver.probe.to });
  const port = servicePorts(service).find((entry) => matchesPort(entry, wanted, resolver.probe.protocol));
  const origin = originOf(service.resource, port === undefined ? '/spec/ports' : `/spec/ports/${port.position}`);
  if (wanted.kind === 'name' && port === undefined) return unreachable('servicePortName', { service: name, port: wanted.name }, origin);
  const actual = port !== undefined && wanted.kind === 'name' ? (resolver.probe.protocol ?? port.protocol) : protocol;
  if (service.headless) return resolveHeadless(resolver, service, port, wanted, actual);
  const address = serviceAddress(resolver.source, service);
  if (address === undefined) return unreachable('serviceWithoutAddress', { service: name }, origin);
  const number = protocol === 'ICMP' ? 0 : (port?.port ?? (wanted.kind === 'number' ? wanted.number : 0));
  const key = port === undefined && protocol !== 'ICMP' ? 'serviceWithoutPort' : 'service';
  const because = {
    message: message(`exchange.because.${key}`, { service: name, address: address.ip, what: address.what, port: number }),
    origin,
  };
  return ok({ candidates: [{ ip: address.ip, port: number }], protocol: actual, because: [because], notWalked: [] });
}

const matchesPort = (entry: ServicePortEntry, wanted: PortWord, protocol: Probe['protocol']): boolean => {
  if (wanted.kind === 'name') return entry.name === wanted.name;
  return wanted.kind === 'number' && entry.port === wanted.number && entry.protocol === (protocol ?? 'TCP');
};

/** Inside: the ClusterIP. Outside: the load balancer's address, else the ClusterIP that the outside has no route to. */
function serviceAddress(source: Source, service: ServiceState): { readonly ip: IpAddress; readonly what: string } | undefined {
  const balancer = source.outside
    ? preferFamily(
        source,
        service.loadBalancerIngress.map((entry) => entry.ip),
      )
    : undefined;
  if (balancer !== undefined) return { ip: balancer, what: 'EXTERNAL-IP' };
  const ip = preferFamily(source, service.clusterIPs);
  return ip === undefined ? undefined : { ip, what: 'CLUSTER-IP' };
}

function resolveHeadless(
  resolver: Resolver,
  service: ServiceState,
  port: ServicePortEntry | undefined,
  wanted: PortWord,
  protocol: ProbeProtocol,
): Result<Addresses, NotResolved> {
  const name = `${service.namespace}/${service.name}`;
  const endpoints = endpointsOf(resolver.index, service, port?.name ?? null).filter((endpoint) => endpoint.ready);
  const candidates = endpoints.map((endpoint) => ({
    ip: endpoint.address,
    port: protocol === 'ICMP' ? 0 : port === undefined && wanted.kind === 'number' ? wanted.number : endpoint.port,
  }));
  const family = preferFamily(
    resolver.source,
    candidates.map((candidate) => candidate.ip),
  );
  const usable = family === undefined ? [] : candidates.filter((candidate) => familyOf(candidate.ip) === familyOf(family));
  const origin = originOf(service.resource, '/spec/clusterIP');
  if (usable.length === 0) {
    const text = message('exchange.notResolved.headlessEmpty', { service: name });
    return err({ message: text, origin, clientSees: 'nxdomain', notWalked: [lookupNotWalked] });
  }
  const because = { message: message('exchange.because.headless', { service: name, count: usable.length }), origin };
  return ok({ candidates: usable, protocol, because: [because], notWalked: [lookupNotWalked] });
}

function resolveExternalName(
  resolver: Resolver,
  service: ServiceState,
  port: PortWord,
  protocol: ProbeProtocol,
): Result<Addresses, NotResolved> {
  const zone = resolver.index.state.settings.dnsDomain;
  const found = resolveName(resolver, `${service.name}.${service.namespace}.svc.${zone}.`);
  return found.ok ? numbered(resolver, found.value.addresses, port, protocol, found.value.because, [lookupNotWalked]) : found;
}

/** Looks a name up as the source's resolver would. */
function resolveName(
  resolver: Resolver,
  name: string,
): Result<{ readonly addresses: readonly IpAddress[]; readonly because: readonly Because[] }, NotResolved> {
  const { index, source } = resolver;
  const outside = outsideRecords(index);
  const absolute = name.replace(/\.$/, '');
  if (source.resolvConf === null || source.resolvConf.nameservers[0] !== index.state.settings.dnsServiceAddress) {
    const addresses = outside(absolute);
    if (addresses === undefined) return nxdomain('nameOutside', { name: absolute, tries: absolute });
    return ok({
      addresses,
      because: [{ message: message('exchange.because.outsideName', { name: absolute, address: addresses[0] ?? '' }) }],
    });
  }
  const { tries, answer } = lookUp(index, outside, source.resolvConf, name);
  const asked = tries.map((attempt) => attempt.name).join(', ');
  if (answer.status !== 'found') return nxdomain(answer.status === 'noData' ? 'noData' : 'nameInside', { name: absolute, tries: asked });
  const addresses = addressesOfFamilies(answer, source.families);
  if (addresses.length === 0) return nxdomain('noData', { name: absolute, tries: asked });
  const kind = answer.record?.kind ?? 'outside';
  const params = { name: absolute, address: addresses.join(', '), chain: answer.chain.join(' → '), tries: tries.length };
  const origin = answer.record?.origin;
  return ok({
    addresses,
    because: [{ message: message(`exchange.because.dns.${kind}`, params), ...(origin === undefined ? {} : { origin }) }],
  });
}

const nxdomain = (key: string, params: Message['params']): Result<never, NotResolved> =>
  err({ message: message(`exchange.notResolved.${key}`, params), clientSees: 'nxdomain', notWalked: [lookupNotWalked] });

/** A URL's host: an address, a name that resolves, or, where nothing names it, the ingress controller's entry. */
function resolveUrl(resolver: Resolver, word: UrlWord): Result<Addresses, NotResolved> {
  const schemePort = word.scheme === 'https' ? 443 : 80;
  const literal = parseIpAddress(word.host);
  if (literal !== undefined) {
    return ok({ candidates: [{ ip: literal, port: word.port ?? schemePort }], protocol: 'TCP', because: [], notWalked: [] });
  }
  const entry = findIngressEntry(resolver.index, word.scheme);
  const found = resolveName(resolver, word.host);
  if (found.ok) {
    // A name that leads to the controller's entry is dialled at the entry's own port: a node port is no 80.
    const candidates = found.value.addresses.map((ip) => ({ ip, port: word.port ?? (ip === entry?.address ? entry.port : schemePort) }));
    const because = found.value.addresses.some((ip) => ip === entry?.address) && entry !== null ? [entry.because] : [];
    return ok({ candidates, protocol: 'TCP', because: [...found.value.because, ...because], notWalked: [lookupNotWalked] });
  }
  if (entry === null || isClusterName(resolver, word.host)) return found;
  const because = [{ message: message('exchange.because.unnamedHost', { host: word.host, address: entry.address }) }, entry.because];
  return ok({ candidates: [{ ip: entry.address, port: word.port ?? entry.port }], protocol: 'TCP', because, notWalked: [lookupNotWalked] });
}

/** A name that a resolver inside takes for one of the cluster's own: it fails there, and never points at the entry. */
const isClusterName = (resolver: Resolver, host: string): boolean =>
  !resolver.source.outside &&
  (!host.includes('.') || host.endsWith('.svc') || host.endsWith(`.${resolver.index.state.settings.dnsDomain}`));

function httpRequest(word: UrlWord, probe: Probe): HttpRequest {
  const header = Object.entries(probe.headers ?? {}).find(([name]) => name.toLowerCase() === 'host')?.[1];
  const host = (probe.host ?? header ?? word.host).toLowerCase().replace(/:\d+$/, '');
  return { scheme: word.scheme, method: probe.method ?? 'GET', host, target: word.target };
}

function preferFamily(source: Source, addresses: readonly IpAddress[]): IpAddress | undefined {
  const wanted: readonly AddressFamily[] = source.pinned === null ? ['ipv4', 'ipv6'] : [familyOf(source.pinned)];
  const usable = addresses.filter((address) => wanted.includes(familyOf(address)));
  return usable.find((address) => source.families.has(familyOf(address))) ?? usable[0] ?? addresses[0];
}

function nodeOf(index: ClusterIndex, ip: IpAddress): string | null {
  return index.podsByAddress.get(ip)?.node ?? index.nodesByAddress.get(ip)?.name ?? null;
}
