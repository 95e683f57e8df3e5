/** A request and one of its branches as lists of hops: the same rows that the page shows and the command line prints. */
import {
  addressWithPort,
  type Connection,
  type Leg,
  type RequestBranch,
  type RequestResult,
  type Simulation,
  successfulDispositions,
} from '../engine/index.ts';
import { message } from '../shared/message.ts';
import { buildHop } from './hop.ts';
import type { BranchModel, BranchSummary, LegModel, RequestModel } from './model.ts';
import { causeOf, displayName } from './names.ts';
import { buildProblems } from './problems.ts';

/** Builds the model with one branch whole. Throws when the index is none of the result's branches. */
export function buildRequest(simulation: Simulation, result: RequestResult, branchIndex: number): RequestModel {
  const branch = result.branches[branchIndex];
  if (branch === undefined) throw new Error(`no branch ${branchIndex} of ${result.branches.length}`);
  return {
    probe: result.probe,
    resolved: result.resolved === null ? null : addressWithPort(result.resolved.ip, result.resolved.port),
    branches: result.branches.map((candidate, index) => summarise(candidate, index, simulation)),
    complete: result.complete,
    shown: buildBranch(branch, branchIndex, simulation),
    problems: buildProblems(result.diagnostics),
  };
}

/** The index of the branch that a wish asks for; the first when none fits. */
export function chooseBranch(simulation: Simulation, result: RequestResult, wish: 'crossNode' | 'sameNode' | 'first'): number {
  if (wish === 'first') return 0;
  const found = result.branches.findIndex((branch) => crossesNodes(branch, simulation) === (wish === 'crossNode'));
  return Math.max(found, 0);
}

function summarise(branch: RequestBranch, index: number, simulation: Simulation): BranchSummary {
  const destination = branch.deliveredTo;
  return {
    index,
    probability: branch.probability,
    disposition: branch.disposition,
    clientSees: branch.clientSees,
    destination: destination === null ? '' : displayName(destination.namespace),
    crossesNodes: crossesNodes(branch, simulation),
  };
}

/** Whether some packet goes from one node to another. */
function crossesNodes(branch: RequestBranch, { cluster }: Simulation): boolean {
  return branch.connections.some((connection) =>
    connection.legs.some((leg) => {
      const nodes = leg.trace.hops.filter((hop) => cluster.namespaces.get(hop.namespace)?.kind === 'node').map((hop) => hop.namespace);
      return new Set(nodes).size > 1;
    }),
  );
}

function buildBranch(branch: RequestBranch, index: number, simulation: Simulation): BranchModel {
  return {
    ...summarise(branch, index, simulation),
    legs: buildLegs(branch),
    outcome: outcomeOf(branch),
    succeeded: branch.disposition !== 'notResolved' && successfulDispositions.has(branch.disposition) && (branch.http?.status ?? 200) < 400,
    reason: branch.reason === null ? null : { message: branch.reason.message, cause: causeOf(branch.reason.origin) },
    http: branch.http === null ? null : { status: branch.http.status, service: branch.http.service, rule: branch.http.rule },
    notWalked: branch.notWalked,
  };
}

/** Shown legs are numbered through; a folded leg counts for itself. */
function buildLegs(branch: RequestBranch): readonly LegModel[] {
  const legs: LegModel[] = [];
  let shownHops = 0;
  for (const place of branch.sequence) {
    const connection = branch.connections[place.connection];
    const leg = connection?.legs[place.leg];
    if (connection === undefined || leg === undefined) throw new Error(`no leg ${place.connection}.${place.leg}`);
    const id = `${place.connection}.${place.leg}`;
    legs.push(buildLeg(leg, connection, place.connection, id, leg.shown ? shownHops : 0));
    if (leg.shown) shownHops += leg.trace.hops.length;
  }
  return legs;
}

function buildLeg(leg: Leg, connection: Connection, connectionIndex: number, id: string, offset: number): LegModel {
  const params = {
    connection: connectionIndex + 1,
    from: displayName(connection.from),
    to: connection.to === null ? addressWithPort(connection.dialled.ip, connection.dialled.port) : displayName(connection.to),
    segment: leg.segment,
  };
  return {
    id,
    connection: connectionIndex,
    direction: leg.direction,
    segment: leg.segment,
    shown: leg.shown,
    title: message(leg.direction === 'request' ? 'view.leg.request' : 'view.leg.reply', params),
    hops: leg.trace.hops.map((hop, index) =>
      buildHop({ hop, id: `${id}.${index}`, number: offset + index + 1, leg, connection, isFirst: index === 0 }),
    ),
    disposition: leg.trace.disposition,
    upstream: leg.direction === 'request' ? upstreamOf(connection) : null,
  };
}

function upstreamOf({ because }: Connection): LegModel['upstream'] {
  const codes = new Set(because.map((reason) => reason.message.code));
  if (codes.has('exchange.because.serviceUpstream')) return 'service';
  return codes.has('exchange.because.endpointSlice') ? 'endpoint' : null;
}

function outcomeOf(branch: RequestBranch): BranchModel['outcome'] {
  const http = branch.http;
  const destination = branch.deliveredTo === null ? '' : displayName(branch.deliveredTo.namespace);
  const sent = branch.connections.some((connection) => connection.legs.length > 0);
  if (!sent && branch.clientSees !== 'nxdomain') return message('view.outcome.notSent');
  if (http !== null && branch.clientSees === 'http')
    return message(http.service === null ? 'view.outcome.httpFromProxy' : 'view.outcome.http', { status: http.status, destination });
  return message(`view.outcome.${branch.clientSees}`, { destination });
}
