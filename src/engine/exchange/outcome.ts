/** What a run of a request amounts to: its fate, who answered, what was translated on the way. Derived from the walks alone. */
import type { ClusterIndex } from '../clusterIndex.ts';
import { explainTrace, explainUnmodelled, findRule } from '../explain/explainTrace.ts';
import { explainNoEndpoints } from '../explain/serviceTrouble.ts';
import { addressWithPort, parseIpAddress } from '../net/address.ts';
import { message } from '../net/message.ts';
import { portsOf } from '../net/packet.ts';
import type { Cluster } from '../topology/networkNamespace.ts';
import type { Hop, Step, Trace } from '../trace/trace.ts';
import type { Conversation } from './converse.ts';
import type { Connection, HttpOutcome, Reason, RequestBranch, Translation } from './probe.ts';
import { freezeConnections, type RequestRun, recordOf, succeeded } from './requestRun.ts';
import type { Destination } from './resolveDestination.ts';
import { podBehind } from './serve.ts';

type Outcome = Omit<RequestBranch, 'probability' | 'script'>;

export function outcomeOf(run: RequestRun, conversation: Conversation, destination: Destination): Outcome {
  const connections = freezeConnections(run);
  const first = recordOf(run, conversation.connection);
  const translations = connections.flatMap((connection) => translationsOf(run.cluster, connection));
  const tls = destination.http?.scheme === 'https' && conversation.failure === null;
  return {
    disposition: tls ? 'unsupported' : dispositionOf(run, conversation),
    clientSees: first.clientSees,
    reason: tls ? { message: message('exchange.reason.tls') } : reasonOf(run, conversation),
    connections,
    sequence: run.sequence,
    ...serverOf(run, conversation),
    translations,
    masqueraded: connections.some((connection) => isMasqueraded(connection)),
    http: conversation.http,
    notWalked: [...destination.notWalked, ...run.notWalked],
  };
}

function dispositionOf(run: RequestRun, conversation: Conversation): Outcome['disposition'] {
  if (conversation.failure !== null) return lostDisposition(run.index, conversation.failure.lost, conversation.failure.answerLost);
  return firstTrace(run, conversation.last)?.disposition ?? 'unsupported';
}

/** A packet that arrived where nobody could use it (an answer at the wrong socket, a balancer without a target) was dropped there. */
function lostDisposition(index: ClusterIndex, lost: Trace, answerLost: boolean): Outcome['disposition'] {
  if (explainUnmodelled(index, lost) !== null) return 'unsupported';
  const arrived = lost.disposition === 'delivered' || lost.disposition === 'exitsCluster';
  if (!arrived) return lost.disposition;
  return answerLost ? 'dropped' : 'rejected';
}

const firstTrace = (run: RequestRun, connection: number): Trace | undefined => recordOf(run, connection).legs[0]?.trace;

function reasonOf(run: RequestRun, conversation: Conversation): Reason | null {
  const { failure, http } = conversation;
  if (failure !== null) {
    const explained = explainTrace(run.cluster, run.index, failure.lost, becauseOf(run, failure.connection));
    return explained ?? arrivedInVain(run, failure.connection, failure.answerLost);
  }
  if (http === null || http.status < 400) return null;
  // 502 and 504: what became of the last upstream that nginx tried.
  const upstream = firstTrace(run, conversation.last);
  const explained = upstream === undefined ? null : explainTrace(run.cluster, run.index, upstream, becauseOf(run, conversation.last));
  return explained ?? httpReason(run.index, http);
}

const becauseOf = (run: RequestRun, connection: number) => recordOf(run, connection).because.flatMap(({ origin }) => origin ?? []);

function arrivedInVain(run: RequestRun, connection: number, answerLost: boolean): Reason {
  const record = recordOf(run, connection);
  const params = { namespace: record.from, balancer: record.to ?? '' };
  return { message: message(answerLost ? 'exchange.reason.answerAtWrongSocket' : 'exchange.reason.balancerWithoutTarget', params) };
}

