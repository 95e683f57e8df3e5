/** One step of a hop as JSON: rules and routes in the node's own text, and the place in the input that caused them. */
import { explainSkipped, type Hop, type Origin, renderRoute, renderRule, type Simulation, type Step } from '../engine/index.ts';
import { assertNever } from '../shared/assertNever.ts';

export const originJson = (origin: Origin | undefined) =>
  origin === undefined
    ? null
    : {
        kind: origin.object.kind,
        namespace: origin.object.namespace ?? null,
        name: origin.object.name,
        field: origin.field ?? null,
        file: origin.range?.file ?? null,
        line: origin.range?.line ?? null,
      };

/** The step without its packet. `withSkipped` adds the rules that were passed over, each with its first condition that failed. */
export function stepJson(simulation: Simulation, hop: Hop, step: Step, withSkipped: boolean): object {
  switch (step.kind) {
    case 'originate':
      return { kind: step.kind, process: step.process };
    case 'receive':
    case 'transmit':
    case 'decapsulate':
      return { kind: step.kind, interface: step.interface };
    case 'neighbour':
      return { kind: step.kind, interface: step.interface, address: step.address, mac: step.mac, answeredBy: step.answeredBy };
    case 'bridge':
      return { kind: step.kind, destination: step.destination, toInterface: step.toInterface };
    case 'conntrack':
      return { kind: step.kind, hook: step.hook, state: step.state, entry: step.entry };
    case 'chain':
      return chainJson(simulation, hop, step, withSkipped);
    case 'translate':
      return { kind: step.kind, hook: step.hook, translation: step.translation, changes: step.changes };
    case 'route':
      return routeJson(step);
    case 'ttl':
      return { kind: step.kind, before: step.before, after: step.after };
    case 'encapsulate':
      return { kind: step.kind, interface: step.interface, remote: step.remote };
    case 'deliver':
      return { kind: step.kind, process: step.process, origin: originJson(step.origin) };
    case 'exit':
      return { kind: step.kind };
    case 'drop':
      return { kind: step.kind, cause: step.cause };
    default:
      return assertNever(step);
  }
}

function chainJson(simulation: Simulation, hop: Hop, step: Extract<Step, { kind: 'chain' }>, withSkipped: boolean) {
  return {
    kind: step.kind,
    hook: step.hook,
    table: step.table,
    verdict: step.verdict,
    rules: step.hits.map((hit) => ({
      chain: hit.reference.chain,
      index: hit.reference.index,
      rule: renderRule(hit.reference.chain, hit.rule, hit.reference.family),
      effect: hit.effect,
      origin: originJson(hit.rule.origin),
      ...(withSkipped ? { skipped: skippedJson(simulation, hop, step, hit) } : {}),
    })),
    decidedBy: step.decidedBy === null ? null : { chain: step.decidedBy.chain, index: step.decidedBy.index },
  };
}

function skippedJson(
  simulation: Simulation,
  hop: Hop,
  step: Extract<Step, { kind: 'chain' }>,
  hit: Extract<Step, { kind: 'chain' }>['hits'][number],
) {
  const namespace = simulation.cluster.namespaces.get(hop.namespace);
  const { chain, index, family } = hit.reference;
  const skipped =
    namespace === undefined ? [] : explainSkipped(namespace, step, { chain, from: hit.skippedFrom, to: index, packet: hit.packet });
  return skipped.map((entry) => ({ index: entry.index, rule: renderRule(chain, entry.rule, family), failed: entry.failedText }));
}

const routeJson = (step: Extract<Step, { kind: 'route' }>) => ({
  kind: step.kind,
  destination: step.destination,
  decision: step.decision,
  candidates: step.candidates.map((candidate) => ({
    route: renderRoute(candidate.route).trim(),
    table: candidate.table,
    outcome: candidate.outcome,
    origin: originJson(candidate.route.origin),
  })),
  ...(step.chosenSource === undefined ? {} : { chosenSource: step.chosenSource }),
});
