/**
 * One engine step as a row of the picture: which row of the host's stack it stands on, what it did to the packet, and one line of native
 * words. Steps keep their index, so a player, the scene and the inspector all speak of the same step.
 */
import type { DropCause, Hop, Step } from '../engine/index.ts';
import { assertNever } from '../shared/assertNever.ts';
import type { StepModel } from './model.ts';
import { destinationText, routeText, sourceText, unwrap } from './names.ts';

type Effect = StepModel['effect'];

export function buildStep(step: Step, hop: Hop, index: number): StepModel {
  return {
    kind: step.kind,
    hook: hookOf(step),
    interface: interfaceOf(step),
    line: lineOf(step),
    effect: effectOf(step, hop.steps[index + 1]),
    decided: hasDecided(step),
    encapsulated: unwrap(step.packet).outer !== null,
  };
}

function hookOf(step: Step): StepModel['hook'] {
  switch (step.kind) {
    case 'chain':
    case 'conntrack':
    case 'translate':
      return step.hook;
    case 'route':
      return 'ROUTING';
    case 'ttl':
      return 'FORWARD';
    case 'drop':
      return dropHook(step.cause);
    case 'originate':
    case 'receive':
    case 'neighbour':
    case 'bridge':
    case 'encapsulate':
    case 'decapsulate':
    case 'transmit':
    case 'deliver':
    case 'exit':
      return null;
    default:
      return assertNever(step);
  }
}

function dropHook(cause: DropCause): StepModel['hook'] {
  switch (cause.kind) {
    case 'rule':
      return null;
    case 'policy':
      return cause.chain;
    case 'reversePathFilter':
    case 'martian':
    case 'blackhole':
    case 'noRoute':
    case 'notForwarding':
      return 'ROUTING';
    case 'ttl':
    case 'tooBig':
      return 'FORWARD';
    case 'neighbour':
    case 'noListener':
    case 'linkDown':
    case 'loop':
    case 'unsupported':
      return null;
    default:
      return assertNever(cause);
  }
}

function interfaceOf(step: Step): string | null {
  switch (step.kind) {
    case 'receive':
    case 'neighbour':
    case 'encapsulate':
    case 'decapsulate':
    case 'transmit':
      return step.interface;
    case 'bridge':
      return step.toInterface;
    case 'route':
      return step.decision.kind === 'forward' ? step.decision.interface : null;
    default:
      return null;
  }
}

function lineOf(step: Step): string {
  switch (step.kind) {
    case 'originate':
      return step.process;
    case 'receive':
      return `in ${step.interface}`;
    case 'neighbour':
      return step.mac === null ? `${step.address} FAILED` : `${step.address} lladdr ${step.mac}`;
    case 'bridge':
      return step.toInterface === null ? `flood ${step.destination}` : `${step.destination} on ${step.toInterface}`;
    case 'conntrack':
      return `ctstate ${step.state}`;
    case 'chain':
      return step.decidedBy === null ? `${step.table} policy ${step.verdict.toUpperCase()}` : `${step.table} ${step.decidedBy.chain}`;
    case 'translate':
      return translationLine(step);
    case 'route':
      return routeLine(step);
    case 'ttl':
      return `ttl ${step.before} → ${step.after}`;
    case 'encapsulate':
      return `to ${step.remote}`;
    case 'decapsulate':
      return `out of ${step.interface}`;
    case 'transmit':
      return `out ${step.interface}`;
    case 'deliver':
      return step.process;
    case 'exit':
      return '';
    case 'drop':
      return step.cause.kind;
    default:
      return assertNever(step);
  }
}

/** The end that was rewritten, whole: "dst 10.244.162.129:80", although only its address changed. */
function translationLine({ packet, changes }: Extract<Step, { readonly kind: 'translate' }>): string {
  const changed = new Set(changes.filter((change) => change.before !== change.after).map((change) => change.field));
  const { inner } = unwrap(packet);
  return [
    changed.has('source') || changed.has('sourcePort') ? `src ${sourceText(inner)}` : '',
    changed.has('destination') || changed.has('destinationPort') ? `dst ${destinationText(inner)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function routeLine(step: Extract<Step, { readonly kind: 'route' }>): string {
  const won = step.candidates.find((candidate) => candidate.outcome === 'won');
  if (step.decision.kind === 'local') return `local ${step.destination}`;
  return won === undefined ? step.decision.kind : routeText(won.route);
}

/** A rejecting or dropping chain step is followed by its drop step; the fate is shown there. */
function effectOf(step: Step, next: Step | undefined): Effect {
  switch (step.kind) {
    case 'translate':
      return 'translated';
    case 'encapsulate':
      return 'encapsulated';
    case 'decapsulate':
      return 'decapsulated';
    case 'deliver':
    case 'exit':
      return 'delivered';
    case 'chain':
      return next?.kind === 'drop' && step.verdict === 'reject' ? 'rejected' : step.verdict === 'drop' ? 'dropped' : 'none';
    case 'drop':
      return 'dropped';
    default:
      return 'none';
  }
}

function hasDecided(step: Step): boolean {
  switch (step.kind) {
    case 'translate':
    case 'route':
    case 'encapsulate':
    case 'decapsulate':
    case 'deliver':
    case 'drop':
    case 'exit':
      return true;
    case 'chain':
      return step.verdict !== 'accept';
    default:
      return false;
  }
}
