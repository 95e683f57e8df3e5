/**
 * Hops are interpreted, not told: take away the rule or route that a hop names as deciding, walk again, and something must be different: the
 * fate, the path, a header, or at least the name of what decides, because the next candidate decides the same and says so.
 */
import { describe, expect, it } from 'vitest';
import { createEngine, emptyKernelState, type Probe, runRequest, type Simulation } from '../engine/index.ts';
import type { RuleReference } from '../engine/netfilter/ruleset.ts';
import type { Route, RouteTableName } from '../engine/routing/routing.ts';
import { generateCluster } from '../engine/testing/generateCluster.ts';
import type { NetworkNamespace } from '../engine/topology/networkNamespace.ts';
import { scenarios } from '../scenarios/index.ts';
import { decideHop } from './hopDecision.ts';
import { buildRequest } from './request.ts';

type Removal =
  | { readonly kind: 'rule'; readonly namespace: string; readonly reference: RuleReference; readonly text: string }
  | { readonly kind: 'route'; readonly namespace: string; readonly table: RouteTableName; readonly route: Route; readonly text: string };

const engine = createEngine();
const branchLimit = 24;
const walk = (simulation: Simulation, probe: Probe) => runRequest(simulation, emptyKernelState, probe, { branchLimit }).result;

/** Everything a reader sees of every branch: its fate, and each hop's row. */
function rowsOf(simulation: Simulation, probe: Probe): readonly string[] {
  const result = walk(simulation, probe);
  return result.branches.flatMap((branch, index) => {
    const { shown } = buildRequest(simulation, result, index);
    const rows = shown.legs.flatMap((leg) =>
      leg.hops.map((hop) => JSON.stringify({ ...hop, cause: null, steps: hop.steps.map((step) => step.line) })),
    );
    return [`${branch.disposition} ${branch.clientSees} ${branch.probability}`, ...rows];
  });
}

/** What the hops of the first branch name as deciding, each once. */
function removalsOf(simulation: Simulation, probe: Probe): readonly Removal[] {
  const branch = walk(simulation, probe).branches[0];
  const removals = new Map<string, Removal>();
  for (const hop of (branch?.connections ?? []).flatMap((connection) => connection.legs.flatMap((leg) => leg.trace.hops))) {
    const decision = decideHop(hop);
    if (decision.kind === 'rule') {
      const { reference } = decision.hit;
      const text = `${hop.namespace} ${reference.table} ${reference.chain} ${reference.index}`;
      removals.set(text, { kind: 'rule', namespace: hop.namespace, reference, text });
    } else if (decision.kind === 'route') {
      const { route, table } = decision.candidate;
      const text = `${hop.namespace} ${table} ${route.destination} ${JSON.stringify(route.nextHops)}`;
      removals.set(text, { kind: 'route', namespace: hop.namespace, table, route, text });
    }
  }
  return [...removals.values()];
}

function without(simulation: Simulation, removal: Removal): Simulation {
  const namespace = simulation.cluster.namespaces.get(removal.namespace);
  if (namespace === undefined) throw new Error(`no namespace ${removal.namespace}`);
  const changed =
    removal.kind === 'rule' ? withoutRule(namespace, removal.reference) : withoutRoute(namespace, removal.table, removal.route);
  const namespaces = new Map(simulation.cluster.namespaces).set(removal.namespace, changed);
  return { ...simulation, cluster: { ...simulation.cluster, namespaces } };
}

function withoutRule(namespace: NetworkNamespace, reference: RuleReference): NetworkNamespace {
  const netfilter = namespace.netfilter();
  const tables = netfilter.tables[reference.family];
  const table = tables.get(reference.table);
  const chain = table?.chains.get(reference.chain);
  if (table === undefined || chain === undefined) throw new Error(`no chain ${reference.chain}`);
  const rules = chain.rules.filter((_, index) => index !== reference.index);
  const chains = new Map(table.chains).set(reference.chain, { ...chain, rules });
  const changed = {
    ...netfilter,
    tables: { ...netfilter.tables, [reference.family]: new Map(tables).set(reference.table, { ...table, chains }) },
  };
  return { ...namespace, netfilter: () => changed };
}

function withoutRoute(namespace: NetworkNamespace, table: RouteTableName, route: Route): NetworkNamespace {
  const routing = namespace.routing();
  const family = route.destination.includes(':') ? 'ipv6' : 'ipv4';
  const routes = (routing[family].tables.get(table) ?? []).filter((candidate) => candidate !== route);
  const changed = { ...routing, [family]: { ...routing[family], tables: new Map(routing[family].tables).set(table, routes) } };
  return { ...namespace, routing: () => changed };
}

function unchangedAfterRemoval(simulation: Simulation, probe: Probe): { readonly checked: number; readonly unchanged: readonly string[] } {
  const before = rowsOf(simulation, probe).join('\n');
  const removals = removalsOf(simulation, probe);
  const unchanged = removals.filter((removal) => rowsOf(without(simulation, removal), probe).join('\n') === before);
  return { checked: removals.length, unchanged: unchanged.map((removal) => `${probe.from} → ${probe.to}: ${removal.text}`) };
}

describe('a hop rests on the rule or route that it names', () => {
  for (const scenario of scenarios) {
    it(`in scenario ${scenario.id}`, () => {
      const simulation = engine.simulate([{ name: `${scenario.id}.yaml`, text: scenario.text }]);
      const probes = simulation.scenarios.flatMap((document) => document.spec.requests.map(({ show: _show, ...probe }) => probe));
      expect(probes.length).toBeGreaterThan(0);
      for (const probe of probes) expect(unchangedAfterRemoval(simulation, probe).unchanged).toEqual([]);
    });
  }

  it('in 200 generated clusters', () => {
    let checked = 0;
    const unchanged: string[] = [];
    for (let seed = 1; seed <= 200; seed += 1) {
      const generated = generateCluster(seed, 1);
      const simulation = engine.simulate(generated.files);
      for (const probe of generated.probes) {
        const outcome = unchangedAfterRemoval(simulation, probe);
        checked += outcome.checked;
        unchanged.push(...outcome.unchanged.map((text) => `seed ${seed}: ${text}`));
      }
    }
    expect(unchanged).toEqual([]);
    expect(checked).toBeGreaterThan(800);
  }, 120_000);
});
