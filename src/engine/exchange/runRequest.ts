/**
 * Walks one request whole, once per way that chance may take it, and merges the ways that nobody could tell apart. The answer is in the
 * words of the command line's contract (probe.ts).
 */
import { seededRandom } from '../../shared/random.ts';
import type { Diagnostic } from '../api/diagnostic.ts';
import { type ClusterIndex, indexCluster } from '../clusterIndex.ts';
import { familyOf, type IpAddress } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';
import type { Simulation } from '../simulation.ts';
import type { Cluster } from '../topology/networkNamespace.ts';
import { type Branch, type Choices, enumerateBranches, replayBranch } from '../trace/choices.ts';
import type { KernelState } from '../trace/kernelState.ts';
import { converse, type Dial } from './converse.ts';
import { outcomeOf } from './outcome.ts';
import type { Connection, Probe, RequestBranch, RequestResult } from './probe.ts';
import { startRun } from './requestRun.ts';
import { type Destination, type NotResolved, resolveDestination } from './resolveDestination.ts';
import { resolveSource, type Source } from './resolveSource.ts';
import { serve } from './serve.ts';

export interface RequestOptions {
  /** Ways that are walked at most; more leave `complete` false. Default 512. */
  readonly branchLimit?: number;
  /** nginx dials the Service's ClusterIP instead of a Pod (what the annotation service-upstream does). */
  readonly serviceUpstream?: boolean;
  /** Walks one way only, drawn with this seed by the ways' probabilities. */
  readonly seed?: number;
  /** Walks one way only: the one with these choices (see RequestBranch.script). */
  readonly script?: readonly number[];
  /** The first connection's source port; a sequence of probes gives each its own. Default 40000. */
  readonly firstSourcePort?: number;
}

export interface RequestRunResult {
  readonly result: RequestResult;
  /** What the kernels remember afterwards: of the first branch. */
  readonly state: KernelState;
}

const defaultBranchLimit = 512;
const defaultSourcePort = 40_000;

interface Way {
  readonly branch: Omit<RequestBranch, 'probability' | 'script'>;
  readonly state: KernelState;
}

export function runRequest(simulation: Simulation, state: KernelState, probe: Probe, options: RequestOptions = {}): RequestRunResult {
  const index = indexCluster(simulation.state);
  const { cluster } = simulation;
  const source = resolveSource(cluster, index, probe);
  if (!source.ok) return unresolved(probe, state, { message: source.error, clientSees: 'unreachable', notWalked: [] });
  const destination = resolveDestination(index, source.value, probe);
  if (!destination.ok) return unresolved(probe, state, destination.error);
  const arrival = resolveVia(cluster, source.value, destination.value, probe);
  if (!arrival.ok) return unresolved(probe, state, { message: arrival.error, clientSees: 'unreachable', notWalked: [] });

  const walk = (choices: Choices): Way =>
    walkWay(cluster, index, state, probe, source.value, destination.value, arrival.at, choices, options);
  const { ways, complete } = walkWays(walk, options);
  const branches = mergeBranches(ways);
  const dialled = ways[0]?.value.branch.connections[0]?.dialled ?? null;
  const result: RequestResult = { probe, resolved: dialled, branches, complete, diagnostics: arrival.diagnostics };
  return { result, state: ways[0]?.value.state ?? state };
}

function walkWays(walk: (choices: Choices) => Way, options: RequestOptions) {
  if (options.script !== undefined) return { ways: [replayBranch(walk, options.script)], complete: true };
  if (options.seed !== undefined) return { ways: [drawBranch(walk, options.seed)], complete: true };
  const { branches, complete } = enumerateBranches(walk, options.branchLimit ?? defaultBranchLimit);
  return { ways: branches, complete };
}

function drawBranch<Value>(walk: (choices: Choices) => Value, seed: number): Branch<Value> {
  const random = seededRandom(seed);
  const script: number[] = [];
  const value = walk({
    pick(weights) {
      const drawn = pickWeighted(weights, random.next());
      script.push(drawn);
      return drawn;
    },
  });
  // The one way that was drawn is the whole answer.
  return { probability: 1, script, value };
}

