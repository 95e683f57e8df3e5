/** What decided a hop: one of its rules or routes, the process that dialled, the socket that took the packet, or the cause of its end. */
import type { DropCause, Hop, RouteCandidate, RuleHit, Step } from '../engine/index.ts';
import { unwrap } from './names.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

export type HopDecision =
  | { readonly kind: 'rule'; readonly hit: RuleHit }
  | { readonly kind: 'route'; readonly candidate: RouteCandidate }
  | { readonly kind: 'delivered'; readonly step: StepOf<'deliver'> }
  | { readonly kind: 'exit' }
  | { readonly kind: 'switched'; readonly step: StepOf<'bridge'> }
  | { readonly kind: 'ended'; readonly cause: DropCause }
  | { readonly kind: 'sent' };

/** Its end comes first, then a rule that rewrote an address, then delivery, then the route of the packet itself (not of its tunnel). */
export function decideHop(hop: Hop): HopDecision {
  const end = hop.steps.at(-1);
  if (end?.kind === 'drop') return decideDrop(end.cause, hop);
  const hit = translatingHit(hop);
  if (hit !== undefined) return { kind: 'rule', hit };
  if (end?.kind === 'deliver') return { kind: 'delivered', step: end };
  if (end?.kind === 'exit') return { kind: 'exit' };
  const candidate = winningRoute(hop);
  if (candidate !== undefined) return { kind: 'route', candidate };
  const bridge = hop.steps.find((step) => step.kind === 'bridge');
  return bridge === undefined ? { kind: 'sent' } : { kind: 'switched', step: bridge };
}

/** The rule that rewrote the destination; else the one that rewrote the source. */
function translatingHit(hop: Hop): RuleHit | undefined {
  const hits = rulesHit(hop).filter((hit) => hit.effect === 'translate');
  return hits.find((hit) => hit.rule.target.kind === 'dnat') ?? hits.at(-1);
}

function decideDrop(cause: DropCause, hop: Hop): HopDecision {
  const stopped = rulesHit(hop).findLast((hit) => hit.effect === 'drop' || hit.effect === 'reject');
  if (cause.kind === 'rule' && stopped !== undefined) return { kind: 'rule', hit: stopped };
  const candidate = cause.kind === 'blackhole' || cause.kind === 'noRoute' ? winningRoute(hop) : undefined;
  return candidate === undefined ? { kind: 'ended', cause } : { kind: 'route', candidate };
}

const rulesHit = (hop: Hop): readonly RuleHit[] => hop.steps.flatMap((step) => (step.kind === 'chain' ? step.hits : []));

function winningRoute(hop: Hop): RouteCandidate | undefined {
  const tunnels = hop.steps.some((step) => step.kind === 'encapsulate' || step.kind === 'decapsulate');
  const routes = hop.steps.filter((step) => step.kind === 'route' && !(tunnels && unwrap(step.packet).outer !== null));
  const last = routes.at(-1);
  return last?.kind === 'route' ? last.candidates.find((candidate) => candidate.outcome === 'won') : undefined;
}
