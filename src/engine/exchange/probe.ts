/** A request as the command line and the page's request bar word it, and what became of it. The words are those of the command line's contract. */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { Origin } from '../api/origin.ts';
import type { IpAddress } from '../net/address.ts';
import type { Message } from '../net/message.ts';
import type { NetworkNamespaceId } from '../topology/networkNamespace.ts';
import type { Disposition, Trace } from '../trace/trace.ts';

export interface Probe {
  readonly name?: string;
  /** pod/NS/NAME, deployment/NS/NAME, node/NAME, external, external/IP */
  readonly from: string;
  /** pod/NS/NAME:PORT, deployment/…, service/NS/NAME:PORT, node/NAME:PORT, IP:PORT, [IPv6]:PORT, NAME:PORT, http(s)://… */
  readonly to: string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP' | 'ICMP';
  /** The node at which outside traffic arrives, or "destination". */
  readonly via?: string;
  readonly host?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sourceIP?: string;
  readonly sourcePort?: number;
}

/** What the client program sees. */
export type ClientSees = 'connected' | 'refused' | 'timeout' | 'unreachable' | 'nxdomain' | 'http';

/** One packet of a connection, walked. `shown` marks the ones that a player shows first; the others unfold. */
export interface Leg {
  readonly direction: 'request' | 'reply';
  /** SYN, SYN-ACK, ACK, request, response, FIN, ICMP error … */
  readonly segment:
    | 'SYN'
    | 'SYN-ACK'
    | 'ACK'
    | 'RST'
    | 'request'
    | 'response'
    | 'FIN'
    | 'datagram'
    | 'echo'
    | 'init'
    | 'init-ack'
    | 'icmp-error';
  readonly shown: boolean;
  readonly trace: Trace;
}

/** One step of the way to an address: "nginx read the EndpointSlice …", "DNS answered …". */
export interface ConnectionBecause {
  readonly message: Message;
  readonly origin?: Origin;
}

/** One transport connection of a request: client → ingress, ingress → Pod. */
export interface Connection {
  readonly from: NetworkNamespaceId;
  /** Where it ended up; null when it never arrived. */
  readonly to: NetworkNamespaceId | null;
  readonly dialled: { readonly ip: IpAddress; readonly port: number };
  /** Why the process dialled that address: "nginx read the EndpointSlice …", "DNS answered …". In order. */
  readonly because: readonly ConnectionBecause[];
  readonly legs: readonly Leg[];
  readonly clientSees: ClientSees;
}

export interface Reason {
  readonly message: Message;
  readonly origin?: Origin;
}

export interface HttpOutcome {
  readonly status: number;
  /** "NS/NAME", null when the proxy answered by itself. */
  readonly service: string | null;
  /** The Ingress rule in words of the API: "default/web host microservice1.com path / Prefix". */
  readonly rule: string | null;
  readonly ruleOrigin?: Origin;
  readonly location: string | null;
  readonly upstreamPath: string | null;
}

export interface Translation {
  readonly at: NetworkNamespaceId;
  readonly kind: 'dnat' | 'snat' | 'masquerade';
  readonly from: string;
  readonly to: string;
}

/** One of the ways the request may go, whole. */
export interface RequestBranch {
  readonly probability: number;
  /** The choices that lead here; {@link Choices} replays them. */
  readonly script: readonly number[];
  readonly disposition: Disposition | 'notResolved';
  readonly clientSees: ClientSees;
  readonly reason: Reason | null;
  readonly connections: readonly Connection[];
  /** The order in which the packets are played: [connection, leg] indices. */
  readonly sequence: readonly { readonly connection: number; readonly leg: number }[];
  readonly deliveredTo: {
    readonly namespace: NetworkNamespaceId;
    readonly pod: string | null;
    readonly node: string | null;
    readonly ip: IpAddress;
    readonly port: number;
  } | null;
  readonly seenByServer: { readonly ip: IpAddress; readonly port: number } | null;
  readonly translations: readonly Translation[];
  readonly masqueraded: boolean;
  readonly http: HttpOutcome | null;
  /** Packets that a real client would send and that are not walked: said, never hidden. */
  readonly notWalked: readonly Message[];
}

export interface RequestResult {
  readonly probe: Probe;
  readonly resolved: { readonly ip: IpAddress; readonly port: number } | null;
  /** Probabilities sum to 1 unless `complete` is false. Most probable first is NOT promised: order is that of the rules. */
  readonly branches: readonly RequestBranch[];
  readonly complete: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
