/** The rows of whole walks, and what the inspector says of a hop: every scenario's first request as the text that `trace` prints. */
import { describe, expect, it } from 'vitest';
import { createEngine, emptyKernelState, runRequest } from '../engine/index.ts';
import { createI18n, translator } from '../i18n/translate.ts';
import { scenarios } from '../scenarios/index.ts';
import { branchLines } from './hopText.ts';
import { inspectHop } from './inspectHop.ts';
import { inspectThing } from './inspectThing.ts';
import type { HopDetail } from './model.ts';
import { buildRequest, chooseBranch } from './request.ts';

const engine = createEngine();
const say = translator(createI18n('en'));

function walked(id: string) {
  const scenario = scenarios.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  const simulation = engine.simulate([{ name: `${id}.yaml`, text: scenario.text }]);
  const request = simulation.scenarios[0]?.spec.requests[0];
  if (request === undefined) throw new Error(`scenario ${id} sends nothing`);
  const { show, ...probe } = request;
  const { result } = runRequest(simulation, emptyKernelState, probe);
  const branch = chooseBranch(simulation, result, show ?? 'first');
  return { simulation, result, branch, model: buildRequest(simulation, result, branch) };
}

describe('the rows of a walk', () => {
  it.each(scenarios.map((scenario) => scenario.id))('%s', async (id) => {
    const { model } = walked(id);
    await expect(`${branchLines(model.shown, say).join('\n')}\n`).toMatchFileSnapshot(`__golden__/${id}.trace.txt`);
  });

  it('have a sentence for every code', () => {
    for (const { id } of scenarios) {
      const { model } = walked(id);
      for (const line of branchLines(model.shown, say)) expect(line).not.toMatch(/\b(view|exchange|trace)\.[a-z]+\./i);
    }
  });
});

describe('a hop opened', () => {
  const { simulation, result, branch, model } = walked('ingress-to-pod');
  const detailOf = (name: string, badge: string): HopDetail => {
    const hop = model.shown.legs.flatMap((leg) => leg.hops).find((candidate) => candidate.name === name && candidate.badge === badge);
    const detail = hop === undefined ? null : inspectHop(simulation, result, branch, hop.id);
    if (detail === null) throw new Error(`no hop of ${name} with ${badge}`);
    return detail;
  };

  it('shows at the translation the field that changed and the rule that changed it', () => {
    const step = detailOf('kind-worker', 'DNAT').steps.find((candidate) => candidate.title.code === 'view.step.title.translate');
    expect(step?.headers.filter((row) => row.changed).map((row) => [row.field.code, row.before, row.after])).toEqual([
      ['view.header.destination', '198.51.100.20', '10.244.162.130'],
    ]);
    const deciding = step?.rules.flatMap((walk) => walk.rows).filter((row) => row.kind === 'deciding');
    expect(deciding?.map((row) => row.text)).toEqual([
      expect.stringMatching(/^-A KUBE-SEP-\w{16} -p tcp .* -j DNAT --to-destination 10\.244\.162\.130:80$/),
    ]);
  });

  it('underlines in a skipped rule the condition that failed', () => {
    const rows = detailOf('kind-worker', 'DNAT').steps.flatMap((step) => step.rules.flatMap((walk) => walk.rows));
    const skipped = rows.filter((row) => row.kind === 'skipped');
    expect(skipped.length).toBeGreaterThan(2);
    for (const row of skipped) expect(row.text).toContain(row.failedMatch);
  });

  it('puts the outer headers on top while the packet is wrapped, and counts its bytes', () => {
    const step = detailOf('kind-worker', 'encap').steps.find((candidate) => candidate.title.code === 'view.step.title.encapsulate');
    expect(step?.headers.filter((row) => row.outer).map((row) => [row.field.code, row.after])).toContainEqual([
      'view.header.outerDestination',
      '172.18.0.3',
    ]);
    expect(step?.layers.map((layer) => `${layer.name} ${layer.bytes}`)).toEqual([
      'ETH 14',
      'IP 20',
      'UDP 8',
      'VXLAN 8',
      'ETH 14',
      'IP 20',
      'TCP 20',
    ]);
  });

  it('lists the route that won and the ones that lost', () => {
    const step = detailOf('kind-worker', 'encap').steps.find((candidate) => candidate.routes.length > 0);
    expect(step?.routes[0]).toMatchObject({
      outcome: 'won',
      text: '10.244.110.128/26 via 10.244.110.128 dev vxlan.calico onlink mtu 1450',
    });
    expect(step?.routes.some((route) => route.outcome === 'shorter' && route.text.startsWith('default via 172.18.0.1'))).toBe(true);
  });

  it('has nothing to say of a hop that is not there', () => {
    expect(inspectHop(simulation, result, branch, '9.9.9')).toBeNull();
  });
});

describe('a thing opened', () => {
  const { simulation } = walked('ingress-to-pod');

  it('shows a node by its line in kubectl and by what it holds', () => {
    const detail = inspectThing(simulation, 'kind-worker');
    expect(detail?.kubectl.split('\n')[1]).toMatch(/^kind-worker +Ready +/);
    const routes = detail?.sections.find((section) => section.title.code === 'view.thing.section.routes');
    expect(routes?.text).toContain('blackhole 10.244.162.128/26 proto 80');
  });

  it('knows nothing of a name that nobody has', () => {
    expect(inspectThing(simulation, 'nobody')).toBeNull();
  });
});
