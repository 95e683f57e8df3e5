/** A topology of 500 things from its data to the first painted frame, the page being loaded, against mermaid drawing the same things and links as a flowchart. */
import type { BrowserContext } from './browser.ts';
import { clusterOf, graphOf } from './clusters.ts';
import { type Bench, compare } from './harness.ts';

const rounds = 5;
const thingCount = 500;

/** The cluster that has at least so many things and no more than that needs: a node comes with ten Pods. */
function clusterWithThings(count: number) {
  for (let pods = Math.floor(count * 0.8); pods <= count; pods += 1) {
    const picture = clusterOf(pods);
    const graph = graphOf(picture.topology);
    if (graph.things.size >= count) return { picture, graph };
  }
  throw new Error(`no cluster has ${count} things`);
}

function flowchartOf({ things, edges }: ReturnType<typeof graphOf>): string {
  const numbers = new Map([...things.keys()].map((id, index) => [id, index]));
  return [
    'flowchart LR',
    ...[...things].map(([id, label]) => `  t${numbers.get(id)}["${label}"]`),
    ...edges.map(({ from, to }) => `  t${numbers.get(from)} --- t${numbers.get(to)}`),
  ].join('\n');
}

export const firstFrame: Bench<BrowserContext> = {
  id: 'topology',
  title: 'A topology of 500 things, from data to the first painted frame: mermaid against ours',
  limit: { kind: 'atLeast', ratio: 5 },
  async run(context) {
    const { picture, graph } = clusterWithThings(thingCount);
    const page = await context.open(await context.benchPage('firstFrame.html'));
    await page.evaluate(([data, text]) => window.firstFrame.load(data, text), [picture, flowchartOf(graph)] as const);
    const compared = await compare(
      () => page.evaluate(() => window.firstFrame.topology()),
      () => page.evaluate(() => window.firstFrame.mermaid()),
      { rounds },
    );
    return {
      kind: 'measured',
      ratio: 1 / compared.ratio,
      sides: [
        { name: 'packetwalk', value: compared.ours, unit: 'ms' },
        { name: 'mermaid', value: compared.theirs, unit: 'ms' },
      ],
      notes: [`${graph.things.size} things, ${graph.edges.length} links, every node open`],
    };
  },
};
