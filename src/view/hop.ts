/** One hop as a row: where, in and out, source and destination before and after, and what decided, in the node's own text. */
import type { Connection, Leg } from '../engine/exchange/probe.ts';
import { renderRule } from '../engine/netfilter/render.ts';
import { renderRoute } from '../engine/routing/render.ts';
import type { DropCause, Hop, RuleHit, Step } from '../engine/trace/trace.ts';
import { assertNever } from '../shared/assertNever.ts';
import { message } from '../shared/message.ts';
import type { Cause, HopBadge, HopModel, Text } from './model.ts';
import { causeOf, destinationText, displayName, packetWords, sourceText, unwrap } from './names.ts';
import { buildStep } from './step.ts';

export interface HopInput {
  readonly hop: Hop;
  readonly id: string;
  readonly number: number;
  readonly leg: Leg;
  readonly connection: Connection;
  /** Where the packet begins: what decided is why the process sent it. */
  readonly isFirst: boolean;
}

export function buildHop(input: HopInput): HopModel {
  const { hop } = input;
  const before = unwrap(hop.packetIn ?? firstPacket(hop)).inner;
  const last = hop.packetOut ?? lastPacket(hop);
  const after = unwrap(last);
  const outer = after.outer ?? (hop.kind === 'switch' && hop.packetIn !== null ? unwrap(hop.packetIn).outer : null);
  const decision = decisionOf(input);
  return {
    id: input.id,
    number: input.number,
    namespace: hop.namespace,
    name: displayName(hop.namespace),
    namespaceKind: hop.kind,
    interfaceIn: hop.interfaceIn,
    interfaceOut: hop.interfaceOut,
    source: { before: sourceText(before), after: sourceText(after.inner) },
    destination: { before: destinationText(before), after: destinationText(after.inner) },
    outer: outer === null ? null : { source: sourceText(outer), destination: destinationText(outer) },
    badge: badgeOf(hop),
    decided: decision.text,
    cause: decision.cause,
    steps: hop.steps.map((step, index) => buildStep(step, hop, index)),
  };
}

const firstPacket = (hop: Hop) => {
  const first = hop.steps[0];
  if (first === undefined) throw new Error(`a hop without steps in ${hop.namespace}`);
  return first.packet;
};

const lastPacket = (hop: Hop) => (hop.steps.at(-1) ?? { packet: firstPacket(hop) }).packet;

function badgeOf(hop: Hop): HopBadge {
  const translation = hop.steps.findLast((step) => step.kind === 'translate');
  const end = hop.steps.at(-1);
  if (end?.kind === 'drop') return dropBadge(end.cause, hop);
  if (end?.kind === 'deliver' || end?.kind === 'exit') return 'delivered';
  if (translation !== undefined) return translationBadge[translation.translation];
  if (hop.steps.some((step) => step.kind === 'encapsulate')) return 'encap';
  return hop.steps.some((step) => step.kind === 'decapsulate') ? 'decap' : null;
}

const translationBadge = { dnat: 'DNAT', snat: 'SNAT', undoDnat: 'undoNAT', undoSnat: 'undoNAT' } as const;

function dropBadge(cause: DropCause, hop: Hop): HopBadge {
  if (hop.steps.some((step) => step.kind === 'chain' && step.verdict === 'reject')) return 'refused';
  if (cause.kind === 'noListener') return 'refused';
  return cause.kind === 'noRoute' ? 'noRoute' : 'drop';
}

interface Decision {
  readonly text: Text;
  readonly cause: Cause | null;
}

/** The step that says most about a hop: its end, a rule of NAT, the process that dialled, else the route. */
function decisionOf(input: HopInput): Decision {
  const { hop, connection, leg, isFirst } = input;
  const end = hop.steps.at(-1);
  if (end?.kind === 'drop') return dropDecision(end.cause, hop);
  if (isFirst && leg.direction === 'request') {
    const because = connection.because.at(-1);
    if (because !== undefined) return { text: { kind: 'message', message: because.message }, cause: causeOf(because.origin) };
  }
  const hit = translatingHit(hop);
  if (hit !== undefined) return { text: native(renderRule(hit.reference.chain, hit.rule)), cause: causeOf(hit.rule.origin) };
  if (end?.kind === 'deliver') {
    const words = message('view.decided.delivered', { process: end.process, packet: packetWords(end.packet) });
    return { text: { kind: 'message', message: words }, cause: causeOf(end.origin) };
  }
  if (end?.kind === 'exit') return { text: { kind: 'message', message: message('view.decided.exit') }, cause: null };
  return routeDecision(hop) ?? bridgeDecision(hop) ?? { text: native(packetWords(unwrap(firstPacket(hop)).inner)), cause: null };
}

const native = (text: string): Text => ({ kind: 'native', text });

/** The last rule that rewrote an address: the DNAT of an endpoint chain, or MASQUERADE. */
export function translatingHit(hop: Hop): RuleHit | undefined {
  const hits = hop.steps.flatMap((step) => (step.kind === 'chain' ? step.hits : []));
  return hits.findLast((hit) => hit.effect === 'translate');
}

function routeDecision(hop: Hop): Decision | undefined {
  const route = hop.steps.findLast((step): step is Extract<Step, { kind: 'route' }> => step.kind === 'route' && !isUnderlay(step, hop));
  const won = route?.candidates.find((candidate) => candidate.outcome === 'won');
  return won === undefined ? undefined : { text: native(renderRoute(won.route).trim()), cause: causeOf(won.route.origin) };
}

/** The route of the outer packet of a tunnel: the inner one's says more. */
const isUnderlay = (step: Step, hop: Hop): boolean =>
  unwrap(step.packet).outer !== null && hop.steps.some((other) => other.kind === 'encapsulate' || other.kind === 'decapsulate');

function bridgeDecision(hop: Hop): Decision | undefined {
  const bridge = hop.steps.find((step) => step.kind === 'bridge');
  if (bridge === undefined) return undefined;
  const code = bridge.toInterface === null ? 'view.decided.flooded' : 'view.decided.switched';
  return { text: { kind: 'message', message: message(code, { mac: bridge.destination }) }, cause: null };
}

function dropDecision(cause: DropCause, hop: Hop): Decision {
  if (cause.kind === 'rule') {
    const hits = hop.steps.flatMap((step) => (step.kind === 'chain' ? step.hits : []));
    const hit = hits.findLast((candidate) => candidate.effect === 'drop' || candidate.effect === 'reject');
    if (hit !== undefined) return { text: native(renderRule(hit.reference.chain, hit.rule)), cause: causeOf(hit.rule.origin) };
  }
  const route = cause.kind === 'blackhole' || cause.kind === 'noRoute' ? routeDecision(hop) : undefined;
  if (route !== undefined) return route;
  return { text: { kind: 'message', message: dropMessage(cause) }, cause: null };
}

export function dropMessage(cause: DropCause) {
  switch (cause.kind) {
    case 'policy':
      return message('view.drop.policy', { table: cause.table, chain: cause.chain });
    case 'reversePathFilter':
    case 'linkDown':
      return message(`view.drop.${cause.kind}`, { interface: cause.interface });
    case 'tooBig':
      return message('view.drop.tooBig', { mtu: cause.mtu });
    case 'unsupported':
      return message('view.drop.unsupported', { what: cause.what });
    case 'rule':
    case 'martian':
    case 'blackhole':
    case 'notForwarding':
    case 'ttl':
    case 'neighbour':
    case 'noRoute':
    case 'noListener':
    case 'loop':
      return message(`view.drop.${cause.kind}`);
    default:
      return assertNever(cause);
  }
}
