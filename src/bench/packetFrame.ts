/** A frame with a hundred moving packets above a large graph, against the same above a small one: packets are no elements of the graph, so the graph's size must not matter. */
import type { BrowserContext } from './browser.ts';
import { clusterOf } from './clusters.ts';
import { type Bench, compare, median } from './harness.ts';

const rounds = 7;
const framesPerRound = 120;
/** Pods that make about 5,000 elements (boxes, ports, links), and about 50. */
const manyPods = 1_100;
const fewPods = 2;

export const packetFrame: Bench<BrowserContext> = {
  id: 'frame',
  title: 'A frame with 100 packets above 5,000 elements, against 50 elements',
  limit: { kind: 'atMost', ratio: 1.3 },
  async run(context) {
    // Without the display's rhythm a frame takes as long as its work takes.
    const page = await context.open(await context.benchPage('packetFrame.html'), ['--disable-frame-rate-limit', '--disable-gpu-vsync']);
    const prepare = (name: string, pods: number): Promise<number> =>
      page.evaluate(([stage, picture]) => window.packetFrames.prepare(stage, picture), [name, clusterOf(pods)] as const);
    const many = await prepare('many', manyPods);
    const few = await prepare('few', fewPods);
    if (many < 5_000) throw new Error(`the large graph has ${many} elements, not 5,000`);
    const script: Record<string, number[]> = { many: [], few: [] };
    const measure = async (name: 'many' | 'few'): Promise<number> => {
      const frames = await page.evaluate(([stage, count]) => window.packetFrames.run(stage, count), [name, framesPerRound] as const);
      if (frames.graphDraws > 0) throw new Error(`Cytoscape drew ${frames.graphDraws} times while only packets moved`);
      script[name]?.push(median(frames.script));
      return median(frames.interval);
    };
    const compared = await compare(
      () => measure('many'),
      () => measure('few'),
      { rounds },
    );
    return {
      kind: 'measured',
      ratio: compared.ratio,
      sides: [
        { name: `${many} elements`, value: compared.ours, unit: 'ms' },
        { name: `${few} elements`, value: compared.theirs, unit: 'ms' },
      ],
      notes: [
        `of that our drawing ${median(script.many ?? []).toFixed(2)} and ${median(script.few ?? []).toFixed(2)} ms; Cytoscape drew nothing meanwhile`,
      ],
    };
  },
};
