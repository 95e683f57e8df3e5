/**
 * What iptables holds in one network namespace: tables, chains, rules, and ipsets. Rules are data in iptables' own terms; they are run by
 * trace/ and printed by render.ts. nftables rulesets and IPVS tables stand beside them when their issues come.
 */
import type { Origin } from '../api/origin.ts';
import type { AddressFamily, Cidr, IpAddress } from '../net/address.ts';
import type { IpProtocol, TransportProtocol } from '../net/packet.ts';

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';
export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
/** States of `-m conntrack --ctstate`; SNAT and DNAT are virtual ones. */
export type ConntrackMatchState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED' | 'SNAT' | 'DNAT';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One condition of a rule. All of a rule's conditions must hold; they are kept in the order iptables-save prints them. */
export type Match =
  | { readonly kind: 'source'; readonly cidr: Cidr; readonly negated: boolean }
  | { readonly kind: 'destination'; readonly cidr: Cidr; readonly negated: boolean }
  /** A name that ends in "+" matches every interface that begins so. */
  | { readonly kind: 'inInterface'; readonly name: string; readonly negated: boolean }
  | { readonly kind: 'outInterface'; readonly name: string; readonly negated: boolean }
  | { readonly kind: 'protocol'; readonly protocol: IpProtocol; readonly negated: boolean }
  /** `-m tcp --dport`, `-m udp --sport` …; without ports it is the bare `-m tcp`. */
  | {
      readonly kind: 'ports';
      readonly module: TransportProtocol;
      readonly source?: PortRange & { readonly negated: boolean };
      readonly destination?: PortRange & { readonly negated: boolean };
    }
  | {
      readonly kind: 'multiport';
      readonly side: 'sports' | 'dports' | 'ports';
      readonly ports: readonly PortRange[];
      readonly negated: boolean;
    }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'conntrackState'; readonly states: readonly ConntrackMatchState[]; readonly negated: boolean }
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number; readonly negated: boolean }
  | {
      readonly kind: 'addressType';
      readonly source?: { readonly type: 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'BLACKHOLE'; readonly negated: boolean };
      readonly destination?: { readonly type: 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'BLACKHOLE'; readonly negated: boolean };
      readonly limitInterface?: 'in' | 'out';
    }
  /** `--mode random --probability p`; p is exact here (1/3), its text is what the program prints. */
  | { readonly kind: 'statisticRandom'; readonly probability: number }
  | {
      readonly kind: 'recent';
      readonly name: string;
      readonly operation: { readonly kind: 'set' } | { readonly kind: 'rcheck'; readonly seconds: number; readonly reap: boolean };
    }
  | { readonly kind: 'set'; readonly name: string; readonly directions: readonly ('src' | 'dst')[]; readonly negated: boolean }
  | { readonly kind: 'reversePathFilter'; readonly validMark: boolean; readonly loose: boolean; readonly invert: boolean }
  | { readonly kind: 'nfacct'; readonly name: string }
  | { readonly kind: 'icmpType'; readonly family: AddressFamily; readonly type: number; readonly code?: number; readonly negated: boolean };

export type RejectWith =
  | 'icmp-port-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-net-unreachable'
  | 'icmp-admin-prohibited'
  | 'tcp-reset'
  | 'icmp6-port-unreachable';

export type Target =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'dnat'; readonly address: IpAddress; readonly port?: number }
  | { readonly kind: 'snat'; readonly address: IpAddress; readonly port?: number }
  | { readonly kind: 'masquerade'; readonly randomFully: boolean }
  /** mark = (mark & ~mask) ^ value: `--set-xmark value/mask`, which `--or-mark` and `--xor-mark` are printed as. */
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number }
  | { readonly kind: 'notrack' }
  /** A rule without -j: it only counts. */
  | { readonly kind: 'none' };

export interface Rule {
  readonly matches: readonly Match[];
  readonly target: Target;
  readonly origin?: Origin;
}

export interface Chain {
  readonly name: string;
  /** Base chains have one; user chains end in RETURN. */
  readonly policy: 'ACCEPT' | 'DROP' | null;
  readonly rules: readonly Rule[];
}

export interface Table {
  readonly name: TableName;
  /** In the order of creation; base chains first. */
  readonly chains: ReadonlyMap<string, Chain>;
}

export interface IpSet {
  readonly name: string;
  readonly type: 'hash:ip' | 'hash:net' | 'hash:ip,port';
  readonly family: AddressFamily;
  readonly members: readonly IpSetMember[];
}

export interface IpSetMember {
  readonly cidr: Cidr;
  readonly protocol?: TransportProtocol;
  readonly port?: number;
  readonly origin?: Origin;
}

export interface Netfilter {
  readonly tables: Readonly<Record<AddressFamily, ReadonlyMap<TableName, Table>>>;
  readonly sets: ReadonlyMap<string, IpSet>;
}

/** Where a rule stands; `index` counts from 0 in its chain. */
export interface RuleReference {
  readonly family: AddressFamily;
  readonly table: TableName;
  readonly chain: string;
  readonly index: number;
}

/** The base chains of each table, in the order iptables-save prints them. */
export const baseChains = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const satisfies Record<TableName, readonly HookName[]>;
