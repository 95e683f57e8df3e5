/**
 * Why a packet ended where it did, in words and with the place in the text that decided: from the walk's last step, and from the origin
 * of the rule or route that it names. The walk is the evidence; the objects only say what is behind it.
 */
import { assertNever } from '../../shared/assertNever.ts';
import type { Origin } from '../api/origin.ts';
import { originOf } from '../api/resource.ts';
import { type ClusterIndex, endpointsOf, podNamespaceId, servicePorts } from '../clusterIndex.ts';
import type { ServiceState } from '../clusterState.ts';
import { addressWithPort, familyOf } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';
import { portsOf, protocolOf } from '../net/packet.ts';
import { renderRule } from '../netfilter/render.ts';
import type { Rule, RuleReference } from '../netfilter/ruleset.ts';
import type { Cluster } from '../topology/networkNamespace.ts';
import { type DropCause, successfulDispositions, type Trace } from '../trace/trace.ts';
import { explainNoEndpoints, type Trouble } from './serviceTrouble.ts';

export interface Explanation {
  readonly message: Message;
  readonly origin?: Origin;
}

const reason = (key: string, params: Message['params'], origin?: Origin): Explanation => ({
  message: message(`exchange.reason.${key}`, params),
  ...(origin === undefined ? {} : { origin }),
});

/** Null for a packet that arrived. `dialledBecause`: the objects that told the sender this address (nginx reads EndpointSlices). */
export function explainTrace(
  cluster: Cluster,
  index: ClusterIndex,
  trace: Trace,
  dialledBecause: readonly Origin[] = [],
): Explanation | null {
  if (successfulDispositions.has(trace.disposition)) return null;
  const missing = explainUnmodelled(index, trace);
  if (missing !== null) return missing;
  const { cause, namespace, packet } = trace.final;
  const where = { namespace, destination: packet.destination, source: packet.source };
  if (cause === undefined) return reason(trace.disposition, where);
  return explainCause(cluster, index, trace, cause, where, dialledBecause);
}

/**
 * What is missing here and not in a real cluster, where that is why the packet ended: Pods have IPv6 addresses but no IPv6 routes, and a
 * hostPort is known to the scheduler alone.
 */