function pickWeighted(weights: readonly number[], at: number): number {
  let sum = 0;
  for (const [position, weight] of weights.entries()) {
    sum += weight;
    if (weight > 0 && at < sum) return position;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

function walkWay(
  cluster: Cluster,
  index: ClusterIndex,
  state: KernelState,
  probe: Probe,
  source: Source,
  destination: Destination,
  arrivesAt: Dial['arrivesAt'],
  choices: Choices,
  options: RequestOptions,
): Way {
  const run = startRun(cluster, index, state, choices, {
    serviceUpstream: options.serviceUpstream ?? false,
    firstSourcePort: options.firstSourcePort ?? defaultSourcePort,
  });
  const { candidates } = destination;
  const position =
    candidates.length === 1
      ? 0
      : choices.pick(
          candidates.map(() => 1 / candidates.length),
          `address of ${probe.to}`,
        );
  const remote = candidates[position];
  if (remote === undefined) throw new Error('a destination without an address was resolved');
  const conversation = converse(
    run,
    {
      from: source.namespace,
      process: source.process,
      source: source.pinned ?? (arrivesAt === null ? null : ownAddress(cluster, source, remote.ip)),
      sourcePort: probe.sourcePort ?? null,
      remote,
      protocol: destination.protocol,
      http: destination.http,
      because: destination.because,
      arrivesAt,
      keepAlive: false,
    },
    serve,
  );
  return { branch: outcomeOf(run, conversation, destination), state: run.state };
}

/** Where no kernel of the source's chooses an address: its own, of the destination's family. */
function ownAddress(cluster: Cluster, source: Source, remote: IpAddress): IpAddress | null {
  const addresses = cluster.namespaces.get(source.namespace)?.interfaces.flatMap((device) => device.addresses) ?? [];
  return addresses.find((entry) => entry.scope === 'global' && familyOf(entry.address) === familyOf(remote))?.address ?? null;
}

// ---------------------------------------------------------------- via

type Arrival =
  | { readonly ok: true; readonly at: Dial['arrivesAt']; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly error: Message };

/** `via` puts outside traffic on a node's uplink, as if the outside had a route there. */
function resolveVia(cluster: Cluster, source: Source, destination: Destination, probe: Probe): Arrival {
  if (probe.via === undefined || probe.via === '') return { ok: true, at: null, diagnostics: [] };
  if (!source.outside) {
    const ignored: Diagnostic = { severity: 'warning', message: message('exchange.via.notOutside', { from: probe.from, via: probe.via }) };
    return { ok: true, at: null, diagnostics: [ignored] };
  }
  const node = probe.via === 'destination' ? (destination.nodes[0] ?? null) : probe.via.replace(/^node\//, '');
  if (node === null) return { ok: false, error: message('exchange.notResolved.viaDestination', { to: probe.to }) };
  const namespace = cluster.namespaces.get(node);
  const uplink = namespace?.interfaces.find((candidate) => candidate.device.kind === 'ethernet');
  if (namespace?.kind !== 'node' || uplink === undefined) return { ok: false, error: message('exchange.notResolved.noNode', { node }) };
  return { ok: true, at: { namespace: node, interface: uplink.name }, diagnostics: [] };
}

// ---------------------------------------------------------------- merging

/** Ways with the same answer, fate, stations and next destinations are one branch; the first of them is kept to be shown. */
function mergeBranches(ways: readonly Branch<Way>[]): readonly RequestBranch[] {
  const merged = new Map<string, RequestBranch>();
  for (const way of ways) {
    const key = sameness(way.value.branch);
    const known = merged.get(key);
    const probability = way.probability + (known?.probability ?? 0);
    merged.set(key, known === undefined ? { ...way.value.branch, probability, script: way.script } : { ...known, probability });
  }
  return [...merged.values()];
}

function sameness(branch: Way['branch']): string {
  const { disposition, clientSees, reason, deliveredTo, http } = branch;
  return JSON.stringify([disposition, clientSees, reason?.message, deliveredTo, http, branch.connections.map(stations)]);
}

const stations = (connection: Connection) => [
  connection.dialled,
  connection.to,
  connection.clientSees,
  connection.legs[0]?.trace.hops.map((hop) => hop.namespace),
];

function unresolved(probe: Probe, state: KernelState, problem: NotResolved): RequestRunResult {
  const branch: RequestBranch = {
    probability: 1,
    script: [],
    disposition: 'notResolved',
    clientSees: problem.clientSees,
    reason: { message: problem.message, ...(problem.origin === undefined ? {} : { origin: problem.origin }) },
    connections: [],
    sequence: [],
    deliveredTo: null,
    seenByServer: null,
    translations: [],
    masqueraded: false,
    http: null,
    notWalked: problem.notWalked,
  };
  return { result: { probe, resolved: null, branches: [branch], complete: true, diagnostics: [] }, state };
}
