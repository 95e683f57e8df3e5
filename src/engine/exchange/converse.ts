/**
 * One transport connection from its first packet to its last: TCP's handshake, request, response and close; a datagram and its answer; an
 * echo; an SCTP INIT. A kernel's refusal on the way (RST, ICMP error) is walked back like any packet, and the client learns only what reaches
 * it. Retransmission is not modelled: a packet that is lost once is lost.
 */
import { assertNever } from '../../shared/assertNever.ts';
import { familyOf, type IpAddress, ipAddress, type MacAddress } from '../net/address.ts';
import type { Packet, Payload, TcpFlags } from '../net/packet.ts';
import { type LinkEnd, linkEndKey, type NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { Trace } from '../trace/trace.ts';
import type { WalkStart } from '../trace/walk.ts';
import { echo, pairOfReceiver, type SocketPair, sctpChunk, tcpSegment, udpDatagram } from './packets.ts';
import type { ClientSees, ConnectionBecause, HttpOutcome, Leg } from './probe.ts';
import { beginConnection, type RequestRun, succeeded, updateConnection, walkLeg } from './requestRun.ts';
import type { HttpRequest, ProbeProtocol } from './resolveDestination.ts';

/** A connection to be made. */
export interface Dial {
  readonly from: NetworkNamespaceId;
  readonly process: string;
  /** Null: the kernel chooses the source address by the route. */
  readonly source: IpAddress | null;
  readonly sourcePort: number | null;
  readonly remote: { readonly ip: IpAddress; readonly port: number };
  readonly protocol: ProbeProtocol;
  readonly http: HttpRequest | null;
  readonly because: readonly ConnectionBecause[];
  /** The interface that the first packets are put in front of, instead of being sent by `from`. */
  readonly arrivesAt: LinkEnd | null;
  /** nginx keeps its connections to upstreams open: no FIN follows. */
  readonly keepAlive: boolean;
}

/** Why a connection came to nothing. `lost` is the walk that ended badly: of the request, or (answerLost) of its answer. */
export interface Failure {
  readonly connection: number;
  readonly lost: Trace;
  readonly answerLost: boolean;
  readonly clientSees: ClientSees;
}

/** The other end of a connection that was accepted: who serves it, and as which addresses it sees the connection. */
export interface Accepted {
  readonly connection: number;
  readonly namespace: NetworkNamespaceId;
  readonly process: string;
  /** From the server's side: local is its own end. */
  readonly pair: SocketPair;
  readonly delivery: Trace;
}

export interface Conversation {
  readonly connection: number;
  /** The connection that the request ended on: the last one of a chain of proxies. */
  readonly last: number;
  readonly failure: Failure | null;
  readonly http: HttpOutcome | null;
}

/** What the program at the other end does before it answers: proxies open a connection of their own. */
export interface Served {
  readonly last: number;
  readonly failure: Failure | null;
  readonly http: HttpOutcome | null;
}
export type Serve = (run: RequestRun, accepted: Accepted, dial: Dial) => Served;

export function converse(run: RequestRun, dial: Dial, serve: Serve): Conversation {
  const connection = beginConnection(run, { from: dial.from, dialled: dial.remote, because: dial.because });
  switch (dial.protocol) {
    case 'TCP':
      return converseTcp(run, connection, dial, serve);
    case 'UDP':
    case 'SCTP':
    case 'ICMP':
      return exchangeOnce(run, connection, dial, serve);
    default:
      return assertNever(dial.protocol);
  }
}

const end = (connection: number, served: Served): Conversation => ({ connection, ...served });

const fail = (run: RequestRun, failure: Failure): Conversation => {
  updateConnection(run, failure.connection, { clientSees: failure.clientSees });
  return { connection: failure.connection, last: failure.connection, failure, http: null };
};

// ---------------------------------------------------------------- TCP

function converseTcp(run: RequestRun, connection: number, dial: Dial, serve: Serve): Conversation {
  const pair = clientPair(run, connection, dial);
  const syn = walkLeg(run, connection, { direction: 'request', segment: 'SYN' }, startOf(run, dial, tcpSegment(pair, { syn: true })));
  if (!succeeded(syn)) return fail(run, refusal(run, connection, dial, syn));
  const client: Endpoint = { namespace: dial.from, process: dial.process, pair: { ...pair, local: { ...pair.local, ip: sentFrom(syn) } } };
  const accepted = acceptedBy(connection, syn);
  updateConnection(run, connection, { to: accepted.namespace });
  const synAck = segment(run, connection, 'reply', 'SYN-ACK', accepted, { syn: true, ack: true });
  if (!arrived(synAck, client)) return fail(run, answerLost(connection, synAck));
  // connect() returns here, but a server that never gets the ACK accepts nothing: whatever the client sends stays unanswered.
  const ack = toServer(run, connection, dial, client, 'ACK', { ack: true });
  if (!succeeded(ack) || ack.final.namespace !== accepted.namespace) return fail(run, refusal(run, connection, dial, ack));
  updateConnection(run, connection, { clientSees: 'connected' });
  if (dial.http !== null && !speaksInTheClear(dial.http)) return end(connection, { last: connection, failure: null, http: null });
  if (dial.http !== null) {
    const request = toServer(run, connection, dial, client, 'request', { ack: true, psh: true }, requestData(dial.http));
    if (!succeeded(request)) return fail(run, refusal(run, connection, dial, request));
  }
  const served = serve(run, accepted, dial);
  if (served.failure !== null && served.http === null) return resetByServer(run, connection, accepted, served, served.failure);
  if (dial.http !== null && served.http !== null) {
    const payload = responseData(served.http);
    const response = segment(run, connection, 'reply', 'response', accepted, { ack: true, psh: true }, payload);
    if (!arrived(response, client)) return fail(run, answerLost(connection, response));
    updateConnection(run, connection, { clientSees: 'http' });
  }
  if (!dial.keepAlive) close(run, connection, dial, client, accepted);
  return end(connection, served);
}

interface Endpoint {
  readonly namespace: NetworkNamespaceId;
  readonly process: string;
  readonly pair: SocketPair;
}

const speaksInTheClear = (request: HttpRequest): boolean => request.scheme === 'http';

function segment(
  run: RequestRun,
  connection: number,
  direction: Leg['direction'],
  name: Leg['segment'],
  sender: Endpoint,
  flags: TcpFlags,
  payload?: Payload,
): Trace {
  const packet = tcpSegment(sender.pair, flags, payload);
  return walkLeg(run, connection, { direction, segment: name }, send(sender, packet));
}

/** A client's later segments arrive where its first one did. */
function toServer(
  run: RequestRun,
  connection: number,
  dial: Dial,
  client: Endpoint,
  name: Leg['segment'],
  flags: TcpFlags,
  payload?: Payload,
): Trace {
  const packet = tcpSegment(client.pair, flags, payload);
  return walkLeg(run, connection, { direction: 'request', segment: name }, startOf(run, dial, packet));
}

function close(run: RequestRun, connection: number, dial: Dial, client: Endpoint, accepted: Accepted): void {
  toServer(run, connection, dial, client, 'FIN', { fin: true, ack: true });
  segment(run, connection, 'reply', 'FIN', accepted, { fin: true, ack: true });
  toServer(run, connection, dial, client, 'ACK', { ack: true });
}

/** A proxy that cannot reach its own target gives the client's connection up. */
function resetByServer(run: RequestRun, connection: number, accepted: Accepted, served: Served, cause: Failure): Conversation {
  segment(run, connection, 'reply', 'RST', accepted, { rst: true, ack: true });
  const clientSees = cause.clientSees === 'timeout' ? 'timeout' : 'refused';
  updateConnection(run, connection, { clientSees });
  return { connection, last: served.last, failure: { ...cause, clientSees }, http: null };
}

const requestData = (request: HttpRequest): Payload => {
  const summary = `${request.method} ${request.target} HTTP/1.1`;
  return { kind: 'data', bytes: summary.length + request.host.length + 30, summary };
};

const statusText: Readonly<Record<number, string>> = {
  200: 'OK',
  308: 'Permanent Redirect',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

const responseData = (http: HttpOutcome): Payload => {
  const summary = `HTTP/1.1 ${http.status} ${statusText[http.status] ?? ''}`.trimEnd();
  return { kind: 'data', bytes: summary.length + 200, summary };
};

// ---------------------------------------------------------------- one packet each way

function exchangeOnce(run: RequestRun, connection: number, dial: Dial, serve: Serve): Conversation {
  const pair = clientPair(run, connection, dial);
  const identifier = pair.local.port;
  const [request, requestSegment] = firstPacket(dial.protocol, pair, identifier);
  const there = walkLeg(run, connection, { direction: 'request', segment: requestSegment }, startOf(run, dial, request));
  if (!succeeded(there)) return fail(run, refusal(run, connection, dial, there));
  const client: Endpoint = {
    namespace: dial.from,
    process: dial.process,
    pair: { ...pair, local: { ...pair.local, ip: sentFrom(there) } },
  };
  const accepted = acceptedBy(connection, there);
  updateConnection(run, connection, { to: accepted.namespace });
  const served = serve(run, accepted, dial);
  if (served.failure !== null) {
    updateConnection(run, connection, { clientSees: 'timeout' });
    return { connection, last: served.last, failure: { ...served.failure, clientSees: 'timeout' }, http: null };
  }
  const [answer, answerSegment] = answerPacket(dial.protocol, accepted.pair, identifier);
  const back = walkLeg(run, connection, { direction: 'reply', segment: answerSegment }, send(accepted, answer));
  if (!arrived(back, client)) return fail(run, answerLost(connection, back));
  updateConnection(run, connection, { clientSees: 'connected' });
  return end(connection, served);
}

const datagram: Payload = { kind: 'data', bytes: 32, summary: 'datagram' };

function firstPacket(protocol: ProbeProtocol, pair: SocketPair, identifier: number): [Packet, Leg['segment']] {
  if (protocol === 'ICMP') return [echo(pair, 'request', identifier), 'echo'];
  return protocol === 'SCTP' ? [sctpChunk(pair, 'init'), 'init'] : [udpDatagram(pair, datagram), 'datagram'];
}

function answerPacket(protocol: ProbeProtocol, pair: SocketPair, identifier: number): [Packet, Leg['segment']] {
  if (protocol === 'ICMP') return [echo(pair, 'reply', identifier), 'echo'];
  return protocol === 'SCTP' ? [sctpChunk(pair, 'init-ack'), 'init-ack'] : [udpDatagram(pair, datagram), 'datagram'];
}

// ---------------------------------------------------------------- both

const unspecified = { ipv4: ipAddress('0.0.0.0'), ipv6: ipAddress('::') } as const;

function clientPair(run: RequestRun, connection: number, dial: Dial): SocketPair {
  const ip = dial.source ?? unspecified[familyOf(dial.remote.ip)];
  return { local: { ip, port: dial.sourcePort ?? run.settings.firstSourcePort + connection }, remote: dial.remote };
}

const send = (sender: Pick<Endpoint, 'namespace' | 'process'>, packet: Packet): WalkStart => ({
  kind: 'send',
  namespace: sender.namespace,
  packet,
  process: sender.process,
});

/** Sent by the client, or put on the wire in front of a node's uplink as the gateway's frame. */
function startOf(run: RequestRun, dial: Dial, packet: Packet): WalkStart {
  if (dial.arrivesAt === null) return send({ namespace: dial.from, process: dial.process }, packet);
  const { namespace, interface: device } = dial.arrivesAt;
  const own = run.cluster.namespaces.get(namespace)?.interfaces.find((candidate) => candidate.name === device)?.mac ?? null;
  const gateway = gatewayMac(run, dial.arrivesAt);
  const link = own === null || gateway === null ? null : { source: gateway, destination: own };
  return { kind: 'receive', namespace, interface: device, packet: { ...packet, link } };
}

/** The MAC of the router's leg on the network that an uplink hangs on. */
function gatewayMac(run: RequestRun, uplink: LinkEnd): MacAddress | null {
  const network = run.cluster.peers.get(linkEndKey(uplink))?.peer.namespace;
  for (const router of run.cluster.namespaces.values()) {
    if (router.kind !== 'router') continue;
    const leg = router.interfaces.find(
      (device) => run.cluster.peers.get(linkEndKey({ namespace: router.id, interface: device.name }))?.peer.namespace === network,
    );
    if (leg !== undefined) return leg.mac;
  }
  return null;
}

/** The source address that the packet left its own host with, before any netfilter rule. */
function sentFrom(trace: Trace): IpAddress {
  const first = trace.hops[0];
  const originate = first?.steps.find((step) => step.kind === 'originate');
  const route = first?.steps.find((step) => step.kind === 'route');
  if (originate === undefined) return first?.packetIn?.source ?? trace.final.packet.source;
  return (route?.kind === 'route' ? route.chosenSource : undefined) ?? originate.packet.source;
}

function acceptedBy(connection: number, trace: Trace): Accepted {
  return {
    connection,
    namespace: trace.final.namespace,
    process: trace.final.process ?? 'kernel',
    pair: pairOfReceiver(trace.final.packet),
    delivery: trace,
  };
}

/** Whether an answer came back to the very socket that asked; an echo has no ports to compare. */
function arrived(answer: Trace, client: Endpoint): boolean {
  if (!succeeded(answer) || answer.final.namespace !== client.namespace) return false;
  const seen = pairOfReceiver(answer.final.packet);
  const hasPorts = answer.final.packet.transport.kind !== 'icmp';
  const isSame = (left: SocketPair['local'], right: SocketPair['local']): boolean =>
    left.ip === right.ip && (!hasPorts || left.port === right.port);
  return isSame(seen.local, client.pair.local) && isSame(seen.remote, client.pair.remote);
}

const answerLost = (connection: number, answer: Trace): Failure => ({ connection, lost: answer, answerLost: true, clientSees: 'timeout' });

/** What the client learns when its packet did not arrive: from the kernel's answer where that reaches it, else from its own kernel, else nothing. */
function refusal(run: RequestRun, connection: number, dial: Dial, lost: Trace): Failure {
  const failure = { connection, lost, answerLost: false };
  const { response } = lost;
  if (response === null) return { ...failure, clientSees: withoutAnswer(dial, lost) };
  const isReset = response.packet.transport.kind === 'tcp';
  const start: WalkStart = { kind: 'send', namespace: response.namespace, packet: response.packet, process: 'kernel' };
  const back = walkLeg(run, connection, { direction: 'reply', segment: isReset ? 'RST' : 'icmp-error' }, start);
  if (!succeeded(back) || back.final.namespace !== dial.from) return { ...failure, clientSees: 'timeout' };
  return { ...failure, clientSees: meaningOf(response.packet) };
}

/** Linux turns ICMP errors into errno: net/ipv4/icmp.c icmp_err_convert; only a port that is unreachable reads "Connection refused". */
function meaningOf(response: Packet): ClientSees {
  const { transport } = response;
  if (transport.kind === 'tcp' || transport.kind === 'sctp') return 'refused';
  if (transport.kind !== 'icmp') return 'timeout';
  const isVersion6 = familyOf(response.source) === 'ipv6';
  const portUnreachable = isVersion6 ? transport.type === 1 && transport.code === 4 : transport.type === 3 && transport.code === 3;
  return portUnreachable ? 'refused' : 'unreachable';
}

/** Without a packet back only the client's own kernel can tell: it had no route, or no neighbour answered its ARP. */
function withoutAnswer(dial: Dial, lost: Trace): ClientSees {
  const atHome = dial.arrivesAt === null && lost.hops.length === 1 && lost.final.namespace === dial.from;
  const local = lost.disposition === 'noRoute' || lost.disposition === 'neighbourUnreachable';
  return atHome && local ? 'unreachable' : 'timeout';
}
