/** One hop as a row: where, in and out, source and destination before and after, and what decided, in the node's own text. */
import { type Connection, type DropCause, type Hop, type Leg, renderRule } from '../engine/index.ts';
import { assertNever } from '../shared/assertNever.ts';
import { type Message, message } from '../shared/message.ts';
import { decideHop } from './hopDecision.ts';
import type { Cause, HopBadge, HopModel, Text } from './model.ts';
import { causeOf, destinationText, displayName, packetWords, routeText, sourceText, unwrap } from './names.ts';
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
  const before = unwrap(hop.packetIn ?? addressedPacket(hop)).inner;
  const last = hop.packetOut ?? lastPacket(hop);
  const after = unwrap(last);
  const outer = after.outer ?? (hop.kind === 'switch' && hop.packetIn !== null ? unwrap(hop.packetIn).outer : null);
  const decision = decisionOf(input);
  const badges = badgesOf(hop);
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
    badge: badges[0] ?? null,
    alsoBadge: badges[1] ?? null,
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

/** The packet as it was sent: a socket gets its source address from the first route lookup. */
const addressedPacket = (hop: Hop) =>
  (hop.steps.find((step) => step.packet.source !== '0.0.0.0' && step.packet.source !== '::') ?? { packet: firstPacket(hop) }).packet;

const lastPacket = (hop: Hop) => (hop.steps.at(-1) ?? { packet: firstPacket(hop) }).packet;

/** Its end; else the translations, DNAT before SNAT; else the tunnel. At most two are worth a pill. */
function badgesOf(hop: Hop): readonly HopBadge[] {
  const end = hop.steps.at(-1);
  const translations = hop.steps.flatMap((step) => (step.kind === 'translate' ? [translationBadge[step.translation]] : []));
  const tunnel = hop.steps.flatMap((step): readonly HopBadge[] =>
    step.kind === 'encapsulate' ? ['encap'] : step.kind === 'decapsulate' ? ['decap'] : [],
  );
  const badges: readonly HopBadge[] = [
    ...(end?.kind === 'drop' ? [dropBadge(end.cause, hop)] : []),
    ...(end?.kind === 'deliver' || end?.kind === 'exit' ? (['delivered'] as const) : []),
    ...translations,
    ...tunnel,
  ];
  return [...new Set(badges)];
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

/** Where a packet begins, what decided is why its process dialled; everywhere else what the host held. */
function decisionOf({ hop, connection, leg, isFirst }: HopInput): Decision {
  const decision = decideHop(hop);
  const because = isFirst && leg.direction === 'request' ? connection.because.at(-1) : undefined;
  if (because !== undefined && decision.kind === 'route') return words(because.message, causeOf(because.origin));
  switch (decision.kind) {
    case 'rule':
      return native(renderRule(decision.hit.reference.chain, decision.hit.rule), causeOf(decision.hit.rule.origin));
    case 'route':
      return native(routeText(decision.candidate.route), causeOf(decision.candidate.route.origin));
    case 'delivered': {
      const { process, packet, origin } = decision.step;
      return words(message('view.decided.delivered', { process, packet: packetWords(packet) }), causeOf(origin));
    }
    case 'exit':
      return words(message('view.decided.exit'), null);
    case 'switched': {
      const code = decision.step.toInterface === null ? 'view.decided.flooded' : 'view.decided.switched';
      return words(message(code, { mac: decision.step.destination }), null);
    }
    case 'ended':
      return words(dropMessage(decision.cause), null);
    case 'sent':
      return native(packetWords(unwrap(firstPacket(hop)).inner), null);
    default:
      return assertNever(decision);
  }
}

const native = (text: string, cause: Cause | null): Decision => ({ text: { kind: 'native', text }, cause });
const words = (said: Message, cause: Cause | null): Decision => ({ text: { kind: 'message', message: said }, cause });

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
      return message(`trace.unsupported.${cause.what}`);
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