/** Why the proxy answered by itself. */
function httpReason(index: ClusterIndex, http: HttpOutcome): Reason {
  const origin = http.ruleOrigin === undefined ? {} : { origin: http.ruleOrigin };
  if (http.status !== 503) return { message: message(`exchange.reason.http${http.status}`, { rule: http.rule ?? '' }), ...origin };
  const ingress = index.state.ingresses.find(
    (candidate) =>
      candidate.reference.name === http.ruleOrigin?.object.name && candidate.reference.namespace === http.ruleOrigin.object.namespace,
  );
  const backend = ingress === undefined ? undefined : backendAt(ingress.object, http.ruleOrigin?.field);
  const service = index.services.get(`${ingress?.reference.namespace ?? ''}/${backend?.service?.name ?? ''}`);
  const name = `${ingress?.reference.namespace ?? ''}/${backend?.service?.name ?? ''}`;
  if (service === undefined) return { message: message('exchange.reason.backendServiceMissing', { service: name }), ...origin };
  const port = backend?.service?.port;
  const found = (service.resource.object.spec?.ports ?? []).find((entry) =>
    port?.name === undefined ? entry.port === port?.number : entry.name === port.name,
  );
  if (found === undefined) {
    const params = { service: name, port: port?.name ?? port?.number ?? '' };
    return { message: message('exchange.reason.backendPortMissing', params), ...origin };
  }
  return (
    explainNoEndpoints(index, service, found.name ?? '') ?? {
      message: message('exchange.reason.noEndpoints', { service: name }),
      ...origin,
    }
  );
}

type IngressObject = ClusterIndex['state']['ingresses'][number]['object'];

function backendAt(ingress: IngressObject, field: string | undefined) {
  const place = /^\/spec\/rules\/(\d+)\/http\/paths\/(\d+)$/.exec(field ?? '');
  if (place === null) return ingress.spec?.defaultBackend;
  return ingress.spec?.rules?.[Number(place[1])]?.http?.paths[Number(place[2])]?.backend;
}

/** Who took the request in the end, and whom it saw as its client. */
function serverOf(run: RequestRun, conversation: Conversation): Pick<Outcome, 'deliveredTo' | 'seenByServer'> {
  const trace = firstTrace(run, conversation.last);
  if (trace === undefined || !succeeded(trace) || endedAtBalancer(run, conversation)) return { deliveredTo: null, seenByServer: null };
  const { namespace, packet } = trace.final;
  // An echo has an identifier where others have ports.
  const pair = packet.transport.kind === 'icmp' ? { source: 0, destination: 0 } : portsOf(packet);
  const pod = podBehind(run, { namespace, delivery: trace });
  const node = pod?.node ?? (run.cluster.namespaces.get(namespace)?.kind === 'node' ? namespace : null);
  const name = pod === null ? null : `${pod.namespace}/${pod.name}`;
  return {
    deliveredTo: { namespace, pod: name, node, ip: packet.destination, port: pair.destination },
    seenByServer: { ip: packet.source, port: pair.source },
  };
}

/** A balancer in proxy mode is no server: what it took and could not pass on was delivered to nobody. */
const endedAtBalancer = (run: RequestRun, conversation: Conversation): boolean =>
  conversation.failure !== null && run.cluster.namespaces.get(recordOf(run, conversation.last).to ?? '')?.kind === 'loadBalancer';

// ---------------------------------------------------------------- translations

function translationsOf(cluster: Cluster, connection: Connection): readonly Translation[] {
  const hops = connection.legs[0]?.trace.hops ?? [];
  return hops.flatMap((hop) => hop.steps.flatMap((step, position) => translationOf(cluster, hop, step, hop.steps[position - 1]) ?? []));
}

function translationOf(cluster: Cluster, hop: Hop, step: Step, before: Step | undefined): Translation | null {
  if (step.kind !== 'translate' || step.rule === undefined) return null;
  const destination = step.translation === 'dnat' || step.translation === 'undoDnat';
  const after = step.packet;
  const ports = portsOf(after);
  const change = (field: string) => step.changes.find((candidate) => candidate.field === field)?.before;
  const oldIp = change(destination ? 'destination' : 'source') ?? (destination ? after.destination : after.source);
  const oldPort = change(destination ? 'destinationPort' : 'sourcePort') ?? (destination ? ports.destination : ports.source);
  const rule = findRule(cluster, hop.namespace, step.rule);
  const kind = destination ? 'dnat' : rule?.target.kind === 'masquerade' ? 'masquerade' : 'snat';
  const from = parseIpAddress(oldIp) ?? before?.packet.source ?? after.source;
  return {
    at: hop.namespace,
    kind,
    from: addressWithPort(from, Number(oldPort)),
    to: destination ? addressWithPort(after.destination, ports.destination) : addressWithPort(after.source, ports.source),
  };
}

/** Whether a MASQUERADE rule took the connection's first packet, even where the address stayed the same. */
const isMasqueraded = (connection: Connection): boolean =>
  (connection.legs[0]?.trace.hops ?? []).some((hop) =>
    hop.steps.some((step) => step.kind === 'chain' && step.hits.some((hit) => hit.rule.target.kind === 'masquerade')),
  );
