/**
 * The hooks of a host in kernel order: raw, connection tracking, mangle, nat (PREROUTING, OUTPUT); mangle, filter, nat, confirmation (INPUT);
 * mangle, filter (FORWARD); mangle, nat, confirmation (POSTROUTING). nat rules see only a connection's first packet; the rest is conntrack's.
 * The security table and bridge hooks are not modelled.
 */
import { familyOf } from '../net/address.ts';
import { type ChainOutcome, evaluateChain, type RuleHit } from '../netfilter/evaluate.ts';
import type { RuleContext } from '../netfilter/match.ts';
import type { HookName, RejectWith, TableName, Target } from '../netfilter/ruleset.ts';
import { findRoute, selectAddress } from '../routing/lookup.ts';
import { attachResponse, confirm, type Tracking, trackPacket, untracked } from './conntrack.ts';
import { changesBetween, type Manipulation } from './flow.ts';
import { type Host, hasNatRules } from './host.ts';
import { type ErrorKind, resetPacket } from './icmp.ts';
import { bindConnection, type NatTarget, translatePacket } from './nat.ts';
import type { ConntrackEntryView, RuleEffect } from './trace.ts';
import { answerWithError, drop, type End, type Traveller, type Visit } from './visit.ts';

/** The devices a hook knows, and for MASQUERADE the neighbour that the packet goes to. */
export interface HookPlace {
  readonly hook: HookName;
  readonly inInterface: string | null;
  readonly outInterface: string | null;
  /** Whether the packet is for this host: then an error speaks with the address it was sent to. */
  readonly addressedHere: boolean;
}

type HookResult = { readonly kind: 'passed'; readonly traveller: Traveller } | End;

const passed = (traveller: Traveller): HookResult => ({ kind: 'passed', traveller });

/** Runs stages one after the other until one ends the packet. */
function inOrder(traveller: Traveller, ...stages: readonly ((current: Traveller) => HookResult)[]): HookResult {
  let result = passed(traveller);
  for (const stage of stages) {
    if (result.kind === 'end') return result;
    result = stage(result.traveller);
  }
  return result;
}

export const runPrerouting = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  inOrder(
    traveller,
    (current) => runRawAndTracking(visit, current, place, false),
    (current) => runFilteringTable(visit, current, place, 'mangle'),
    (current) => runNat(visit, current, place),
  );

export const runInput = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  inOrder(
    traveller,
    (current) => runFilteringTable(visit, current, place, 'mangle'),
    (current) => runFilteringTable(visit, current, place, 'filter'),
    (current) => runNat(visit, current, place),
    (current) => confirmConnection(visit, current),
  );

export const runForward = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  inOrder(
    traveller,
    (current) => runFilteringTable(visit, current, place, 'mangle'),
    (current) => runFilteringTable(visit, current, place, 'filter'),
  );

export const runPostrouting = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  inOrder(
    traveller,
    (current) => runFilteringTable(visit, current, place, 'mangle'),
    (current) => runNat(visit, current, place),
    (current) => confirmConnection(visit, current),
  );

/** OUTPUT comes in parts: after mangle and after nat the host may have to route the packet anew. */
export const runOutputRaw = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  runRawAndTracking(visit, traveller, place, true);

export const runOutputMangle = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  runFilteringTable(visit, traveller, place, 'mangle');

export const runOutputNat = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult => runNat(visit, traveller, place);

export const runOutputFilter = (visit: Visit, traveller: Traveller, place: HookPlace): HookResult =>
  runFilteringTable(visit, traveller, place, 'filter');

function confirmConnection(visit: Visit, traveller: Traveller): HookResult {
  if (traveller.tracking === null) return passed(traveller);
  return passed({ ...traveller, tracking: confirm(visit.memory, visit.id, traveller.tracking) });
}

/** The raw table may exempt a packet from tracking; a packet that came over loopback is tracked already. */
function runRawAndTracking(visit: Visit, traveller: Traveller, place: HookPlace, isOwn: boolean): HookResult {
  const outcome = runChain(visit, traveller, place, 'raw');
  if (outcome !== undefined && outcome.verdict !== 'accept') return endByRule(visit, traveller, place, 'raw', outcome);
  const packet = outcome?.packet ?? traveller.packet;
  const isUntracked = outcome?.untracked === true;
  if (traveller.tracking !== null) return passed({ packet, tracking: traveller.tracking });
  if (!visit.host.tracksConnections(familyOf(packet.source))) return passed({ packet, tracking: isUntracked ? untracked : null });
  const tracking = isUntracked ? untracked : trackPacket(visit.memory, visit.id, packet, isOwn);
  visit.steps.push({ kind: 'conntrack', packet, hook: place.hook, state: tracking.state, entry: viewOf(tracking) });
  return passed({ packet, tracking });
}

