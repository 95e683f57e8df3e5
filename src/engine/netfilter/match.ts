/**
 * Judges one condition of a rule on one packet, each as its xtables module does (net/netfilter/xt_*.c, net/ipv4/netfilter/ip_tables.c).
 * `recent --rcheck` knows no time: an address that is in the list counts as seen within the last seconds. nfacct counts nothing.
 */
import { assertNever } from '../../shared/assertNever.ts';
import { cidrContains, type IpAddress } from '../net/address.ts';
import { type Packet, portsOf, protocolOf } from '../net/packet.ts';
import { setContains } from './ipsetLookup.ts';
import type { ConntrackMatchState, IpSet, Match, PortRange, Rule } from './ruleset.ts';

/** What an address is to a host, as inet_addr_type answers. */
export type AddressType = 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'BLACKHOLE';

/** The connection as matches see it; in the raw table, before tracking, the state is INVALID (there is no entry yet). */
export interface ConnectionView {
  readonly state: Exclude<ConntrackMatchState, 'SNAT' | 'DNAT'>;
  readonly sourceTranslated: boolean;
  readonly destinationTranslated: boolean;
}

/** Everything but the packet that a rule may look at. */
export interface RuleContext {
  /** Null at OUTPUT and, for packets of the host's own, at POSTROUTING. */
  readonly inInterface: string | null;
  /** Null at PREROUTING and INPUT. */
  readonly outInterface: string | null;
  readonly connection: ConnectionView;
  readonly sets: ReadonlyMap<string, IpSet>;
  /** The type of an address; with `limitInterface`, only that interface's local addresses count as local. */
  addressType(address: IpAddress, limitInterface: string | null): AddressType;
  /** Whether the way back to the packet's source leaves by the interface it came in (by any when loose). */
  hasReversePath(packet: Packet, options: { readonly validMark: boolean; readonly loose: boolean }): boolean;
  isInRecentList(name: string, address: IpAddress): boolean;
  addToRecentList(name: string, address: IpAddress): void;
  /** Rolls dice: weights sum to 1, the index of the outcome comes back. */
  pick(weights: readonly number[], subject: string): number;
}

/** Whether every condition holds; they are asked in order and the first that fails ends it. `subject` names a dice roll. */
export function ruleMatches(rule: Rule, packet: Packet, context: RuleContext, subject: string): boolean {
  for (const match of rule.matches) if (!matchHolds(match, packet, context, subject)) return false;
  return true;
}

/** The first condition that fails; undefined when all hold. A dice roll counts as failed: the rule is known to have been passed over. */
export function firstFailedMatch(rule: Rule, packet: Packet, context: RuleContext): Match | undefined {
  return rule.matches.find((match) => match.kind === 'statisticRandom' || !matchHolds(match, packet, context, ''));
}

const inRange = (range: PortRange, port: number): boolean => port >= range.first && port <= range.last;

/** `-i cali+` compares the letters before the plus; no interface is the empty name (ip_packet_match, ifname_compare_aligned). */
function interfaceMatches(pattern: string, name: string | null): boolean {
  return pattern.endsWith('+') ? (name ?? '').startsWith(pattern.slice(0, -1)) : pattern === (name ?? '');
}

function matchHolds(match: Match, packet: Packet, context: RuleContext, subject: string): boolean {
  switch (match.kind) {
    case 'source':
      return cidrContains(match.cidr, packet.source) !== match.negated;
    case 'destination':
      return cidrContains(match.cidr, packet.destination) !== match.negated;
    case 'inInterface':
      return interfaceMatches(match.name, context.inInterface) !== match.negated;
    case 'outInterface':
      return interfaceMatches(match.name, context.outInterface) !== match.negated;
    case 'protocol':
      return (protocolOf(packet) === match.protocol) !== match.negated;
    case 'ports':
      return portsMatch(match, packet);
    case 'multiport':
      return multiportMatches(match, packet);
    case 'comment':
    case 'nfacct':
      return true;
    case 'conntrackState':
      return conntrackStateMatches(match.states, context.connection) !== match.negated;
    case 'mark':
      return ((packet.mark & match.mask) >>> 0 === match.value >>> 0) !== match.negated;
    case 'addressType':
      return addressTypeMatches(match, packet, context);
    case 'statisticRandom':
      if (match.probability >= 1) return true;
      return match.probability > 0 && context.pick([match.probability, 1 - match.probability], subject) === 0;
    case 'recent':
      if (match.operation.kind === 'rcheck') return context.isInRecentList(match.name, packet.source);
      context.addToRecentList(match.name, packet.source);
      return true;
    case 'set': {
      const set = context.sets.get(match.name);
      // The kernel refuses a rule that names no set, so a missing one is a bug of whoever rendered the rule.
      if (set === undefined) throw new Error(`ipset ${match.name} does not exist`);
      return setContains(set, packet, match.directions) !== match.negated;
    }
    case 'reversePathFilter':
      return context.hasReversePath(packet, match) !== match.invert;
    case 'icmpType':
      return icmpTypeMatches(match, packet);
    default:
      return assertNever(match);
  }
}

function portsMatch(match: Extract<Match, { kind: 'ports' }>, packet: Packet): boolean {
  if (packet.transport.kind !== match.module) return false;
  const ports = portsOf(packet);
  if (match.source !== undefined && inRange(match.source, ports.source) === match.source.negated) return false;
  return match.destination === undefined || inRange(match.destination, ports.destination) !== match.destination.negated;
}

function multiportMatches(match: Extract<Match, { kind: 'multiport' }>, packet: Packet): boolean {
  const { kind } = packet.transport;
  if (kind !== 'tcp' && kind !== 'udp' && kind !== 'sctp') return false;
  const ports = portsOf(packet);
  const sides = { sports: [ports.source], dports: [ports.destination], ports: [ports.source, ports.destination] }[match.side];
  const holds = match.ports.some((range) => sides.some((port) => inRange(range, port)));
  return holds !== match.negated;
}

function conntrackStateMatches(states: readonly ConntrackMatchState[], connection: ConnectionView): boolean {
  if (states.includes(connection.state)) return true;
  if (connection.sourceTranslated && states.includes('SNAT')) return true;
  return connection.destinationTranslated && states.includes('DNAT');
}

function addressTypeMatches(match: Extract<Match, { kind: 'addressType' }>, packet: Packet, context: RuleContext): boolean {
  const limit = match.limitInterface === undefined ? null : match.limitInterface === 'in' ? context.inInterface : context.outInterface;
  if (match.source !== undefined) {
    const holds = context.addressType(packet.source, limit) === match.source.type;
    if (holds === match.source.negated) return false;
  }
  if (match.destination === undefined) return true;
  return (context.addressType(packet.destination, limit) === match.destination.type) !== match.destination.negated;
}

function icmpTypeMatches(match: Extract<Match, { kind: 'icmpType' }>, packet: Packet): boolean {
  const { transport } = packet;
  if (transport.kind !== 'icmp' || (protocolOf(packet) === 'icmpv6') !== (match.family === 'ipv6')) return false;
  return (transport.type === match.type && (match.code === undefined || transport.code === match.code)) !== match.negated;
}
