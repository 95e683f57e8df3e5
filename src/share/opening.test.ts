/**
 * A link opens in exactly the state it was made in: after any sequence of edits, the text and ledger that a link carries give the same
 * names, nodes, addresses, rules and walks as the page had when the link was copied.
 */
import { describe, expect, it } from 'vitest';
import {
  createEngine,
  emptyKernelState,
  emptyLedger,
  type Probe,
  runRequest,
  type Simulation,
  type SourceFile,
  simulate,
} from '../engine/index.ts';
import { generateCluster } from '../engine/testing/generateCluster.ts';
import { type Random, seededRandom } from '../shared/random.ts';
import { decodeShare, encodeShare } from './codec.ts';

const separator = '\n---\n';

/** One keystroke-sized or paste-sized change of the text. */
function editText(text: string, random: Random): string {
  const documents = text.split(separator);
  switch (random.integer(6)) {
    case 0:
      return text.replace(/"replicas": \d+/, `"replicas": ${random.integer(6)}`);
    case 1:
      return documents.filter((_, index) => index !== random.integer(documents.length)).join(separator);
    case 2:
      return [
        ...documents,
        ...generateCluster(random.integer(10_000)).files.map((file) => file.text.replaceAll('app', `other${random.integer(3)}`)),
      ].join(separator);
    case 3:
      return [...documents].reverse().join(separator);
    case 4:
      return text.replace(/"containerPort": \d+/, `"containerPort": ${5000 + random.integer(3)}`);
    default:
      return text.replace(/"type": "(ClusterIP|NodePort)"/, '"type": "LoadBalancer"');
  }
}

/** Everything that decides a packet's way, as text. */
function fingerprint(simulation: Simulation, probes: readonly Probe[]): string {
  const pods = simulation.state.pods.map((pod) => `${pod.namespace}/${pod.name} ${pod.node} ${pod.addresses.join()}`);
  const services = simulation.state.services.map(
    (service) =>
      `${service.name} ${service.clusterIPs.join()} ${JSON.stringify(service.resource.object.spec?.ports)} ${JSON.stringify(service.loadBalancerIngress)}`,
  );
  const walks = probes.map((probe) => JSON.stringify(runRequest(simulation, emptyKernelState, probe, { branchLimit: 8 }).result.branches));
  return [...pods, ...services, ...walks].join('\n');
}

describe('opening a link', () => {
  it('gives the traces of the page it was copied from, after random sequences of edits', () => {
    let walked = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seededRandom(seed);
      const engine = createEngine();
      const start = generateCluster(seed, 2);
      let files: readonly SourceFile[] = start.files;
      let here = engine.simulate(files, emptyLedger);
      for (let edit = 0; edit < 5; edit += 1) {
        files = files.map((file) => ({ ...file, text: editText(file.text, random) }));
        here = engine.simulate(files, here.ledger);
      }
      const link = encodeShare({
        files,
        ledger: engine.compactLedger(here),
        scenario: null,
        request: null,
        position: { leg: 0, step: 0 },
        view: { activeFile: files[0]?.name ?? '', thing: null, expanded: {} },
      });
      const opened = decodeShare(link);
      if (!opened.ok) throw new Error(opened.error.code);
      expect(opened.value.files).toEqual(files);
      const there = simulate(opened.value.files, opened.value.ledger);
      expect(fingerprint(there, start.probes), `seed ${seed}`).toBe(fingerprint(here, start.probes));
      walked += start.probes.length;
    }
    expect(walked).toBe(80);
  }, 60_000);
});