export function explainUnmodelled(index: ClusterIndex, trace: Trace): Explanation | null {
  const { packet, namespace, cause } = trace.final;
  if (cause?.kind === 'noRoute' && familyOf(packet.destination) === 'ipv6' && trace.hops.at(-1)?.kind === 'pod') {
    return reason('ipv6OfPods', { namespace });
  }
  if (cause?.kind !== 'noListener') return null;
  const port = portsOf(packet).destination;
  for (const pod of index.state.pods) {
    if (pod.hostNetwork || pod.node !== namespace) continue;
    const ports = (pod.resource.object.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
    const forwarded = ports.find((entry) => entry.hostPort === port && (entry.protocol ?? 'TCP').toLowerCase() === protocolOf(packet));
    if (forwarded === undefined) continue;
    return reason('hostPort', { namespace, port, pod: `${pod.namespace}/${pod.name}` }, originOf(pod.resource, '/spec/containers'));
  }
  return null;
}

function explainCause(
  cluster: Cluster,
  index: ClusterIndex,
  trace: Trace,
  cause: DropCause,
  where: { readonly namespace: string; readonly destination: string; readonly source: string },
  dialledBecause: readonly Origin[],
): Explanation {
  switch (cause.kind) {
    case 'rule':
      return explainRule(cluster, index, trace, cause.reference);
    case 'policy':
      return reason('chainPolicy', { ...where, table: cause.table, chain: cause.chain });
    case 'noListener':
      return explainNoListener(index, trace, dialledBecause);
    case 'noRoute':
    case 'blackhole':
      return explainRoute(index, trace, cause.kind, where);
    case 'reversePathFilter':
    case 'linkDown':
      return reason(cause.kind, { ...where, interface: cause.interface });
    case 'tooBig':
      return reason('tooBig', { ...where, mtu: cause.mtu });
    case 'unsupported':
      return reason('unsupported', { ...where, what: cause.what });
    case 'martian':
    case 'notForwarding':
    case 'ttl':
    case 'neighbour':
    case 'loop':
      return reason(cause.kind, where);
    default:
      return assertNever(cause);
  }
}

// ---------------------------------------------------------------- rules

export function findRule(cluster: Cluster, namespace: string, reference: RuleReference): Rule | undefined {
  const tables = cluster.namespaces.get(namespace)?.netfilter().tables[reference.family];
  return tables?.get(reference.table)?.chains.get(reference.chain)?.rules[reference.index];
}

function explainRule(cluster: Cluster, index: ClusterIndex, trace: Trace, reference: RuleReference): Explanation {
  const rule = findRule(cluster, trace.final.namespace, reference);
  const text = rule === undefined ? `${reference.table} ${reference.chain}` : renderRule(reference.chain, rule, reference.family);
  const service = serviceOf(index, rule?.origin);
  const trouble = service === undefined || rule === undefined ? null : explainServiceRule(index, trace, service, rule);
  if (trouble !== null) return trouble;
  const isInvalid = rule?.matches.some((match) => match.kind === 'conntrackState' && !match.negated && match.states.includes('INVALID'));
  const key = trace.disposition === 'rejected' ? 'ruleRejected' : isInvalid === true ? 'ruleDroppedInvalid' : 'ruleDropped';
  return reason(key, { namespace: trace.final.namespace, rule: text }, rule?.origin);
}

const serviceOf = (index: ClusterIndex, origin: Origin | undefined): ServiceState | undefined =>
  origin?.object.kind === 'Service' ? index.services.get(`${origin.object.namespace ?? ''}/${origin.object.name}`) : undefined;

/** kube-proxy writes why it refuses into the rule's comment: '"NS/NAME:PORT has no endpoints"'. */
function explainServiceRule(index: ClusterIndex, trace: Trace, service: ServiceState, rule: Rule): Explanation | null {
  const comment = rule.matches.find((match) => match.kind === 'comment')?.text ?? '';
  const name = `${service.namespace}/${service.name}`;
  const position = Number(/^\/spec\/ports\/(\d+)/.exec(rule.origin?.field ?? '')?.[1] ?? 0);
  const port = servicePorts(service)[position];
  if (comment.endsWith('has no local endpoints')) {
    const external =
      service.resource.object.spec?.externalTrafficPolicy === 'Local' && !service.clusterIPs.includes(trace.final.packet.destination);
    const field = external ? '/spec/externalTrafficPolicy' : '/spec/internalTrafficPolicy';
    const params = { service: name, node: trace.final.namespace, policy: field.replace('/spec/', '') };
    return reason('noLocalEndpoints', params, originOf(service.resource, field));
  }
  if (comment.endsWith('has no endpoints')) {
    const trouble: Trouble | null = explainNoEndpoints(index, service, port?.name ?? '');
    return trouble ?? reason('noEndpoints', { service: name }, rule.origin);
  }
  if (/not allowed by|traffic not accepted/.test(comment)) {
    const ranges = service.resource.object.spec?.loadBalancerSourceRanges?.map((range) => range.trim()).join(', ') ?? '';
    const params = { service: name, source: trace.final.packet.source, ranges };
    return reason('sourceRanges', params, originOf(service.resource, '/spec/loadBalancerSourceRanges'));
  }
  return null;
}

// ---------------------------------------------------------------- routes and sockets

function explainRoute(
  index: ClusterIndex,
  trace: Trace,
  kind: 'noRoute' | 'blackhole',
  where: { readonly namespace: string; readonly destination: string; readonly source: string },
): Explanation {
  const step = trace.hops.at(-1)?.steps.findLast((candidate) => candidate.kind === 'route');
  const won = step?.kind === 'route' ? step.candidates.find((candidate) => candidate.outcome === 'won')?.route : undefined;
  const origin = won?.origin;
  const service = index.servicesByAddress.get(trace.final.packet.destination);
  if (service?.clusterIPs.includes(trace.final.packet.destination) === true) {
    const name = `${service.namespace}/${service.name}`;
    // A node's rules saw it and let it pass: this is no port of the Service.
    const passedNode = trace.hops.some((hop) => hop.kind === 'node');
    if (!passedNode) return reason('clusterIPUnrouted', { ...where, service: name }, originOf(service.resource, '/spec/type'));
    const ports = servicePorts(service).map((entry) => `${entry.port}/${entry.protocol}`);
    return reason('clusterIPNoPort', { ...where, service: name, ports: ports.join(', ') }, originOf(service.resource, '/spec/ports'));
  }
  const pod = index.podsByAddress.get(trace.final.packet.destination);
  if (kind === 'noRoute' && pod !== undefined) {
    return reason('podUnrouted', { ...where, pod: `${pod.namespace}/${pod.name}` }, originOf(pod.resource));
  }
  return reason(kind, { ...where, route: won === undefined ? '' : won.destination }, origin);
}

/** Nobody listens on the port: the Service port that led there, or what the Pod's containers declare. */
function explainNoListener(index: ClusterIndex, trace: Trace, dialledBecause: readonly Origin[]): Explanation {
  const { packet, namespace } = trace.final;
  const port = portsOf(packet).destination;
  const address = addressWithPort(packet.destination, port);
  const pod = index.state.pods.find((candidate) => !candidate.hostNetwork && podNamespaceId(candidate) === namespace);
  if (pod === undefined) return reason('noListener', { namespace, address, protocol: protocolOf(packet) });
  const declared = (pod.resource.object.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const open = declared.map(
    (entry) => `${entry.containerPort}${entry.protocol === undefined || entry.protocol === 'TCP' ? '' : `/${entry.protocol}`}`,
  );
  const params = { pod: namespace, address, port, open: open.length === 0 ? '–' : open.join(', ') };
  for (const service of leadingServices(index, trace, dialledBecause)) {
    const entry = servicePorts(service).find(
      (candidate) =>
        candidate.protocol.toLowerCase() === protocolOf(packet) &&
        endpointsOf(index, service, candidate.name).some((endpoint) => endpoint.address === packet.destination && endpoint.port === port),
    );
    if (entry !== undefined) {
      const field = `/spec/ports/${entry.position}/targetPort`;
      const origin = originOf(service.resource, field);
      return reason('targetPortClosed', { ...params, service: `${service.namespace}/${service.name}`, servicePort: entry.port }, origin);
    }
  }
  return reason('podPortClosed', params, originOf(pod.resource, '/spec/containers'));
}

/** The Services whose rules translated the packet on its way, or whose endpoints its sender had read. */
function leadingServices(index: ClusterIndex, trace: Trace, dialledBecause: readonly Origin[]): readonly ServiceState[] {
  const hits = trace.hops.flatMap((hop) => hop.steps.flatMap((step) => (step.kind === 'chain' && step.table === 'nat' ? step.hits : [])));
  const ofRules = hits.flatMap(({ rule }) => serviceOf(index, rule.origin) ?? []);
  const read = dialledBecause.flatMap((origin) => serviceOf(index, origin) ?? serviceOfSlice(index, origin) ?? []);
  return [...new Set([...ofRules, ...read])];
}

function serviceOfSlice(index: ClusterIndex, origin: Origin): ServiceState | undefined {
  if (origin.object.kind !== 'EndpointSlice') return undefined;
  const slice = index.state.endpointSlices.find(
    ({ resource }) => resource.reference.name === origin.object.name && resource.reference.namespace === origin.object.namespace,
  );
  return slice === undefined ? undefined : index.services.get(`${slice.namespace}/${slice.service}`);
}