function viewOf(tracking: Tracking): ConntrackEntryView | null {
  const { entry } = tracking;
  if (entry === null) return null;
  const { original, reply, tcpState, assured, unreplied } = entry;
  return { original, reply, ...(tcpState === undefined ? {} : { tcpState }), assured, unreplied };
}

function runFilteringTable(visit: Visit, traveller: Traveller, place: HookPlace, table: 'mangle' | 'filter'): HookResult {
  const outcome = runChain(visit, traveller, place, table);
  if (outcome === undefined) return passed(traveller);
  const after: Traveller = { ...traveller, packet: outcome.packet };
  return outcome.verdict === 'accept' ? passed(after) : endByRule(visit, after, place, table, outcome);
}

/** Runs one base chain and writes its step; undefined (and no step) where there is no rule and no DROP policy. */
function runChain(visit: Visit, traveller: Traveller, place: HookPlace, tableName: TableName): ChainOutcome | undefined {
  const family = familyOf(traveller.packet.source);
  const table = visit.host.namespace.netfilter().tables[family].get(tableName);
  const base = table?.chains.get(place.hook);
  if (table === undefined || base === undefined || (base.rules.length === 0 && base.policy !== 'DROP')) return undefined;
  const context = ruleContext(visit, traveller, place);
  const outcome = evaluateChain(table, place.hook, family, traveller.packet, context);
  if (outcome === undefined) return undefined;
  visit.steps.push({
    kind: 'chain',
    packet: outcome.packet,
    hook: place.hook,
    table: tableName,
    hits: outcome.hits,
    verdict: outcome.verdict,
    decidedBy: outcome.decidedBy?.reference ?? null,
    skippedFrom: outcome.skippedFrom,
    context: { inInterface: place.inInterface, outInterface: place.outInterface, connection: context.connection },
  });
  return outcome;
}

/** Before tracking, and where nothing is tracked, matches on connections see INVALID, as xt_conntrack does without an entry. */
function connectionView(tracking: Tracking | null): RuleContext['connection'] {
  return {
    state: tracking?.state ?? 'INVALID',
    sourceTranslated: tracking?.entry?.sourceTranslated ?? false,
    destinationTranslated: tracking?.entry?.destinationTranslated ?? false,
  };
}

function ruleContext(visit: Visit, traveller: Traveller, place: HookPlace): RuleContext {
  const { host, memory, id, choices } = visit;
  return {
    ...hostContext(host, place.inInterface),
    inInterface: place.inInterface,
    outInterface: place.outInterface,
    connection: connectionView(traveller.tracking),
    isInRecentList: (name, address) => memory.read(id).recent.get(name)?.has(address) === true,
    addToRecentList: (name, address) => {
      const known = memory.read(id).recent.get(name) ?? new Set();
      if (!known.has(address)) memory.set(id, 'recent', name, new Set([...known, address]));
    },
    pick: (weights, subject) => choices.pick(weights, `${id} ${subject}`),
  };
}

/** What rules ask of the host alone. */
export function hostContext(host: Host, inInterface: string | null): Pick<RuleContext, 'sets' | 'addressType' | 'hasReversePath'> {
  return {
    sets: host.namespace.netfilter().sets,
    addressType: host.addressType,
    hasReversePath: (packet, options) => hasReversePath(host, inInterface, packet, options),
  };
}

/** net/ipv4/netfilter/ipt_rpfilter.c: the way back must be a unicast route through the interface the packet came in by. */
function hasReversePath(
  host: Host,
  inInterface: string | null,
  packet: Traveller['packet'],
  options: { readonly validMark: boolean; readonly loose: boolean },
): boolean {
  if (inInterface === host.loopbackName) return true;
  const query = { destination: packet.source, source: packet.destination, mark: options.validMark ? packet.mark : 0 };
  const back = findRoute(host.namespace.routing(), query, host.isUp);
  if (back === undefined || back.route.type !== 'unicast') return false;
  return options.loose || back.route.nextHops.some((hop) => hop.interface === inInterface);
}

