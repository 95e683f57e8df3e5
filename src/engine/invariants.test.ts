/** What must hold of every request, whatever the cluster: sound traces, probabilities that sum to one, branches that replay, input left alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createI18n, translator } from '../i18n/translate.ts';
import type { Probe, RequestResult } from './exchange/probe.ts';
import { runRequest } from './exchange/runRequest.ts';
import { type Simulation, simulate } from './simulation.ts';
import { generateCluster } from './testing/generateCluster.ts';
import { checkTrace } from './trace/invariants.ts';
import { emptyKernelState } from './trace/kernelState.ts';

const clusters = 300;
const translate = translator(createI18n('en'));
const scenarios = fileURLToPath(new URL('../scenarios/', import.meta.url));

/** Sentences about what is broken in one answer. */
function wrongIn(simulation: Simulation, result: RequestResult): readonly string[] {
  const { branches, probe, complete } = result;
  const sum = branches.reduce((total, branch) => total + branch.probability, 0);
  const traces = branches.flatMap(({ connections }) => connections.flatMap(({ legs }) => legs.map(({ trace }) => trace)));
  return [
    ...(complete && Math.abs(sum - 1) > 1e-9 ? [`probabilities sum to ${sum}`] : []),
    ...(branches.some(({ probability }) => probability <= 0) ? ['a branch has no probability'] : []),
    ...traces.flatMap(checkTrace),
    ...branches.slice(-1).flatMap((branch) => {
      const replayed = runRequest(simulation, emptyKernelState, probe, { script: branch.script }).result.branches[0];
      const { probability: _probability, ...story } = branch;
      const { probability: _replayed, ...again } = replayed ?? branch;
      return JSON.stringify(story) === JSON.stringify(again) ? [] : ['a branch does not replay by its script'];
    }),
    ...branches.flatMap(({ disposition, reason }) => {
      const failed = disposition !== 'delivered' && disposition !== 'exitsCluster';
      if (failed && reason === null) return [`${disposition} without a reason`];
      const words = reason === null ? '' : translate(reason.message);
      return /\{\{|undefined|NaN|\[object|^exchange\./.test(words) ? [`unreadable: ${words}`] : [];
    }),
  ];
}

function expectSound(simulation: Simulation, probe: Probe, name: string): RequestResult {
  const { result } = runRequest(simulation, emptyKernelState, probe);
  const wrong = wrongIn(simulation, result);
  if (wrong.length > 0) expect.fail(`${name} ${JSON.stringify(probe)}: ${[...new Set(wrong)].join('; ')}`);
  return result;
}

describe('every request', () => {
  it.each(readdirSync(scenarios, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])))(
    'of scenario %s',
    (name) => {
      const simulation = simulate([{ name: 'manifest.yaml', text: readFileSync(`${scenarios}${name}/manifest.yaml`, 'utf8') }]);
      for (const { spec } of simulation.scenarios)
        for (const { show: _show, ...probe } of spec.requests) expectSound(simulation, probe, name);
    },
  );

  it(`of ${clusters} generated clusters, and they meet every kind of fate`, { timeout: 180_000 }, () => {
    const fates = new Set<string>();
    for (let seed = 0; seed < clusters; seed += 1) {
      const { files, probes } = generateCluster(seed, 1);
      const simulation = simulate(files);
      for (const probe of probes)
        for (const branch of expectSound(simulation, probe, `cluster ${seed}`).branches) fates.add(branch.disposition);
    }
    for (const fate of ['delivered', 'exitsCluster', 'dropped', 'rejected', 'noRoute', 'noListener', 'notResolved'])
      expect(fates).toContain(fate);
  });
});
