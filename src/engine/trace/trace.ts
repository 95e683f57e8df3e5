/**
 * What a walk leaves behind: a Trace of Hops (one network namespace each) of Steps (one decision each), and the packet's fate.
 * Data only; walk.ts makes it, invariants.ts judges it.
 */
import type { Origin } from '../api/origin.ts';
import type { IpAddress, MacAddress } from '../net/address.ts';
import type { FlowTuple, Packet } from '../net/packet.ts';
import type { RuleHit } from '../netfilter/evaluate.ts';
import type { ConnectionView } from '../netfilter/match.ts';
import type { HookName, RuleReference, TableName } from '../netfilter/ruleset.ts';
import type { RouteCandidate, RouteDecision } from '../routing/lookup.ts';
import type { NetworkNamespaceId, NetworkNamespaceKind } from '../topology/networkNamespace.ts';

export type { RuleEffect, RuleHit } from '../netfilter/evaluate.ts';
export type { RouteCandidate, RouteDecision } from '../routing/lookup.ts';

/** A packet's final fate. Success is {@link successfulDispositions}; failure is its complement. */
export type Disposition =
  | 'delivered'
  | 'exitsCluster'
  | 'dropped'
  | 'rejected'
  | 'noRoute'
  | 'neighbourUnreachable'
  | 'noListener'
  | 'ttlExceeded'
  | 'loop'
  | 'tooBig'
  | 'unsupported';

export const successfulDispositions: ReadonlySet<Disposition> = new Set(['delivered', 'exitsCluster']);

export interface ConntrackEntryView {
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
  /** As /proc/net/nf_conntrack words it; UDP and ICMP have none. */
  readonly tcpState?: 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK' | 'TIME_WAIT' | 'CLOSE';
  readonly assured: boolean;
  readonly unreplied: boolean;
}

export type TranslationField = 'source' | 'sourcePort' | 'destination' | 'destinationPort';

export type DropCause =
  | { readonly kind: 'rule'; readonly reference: RuleReference }
  | { readonly kind: 'policy'; readonly table: TableName; readonly chain: HookName }
  | { readonly kind: 'reversePathFilter'; readonly interface: string }
  | { readonly kind: 'martian' }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'notForwarding' }
  | { readonly kind: 'ttl' }
  | { readonly kind: 'neighbour' }
  | { readonly kind: 'noRoute' }
  | { readonly kind: 'noListener' }
  | { readonly kind: 'tooBig'; readonly mtu: number }
  | { readonly kind: 'linkDown'; readonly interface: string }
  | { readonly kind: 'loop' }
  | { readonly kind: 'unsupported'; readonly what: string };

/** One decision in one network namespace. `packet` on every step is the packet after it. */
export type Step =
  | { readonly kind: 'originate'; readonly packet: Packet; readonly process: string }
  | { readonly kind: 'receive'; readonly packet: Packet; readonly interface: string }
  /** ARP: who answered for the next hop, from which table, or that nobody did. `proxy` names the interface that answered for another. */
  | {
      readonly kind: 'neighbour';
      readonly packet: Packet;
      readonly interface: string;
      readonly address: IpAddress;
      readonly mac: MacAddress | null;
      readonly answeredBy: 'permanent' | 'owner' | 'proxy' | 'nobody';
      readonly origin?: Origin;
    }
  /** A switch chose a port by the destination MAC; `toInterface` null: flooded. */
  | { readonly kind: 'bridge'; readonly packet: Packet; readonly destination: MacAddress; readonly toInterface: string | null }
  | {
      readonly kind: 'conntrack';
      readonly packet: Packet;
      readonly hook: HookName;
      readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
      readonly entry: ConntrackEntryView | null;
    }
  /** One table's base chain at one hook: the matched rules in order. Chains without any rule leave no step. */
  | {
      readonly kind: 'chain';
      readonly packet: Packet;
      readonly hook: HookName;
      readonly table: TableName;
      readonly hits: readonly RuleHit[];
      readonly verdict: 'accept' | 'drop' | 'reject';
      /** The rule that decided; null: the chain's policy did. */
      readonly decidedBy: RuleReference | null;
      /** Rules of the base chain passed over after the last hit. */
      readonly skippedFrom: number;
      /** What the rules could see beside the packet: `IN= OUT=` of a kernel log line, and the connection. Always set by the walk. */
      readonly context?: {
        readonly inInterface: string | null;
        readonly outInterface: string | null;
        readonly connection: ConnectionView;
      };
    }
  | {
      readonly kind: 'translate';
      readonly packet: Packet;
      readonly hook: HookName;
      readonly translation: 'dnat' | 'snat' | 'undoDnat' | 'undoSnat';
      readonly changes: readonly { readonly field: TranslationField; readonly before: string; readonly after: string }[];
      /** Absent when conntrack did it for a packet of a known connection. */
      readonly rule?: RuleReference;
    }
  | {
      readonly kind: 'route';
      readonly packet: Packet;
      readonly destination: IpAddress;
      readonly candidates: readonly RouteCandidate[];
      readonly decision: RouteDecision;
      /** The source address a local packet got from it. */
      readonly chosenSource?: IpAddress;
    }
  | { readonly kind: 'ttl'; readonly packet: Packet; readonly before: number; readonly after: number }
  /** The tunnel device wrapped the packet; `packet` is the outer one. */
  | {
      readonly kind: 'encapsulate';
      readonly packet: Packet;
      readonly interface: string;
      readonly remote: IpAddress;
      readonly fdbOrigin?: Origin;
    }
  | { readonly kind: 'decapsulate'; readonly packet: Packet; readonly interface: string }
  | { readonly kind: 'transmit'; readonly packet: Packet; readonly interface: string }
  | { readonly kind: 'deliver'; readonly packet: Packet; readonly process: string; readonly origin?: Origin }
  | { readonly kind: 'exit'; readonly packet: Packet }
  | { readonly kind: 'drop'; readonly packet: Packet; readonly cause: DropCause };

/** Everything one network namespace did with the packet, from receive (or originate) to transmit (or its end). */
export interface Hop {
  readonly namespace: NetworkNamespaceId;
  readonly kind: NetworkNamespaceKind;
  readonly interfaceIn: string | null;
  readonly interfaceOut: string | null;
  /** Null where the packet originates. */
  readonly packetIn: Packet | null;
  readonly packetOut: Packet | null;
  readonly steps: readonly Step[];
}

/** One packet's way through the cluster. */
export interface Trace {
  readonly hops: readonly Hop[];
  readonly disposition: Disposition;
  /** Where it ended, and as what. */
  readonly final: {
    readonly namespace: NetworkNamespaceId;
    readonly packet: Packet;
    readonly process?: string;
    readonly cause?: DropCause;
  };
  /** The answer of a kernel on the way (ICMP error, RST): a packet that is walked next. */
  readonly response: { readonly namespace: NetworkNamespaceId; readonly packet: Packet } | null;
}