/** nat hooks: a connection's first packet asks the rules, once per end; then the entry translates, this packet and all others. */
function runNat(visit: Visit, traveller: Traveller, place: HookPlace): HookResult {
  const { tracking } = traveller;
  const family = familyOf(traveller.packet.source);
  if (tracking === null || tracking.entry === null || !hasNatRules(visit.host.namespace.netfilter(), family)) return passed(traveller);
  const manipulation: Manipulation = place.hook === 'PREROUTING' || place.hook === 'OUTPUT' ? 'destination' : 'source';
  let current: Traveller = traveller;
  let decidedBy: RuleHit | null = null;
  if (!tracking.confirmed && !tracking.decided[manipulation]) {
    const outcome = runChain(visit, traveller, place, 'nat');
    if (outcome !== undefined && outcome.verdict !== 'accept') return endByRule(visit, traveller, place, 'nat', outcome);
    const packet = outcome?.packet ?? traveller.packet;
    const target = natTarget(visit, outcome?.decidedBy?.rule.target, { ...traveller, packet }, place);
    if (target === 'noAddress') return drop(visit, packet, causeOf(place, 'nat', outcome ?? null));
    if (target !== null) decidedBy = outcome?.decidedBy ?? null;
    current = { packet, tracking: bindConnection(visit.memory, visit.id, tracking, manipulation, target) };
  }
  if (current.tracking === null) return passed(current);
  const translated = translatePacket(current.packet, current.tracking, manipulation);
  if (translated === current.packet) return passed(current);
  visit.steps.push({
    kind: 'translate',
    packet: translated,
    hook: place.hook,
    translation: translationName(manipulation, current.tracking),
    changes: changesBetween(current.packet, translated),
    ...(decidedBy === null ? {} : { rule: decidedBy.reference }),
  });
  return passed({ ...current, packet: translated });
}

function translationName(manipulation: Manipulation, tracking: Tracking): 'dnat' | 'snat' | 'undoDnat' | 'undoSnat' {
  if (tracking.direction === 'original') return manipulation === 'destination' ? 'dnat' : 'snat';
  return manipulation === 'destination' ? 'undoSnat' : 'undoDnat';
}

/** What the rule wants; null: nothing; noAddress: MASQUERADE found no address to use, which drops the packet (nf_nat_masquerade_ipv4). */
function natTarget(visit: Visit, target: Target | undefined, traveller: Traveller, place: HookPlace): NatTarget | null | 'noAddress' {
  switch (target?.kind) {
    case 'dnat':
    case 'snat':
      return { address: target.address, port: target.port ?? null, random: false };
    case 'masquerade': {
      const outInterface = place.outInterface ?? visit.host.loopbackName;
      const towards = lastNextHop(visit) ?? traveller.packet.destination;
      const address = selectAddress(visit.host.interfaces, outInterface, towards, 'global');
      return address === undefined ? 'noAddress' : { address, port: null, random: target.randomFully };
    }
    default:
      return null;
  }
}

/** The neighbour that the routing decision before this hook chose. */
function lastNextHop(visit: Visit) {
  const route = visit.steps.findLast((step) => step.kind === 'route');
  return route?.kind === 'route' && route.decision.kind === 'forward' ? route.decision.nextHop : undefined;
}

function causeOf(place: HookPlace, table: TableName, outcome: ChainOutcome | null) {
  return outcome === null || outcome.decidedBy === null
    ? ({ kind: 'policy', table, chain: place.hook } as const)
    : ({ kind: 'rule', reference: outcome.decidedBy.reference } as const);
}

function endByRule(visit: Visit, traveller: Traveller, place: HookPlace, table: TableName, outcome: ChainOutcome): End {
  const cause = causeOf(place, table, outcome);
  const effect: RuleEffect = outcome.decidedBy?.effect ?? 'drop';
  const target = outcome.decidedBy?.rule.target;
  if (effect !== 'reject' || target?.kind !== 'reject') return drop(visit, outcome.packet, cause);
  const response = rejection(visit, { ...traveller, packet: outcome.packet }, place, target.with);
  return drop(visit, outcome.packet, cause, response, 'rejected');
}

const errorOfRejection: Record<Exclude<RejectWith, 'tcp-reset'>, ErrorKind> = {
  'icmp-port-unreachable': 'portUnreachable',
  'icmp-host-unreachable': 'hostUnreachable',
  'icmp-net-unreachable': 'netUnreachable',
  'icmp-admin-prohibited': 'filtered',
  'icmp6-port-unreachable': 'portUnreachable',
};

function rejection(visit: Visit, traveller: Traveller, place: HookPlace, rejectWith: RejectWith) {
  if (rejectWith !== 'tcp-reset') {
    return answerWithError(visit, traveller, errorOfRejection[rejectWith], { addressedHere: place.addressedHere });
  }
  const response = resetPacket(traveller.packet) ?? null;
  if (response !== null) attachResponse(visit.memory, visit.id, response, traveller.tracking);
  return response;
}
