/** The rules of a chain as rows: what matched, what decided, and what was passed over with the reason, folded where there are many. */
import { describe, expect, it } from 'vitest';
import { createEngine, emptyKernelState, runRequest } from '../engine/index.ts';
import { inspectHop } from './inspectHop.ts';
import { foldedRowLimit, type RuleRow } from './model.ts';
import { buildRequest } from './request.ts';

const service = (index: number) => `apiVersion: v1
kind: Service
metadata: {name: s${String(index).padStart(3, '0')}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}`;
const pod = (name: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec: {nodeName: kind-worker, containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}`;

/** Every row of every chain that a Pod's SYN to the last of `count` Services meets on its node. */
function rowsFor(count: number): readonly RuleRow[] {
  const documents = [pod('client'), pod('web'), ...Array.from({ length: count }, (_unused, index) => service(index))];
  const simulation = createEngine().simulate([{ name: 'all.yaml', text: documents.join('\n---\n') }]);
  const to = `service/default/s${String(count - 1).padStart(3, '0')}:80`;
  const { result } = runRequest(simulation, emptyKernelState, { from: 'pod/default/client', to });
  const node = buildRequest(simulation, result, 0).shown.legs[0]?.hops.find((hop) => hop.namespaceKind === 'node');
  const detail = inspectHop(simulation, result, 0, node?.id ?? '');
  return (detail?.steps ?? []).flatMap((step) => step.rules.flatMap((walked) => walked.rows));
}

const foldedOf = (rows: readonly RuleRow[]) => rows.filter((row) => row.kind === 'folded');

describe('buildRulesWalked', () => {
  it('folds a run of skipped rules and keeps each with the condition that failed', () => {
    const folded = foldedOf(rowsFor(12));
    expect(folded.length).toBeGreaterThan(0);
    for (const row of folded) {
      expect(row.rows).toHaveLength(row.count);
      for (const skipped of row.rows) {
        expect(skipped.kind).toBe('skipped');
        expect(skipped.text).toMatch(/^-A /);
        expect(skipped.failedMatch).not.toBeNull();
        expect(skipped.text).toContain(skipped.failedMatch);
      }
    }
    expect(folded.flatMap((row) => row.rows.map((skipped) => skipped.failedMatch)).join('\n')).toMatch(/-d 10\.96\./);
  });

  it('counts all skipped rules of a long chain and explains the first of them', () => {
    const longest = foldedOf(rowsFor(foldedRowLimit + 60)).toSorted((one, other) => other.count - one.count)[0];
    expect(longest?.count).toBeGreaterThan(foldedRowLimit);
    expect(longest?.rows).toHaveLength(foldedRowLimit);
  });
});

describe('inspectHop', () => {
  const simulation = createEngine().simulate([{ name: 'all.yaml', text: [pod('client'), pod('web'), service(0)].join('\n---\n') }]);
  const { result } = runRequest(simulation, emptyKernelState, { from: 'pod/default/client', to: 'service/default/s000:80' });

  it('shows what conntrack undid with the entry that it knew', () => {
    const reply = buildRequest(simulation, result, 0).shown.legs.find((leg) => leg.direction === 'reply');
    const undone = (reply?.hops ?? []).flatMap(
      (hop) => inspectHop(simulation, result, 0, hop.id)?.steps.filter((_step, index) => hop.steps[index]?.kind === 'translate') ?? [],
    );
    expect(undone).toHaveLength(1);
    expect(undone[0]?.rules).toEqual([]);
    expect(undone[0]?.conntrack?.original).toMatch(/→ 10\.96\.\d+\.\d+:80$/);
  });
});

describe('upstream', () => {
  const text = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s000, port: {number: 80}}}}]}}]}`;
  const simulation = createEngine().simulate([{ name: 'all.yaml', text: [text, pod('web'), service(0)].join('\n---\n') }]);
  const upstreams = (serviceUpstream: boolean) => {
    const { result } = runRequest(simulation, emptyKernelState, { from: 'external', to: 'http://a.example/' }, { serviceUpstream });
    const legs = buildRequest(simulation, result, 0).shown.legs.filter((leg) => leg.shown);
    return legs.map((leg) => `${leg.connection} ${leg.direction} ${leg.upstream}`);
  };

  it('names what nginx dialled, on its own request only', () => {
    expect(upstreams(false)).toEqual(['0 request null', '1 request endpoint', '1 reply null', '0 reply null']);
    expect(upstreams(true)).toEqual(['0 request null', '1 request service', '1 reply null', '0 reply null']);
  });
});
