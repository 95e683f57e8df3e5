/**
 * Everything the inspector says of one hop: headers before and after each step, the chains walked with matched and skipped rules, the route
 * lookup with its candidates, neighbours, conntrack. Made on demand for the hop that someone looks at.
 */
import { addressWithPort, type FlowTuple, type Hop, type Packet, type RequestResult, type Simulation, type Step } from '../engine/index.ts';
import { message } from '../shared/message.ts';
import { buildHeaders, buildLayers } from './headers.ts';
import { buildHop } from './hop.ts';
import type { HopDetail, RouteRow, StepDetail } from './model.ts';
import { causeOf, displayName, routeText } from './names.ts';
import { buildRulesWalked } from './rulesWalked.ts';

/** The detail of hop "CONNECTION.LEG.HOP" of one branch; null when the branch has no such hop. */
export function inspectHop(simulation: Simulation, result: RequestResult, branchIndex: number, hopId: string): HopDetail | null {
  const [connectionIndex = -1, legIndex = -1, hopIndex = -1] = hopId.split('.').map(Number);
  const connection = result.branches[branchIndex]?.connections[connectionIndex];
  const leg = connection?.legs[legIndex];
  const hop = leg?.trace.hops[hopIndex];
  if (connection === undefined || leg === undefined || hop === undefined) return null;
  const model = buildHop({ hop, id: hopId, number: hopIndex + 1, leg, connection, isFirst: hopIndex === 0 });
  return {
    hop: model,
    title: message(`view.hop.title.${model.badge ?? 'passes'}`, { where: displayName(hop.namespace) }),
    sentence: sentenceOf(hop),
    cause: model.cause,
    steps: hop.steps.map((step, index) => inspectStep(simulation, hop, step, index)),
  };
}

/** What the hop did in one sentence, from the step that says most. */
function sentenceOf(hop: Hop) {
  const steps = hop.steps;
  const telling =
    steps.find((step) => step.kind === 'drop') ??
    steps.find((step) => step.kind === 'translate') ??
    steps.find((step) => step.kind === 'encapsulate' || step.kind === 'decapsulate') ??
    steps.find((step) => step.kind === 'deliver' || step.kind === 'exit') ??
    steps.find((step) => step.kind === 'bridge') ??
    steps.find((step) => step.kind === 'route') ??
    steps[0];
  return telling === undefined ? message('view.step.sentence.nothing') : stepSentence(telling);
}

function inspectStep(simulation: Simulation, hop: Hop, step: Step, index: number): StepDetail {
  const before: Packet | null = index === 0 ? hop.packetIn : (hop.steps[index - 1]?.packet ?? null);
  const namespace = simulation.cluster.namespaces.get(hop.namespace);
  const chain = chainBehind(hop, index);
  const device = step.kind === 'transmit' ? namespace?.interfaces.find((candidate) => candidate.name === step.interface) : undefined;
  return {
    index,
    title: message(`view.step.title.${step.kind}`, { hook: 'hook' in step ? step.hook : '', table: 'table' in step ? step.table : '' }),
    sentence: stepSentence(step),
    headers: buildHeaders(before, step.packet),
    layers: buildLayers(step.packet),
    mtu: device?.mtu ?? null,
    rules: chain === undefined || namespace === undefined ? [] : [buildRulesWalked(namespace, chain)],
    routes: step.kind === 'route' ? routeRows(step) : [],
    facts: factsOf(step),
    conntrack: conntrackOf(entryBehind(hop, index)),
    cause: stepCause(step),
  };
}

/** The step itself, or, where conntrack put an address back by itself, the lookup that found the connection. */
function entryBehind(hop: Hop, index: number): Step | undefined {
  const step = hop.steps[index];
  const isUndone = step?.kind === 'translate' && step.rule === undefined;
  return isUndone ? hop.steps.slice(0, index).findLast((before) => before.kind === 'conntrack') : step;
}

/** The chain that a step is or comes from: a translation and a drop are what the rules right before them decided. */
function chainBehind(hop: Hop, index: number): Extract<Step, { readonly kind: 'chain' }> | undefined {
  const step = hop.steps[index];
  if (step?.kind === 'chain') return step;
  const isOutcome = (step?.kind === 'translate' && step.rule !== undefined) || (step?.kind === 'drop' && step.cause.kind === 'rule');
  if (!isOutcome) return undefined;
  const before = hop.steps.slice(0, index).findLast((earlier) => earlier.kind === 'chain');
  return before?.kind === 'chain' ? before : undefined;
}

function stepSentence(step: Step) {
  switch (step.kind) {
    case 'translate': {
      const changed = step.changes.filter((change) => change.before !== change.after);
      return message(`view.step.sentence.${step.translation}`, {
        changes: changed.map((change) => `${change.before} → ${change.after}`).join(', '),
      });
    }
    case 'route':
      return message(`view.step.sentence.route.${step.decision.kind}`, {
        destination: step.destination,
        interface: step.decision.kind === 'forward' ? step.decision.interface : '',
        nextHop: step.decision.kind === 'forward' ? step.decision.nextHop : '',
      });
    case 'chain':
      return message(`view.step.sentence.chain.${step.decidedBy === null ? 'policy' : step.verdict}`, {
        table: step.table,
        hook: step.hook,
        chain: step.decidedBy?.chain ?? step.hook,
        verdict: step.verdict.toUpperCase(),
      });
    case 'drop':
      if (step.cause.kind === 'unsupported') return message(`trace.unsupported.${step.cause.what}`);
      return message(`view.step.sentence.drop.${step.cause.kind}`, {
        interface: 'interface' in step.cause ? step.cause.interface : '',
        chain: step.cause.kind === 'policy' ? step.cause.chain : step.cause.kind === 'rule' ? step.cause.reference.chain : '',
        mtu: step.cause.kind === 'tooBig' ? step.cause.mtu : 0,
      });
    case 'neighbour':
      return message(`view.step.sentence.neighbour.${step.answeredBy}`, {
        address: step.address,
        interface: step.interface,
        mac: step.mac ?? '',
      });
    case 'bridge':
      return message(step.toInterface === null ? 'view.step.sentence.flood' : 'view.step.sentence.bridge', {
        mac: step.destination,
        port: step.toInterface ?? '',
      });
    case 'conntrack':
      return message(`view.step.sentence.conntrack.${step.state}`);
    case 'encapsulate':
      return message('view.step.sentence.encapsulate', { interface: step.interface, remote: step.remote });
    case 'ttl':
      return message('view.step.sentence.ttl', { before: step.before, after: step.after });
    case 'decapsulate':
    case 'receive':
    case 'transmit':
      return message(`view.step.sentence.${step.kind}`, { interface: step.interface });
    case 'originate':
    case 'deliver':
      return message(`view.step.sentence.${step.kind}`, { process: step.process });
    case 'exit':
      return message('view.step.sentence.exit');
  }
}

function stepCause(step: Step): StepDetail['cause'] {
  switch (step.kind) {
    case 'chain':
      return causeOf(step.hits.findLast((hit) => hit.rule.origin !== undefined)?.rule.origin);
    case 'route':
      return causeOf(step.candidates.find((candidate) => candidate.outcome === 'won')?.route.origin);
    case 'neighbour':
    case 'deliver':
      return causeOf(step.origin);
    case 'encapsulate':
      return causeOf(step.fdbOrigin);
    default:
      return null;
  }
}

function routeRows(step: Extract<Step, { readonly kind: 'route' }>): readonly RouteRow[] {
  return step.candidates.map((candidate) => ({
    text: routeText(candidate.route),
    outcome: candidate.outcome,
    prefixLength: Number(candidate.route.destination.split('/')[1]),
    cause: causeOf(candidate.route.origin),
  }));
}

function factsOf(step: Step): StepDetail['facts'] {
  switch (step.kind) {
    case 'neighbour': {
      const state = step.answeredBy === 'permanent' ? 'PERMANENT' : step.mac === null ? 'FAILED' : 'REACHABLE';
      const mac = step.mac === null ? '' : ` lladdr ${step.mac}`;
      return [{ label: message('view.fact.neighbour'), text: `${step.address} dev ${step.interface}${mac} ${state}` }];
    }
    case 'encapsulate':
      return [{ label: message('view.fact.fdb'), text: `dev ${step.interface} dst ${step.remote} self permanent` }];
    case 'bridge':
      return [{ label: message('view.fact.switchPort'), text: step.toInterface ?? step.destination }];
    default:
      return [];
  }
}

const flowText = (flow: FlowTuple): string =>
  `${addressWithPort(flow.source, flow.sourcePort)} → ${addressWithPort(flow.destination, flow.destinationPort)}`;

function conntrackOf(step: Step | undefined): StepDetail['conntrack'] {
  if (step?.kind !== 'conntrack' || step.entry === null) return null;
  const { entry } = step;
  const state = [step.state, entry.tcpState, entry.unreplied ? 'UNREPLIED' : '', entry.assured ? 'ASSURED' : ''].filter(Boolean).join(' ');
  return { state, original: flowText(entry.original), reply: flowText(entry.reply) };
}
