/** The picture's promises: nothing lies on anything else, what stands stays where it is, and a thousand things are placed quickly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowd, ingressRequest, ingressTopology, makeNode, makePod, makeTopology } from '../ui/topology/fixture.test-data.ts';
import { arrangeScene, type Placement } from './arrange.ts';
import { textWidth } from './layoutText.ts';
import type { NodeModel, PodModel, RequestModel, TopologyModel } from './model.ts';
import { overlap, textBox } from './pathTags.ts';
import type { Box, SceneElement, SceneModel, StageSettings } from './scene.ts';

const stageOf = (width: number, height: number): StageSettings => ({ width, height, expanded: {}, tidy: 0 });
const wide = stageOf(760, 545);

function arrange(
  topology: TopologyModel,
  options: { readonly request?: RequestModel; readonly stage?: StageSettings; readonly previous?: Placement } = {},
) {
  const { request = null, stage = wide, previous = null } = options;
  return arrangeScene({ topology, request, stage, previous, revision: 1 });
}

/** Things that must not touch each other: solid ones of one level. */
function solids(scene: SceneModel): readonly (readonly SceneElement[])[] {
  const of = (...shapes: readonly SceneElement['shape'][]) => scene.elements.filter((element) => shapes.includes(element.shape));
  return [
    of('node', 'collapsedNode', 'pendingTray', 'bus', 'outsideRegion'),
    of('card', 'stack', 'pod', 'compactPod', 'podTile', 'podDot', 'collapsedNode', 'bus'),
    of('container'),
    of('port'),
  ];
}

function overlaps(scene: SceneModel): readonly string[] {
  return solids(scene).flatMap((level) =>
    level.flatMap((one, index) =>
      level.slice(index + 1).flatMap((other) => (overlap(one.box, other.box) > 0.5 ? [`${one.id} on ${other.id}`] : [])),
    ),
  );
}

const inside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x - 1 &&
  inner.y >= outer.y - 1 &&
  inner.x + inner.width <= outer.x + outer.width + 1 &&
  inner.y + inner.height <= outer.y + outer.height + 1;

/** Texts that leave the box they belong to. */
function spilled(scene: SceneModel): readonly string[] {
  const boxed: ReadonlySet<SceneElement['shape']> = new Set(['node', 'collapsedNode', 'card', 'pod', 'compactPod', 'podTile', 'container']);
  return scene.elements
    .filter((element) => boxed.has(element.shape))
    .flatMap((element) =>
      element.texts
        .filter((text) => text.words === null && !inside(textBox(text), element.box))
        .map((text) => `${element.id}: ${text.text}`),
    );
}

const owners = ['web', 'microservice1', 'recommendationservice', 'a-very-long-workload-name-that-somebody-gave-it'];

const podArbitrary = (node: number, index: number) =>
  fc
    .record({ owner: fc.constantFrom(...owners), hostNetwork: fc.boolean(), ready: fc.boolean(), ports: fc.integer({ min: 0, max: 4 }) })
    .map((made) =>
      makePod('default', `${made.owner}-7d9c8b7f6d-${node}x${index}`, {
        owner: made.owner,
        addresses: [`10.244.${node}.${index + 1}`],
        ready: made.ready,
        hostNetwork: made.hostNetwork,
        ...(made.hostNetwork ? { hostInterface: null } : {}),
        containers: [{ name: 'app', ports: Array.from({ length: made.ports }, (_, port) => String(8000 + port)) }],
      }),
    );

const nodeArbitrary = (node: number): fc.Arbitrary<NodeModel> =>
  fc
    .record({
      name: fc.constantFrom('worker', 'ip-10-0-12-34.eu-west-1.compute.internal'),
      segment: fc.constantFrom('node-network', 'other-network'),
      controlPlane: fc.boolean(),
      pods: fc
        .integer({ min: 0, max: 60 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => podArbitrary(node, index)))),
    })
    .map((made) =>
      makeNode(`${made.name}-${node}`, `172.18.0.${node + 2}`, `10.244.${node}.0`, made.pods, {
        segment: made.segment,
        role: made.controlPlane ? 'control-plane' : 'worker',
      }),
    );

const topologyArbitrary = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.tuple(...Array.from({ length: count }, (_, index) => nodeArbitrary(index))).map((nodes) =>
    makeTopology(nodes, {
      segments: [
        { id: 'node-network', cidr: '172.18.0.0/16' },
        { id: 'other-network', cidr: '172.19.0.0/16' },
      ],
    }),
  ),
);

describe('arrangeScene', () => {
  it.each([
    [604, 371],
    [760, 545],
    [1110, 700],
    [1500, 900],
  ])('lays nothing on anything else and keeps texts in their boxes at %i by %i', (width, height) => {
    fc.assert(
      fc.property(topologyArbitrary, (topology) => {
        const { scene } = arrange(topology, { stage: stageOf(width, height) });
        expect(overlaps(scene)).toEqual([]);
        expect(spilled(scene)).toEqual([]);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('shows every Pod of an open node exactly once, as a card, a glyph or in a counted tile', () => {
    for (const count of [0, 1, 3, 4, 10, 11, 50, 51, 80]) {
      const topology = makeTopology([makeNode('worker', '172.18.0.2', '10.244.0.0', crowd(count, '10.244.0.'))]);
      const { scene } = arrange(topology);
      const alone = scene.elements.filter((element) => ['pod', 'compactPod', 'podDot'].includes(element.shape)).length;
      const counted = scene.elements
        .filter((element) => element.shape === 'podTile')
        .reduce((sum, tile) => sum + Number(tile.label.split(', ')[1]), 0);
      expect(alone + counted).toBe(count);
    }
  });

  it('moves nothing when a Pod is added and its node has room for it', () => {
    const [worker, worker2, controlPlane] = ingressTopology.nodes;
    if (worker === undefined || worker2 === undefined || controlPlane === undefined) throw new Error('the fixture has three nodes');
    const before = arrange(ingressTopology, { request: ingressRequest });
    const extra = makePod('default', 'microservice1-7d9c8b7f6d-00000', { owner: 'microservice1', addresses: ['10.244.110.130'] });
    const grown = { ...ingressTopology, nodes: [worker, { ...worker2, pods: [extra, ...worker2.pods] }, controlPlane] };
    const after = arrange(grown, { request: ingressRequest, previous: before.placement });
    const places = new Map(after.scene.elements.map((element) => [element.id, element.box]));
    for (const element of before.scene.elements) expect(places.get(element.id), element.id).toEqual(element.box);
    expect(places.has(`pod ${extra.id}`)).toBe(true);
  });

  it('keeps a Pod in its slot when the one above it goes, gives the slot to the next new one, and closes the gap when tidied', () => {
    const pods: readonly PodModel[] = [1, 2, 3].map((index) => makePod('default', `web-${index}`, { owner: 'web' }));
    const topologyWith = (present: readonly PodModel[]) => makeTopology([makeNode('worker', '172.18.0.2', '10.244.0.0', present)]);
    const topOf = (scene: SceneModel, pod: string) => scene.elements.find((element) => element.id === `pod default/${pod}`)?.box.y;
    const first = arrange(topologyWith(pods));
    const second = arrange(topologyWith(pods.slice(1)), { previous: first.placement });
    expect(topOf(second.scene, 'web-2')).toBe(topOf(first.scene, 'web-2'));
    const fresh = makePod('default', 'web-4', { owner: 'web' });
    const third = arrange(topologyWith([...pods.slice(1), fresh]), { previous: second.placement });
    expect(topOf(third.scene, 'web-4')).toBe(topOf(first.scene, 'web-1'));
    const tidied = arrange(topologyWith(pods.slice(1)), { previous: second.placement, stage: { ...wide, tidy: 1 } });
    expect(topOf(tidied.scene, 'web-2')).toBe(topOf(first.scene, 'web-1'));
  });

  it('never reorders nodes when one comes or goes', () => {
    const node = (name: string) => makeNode(name, '172.18.0.2', '10.244.0.0', []);
    const rowsOf = (names: readonly string[], previous?: Placement) =>
      arrange(makeTopology(names.map(node)), previous === undefined ? {} : { previous }).placement;
    const first = rowsOf(['b', 'd']);
    const second = rowsOf(['a', 'b', 'd'], first);
    expect(second.rows).toEqual(['b', 'd', 'a']);
    expect(rowsOf(['a', 'd'], second).rows).toEqual(['d', 'a']);
  });

  it('folds nodes when there are more than six, but not those on the walk', () => {
    const extra = Array.from({ length: 5 }, (_, index) => makeNode(`extra-${index}`, '172.18.0.9', '10.244.9.0', []));
    const { scene } = arrange({ ...ingressTopology, nodes: [...ingressTopology.nodes, ...extra] }, { request: ingressRequest });
    const open = scene.elements.filter((element) => element.shape === 'node').map((element) => element.thing);
    expect(open).toEqual(['kind-worker', 'kind-worker2']);
  });

  it('opens what the user opened', () => {
    const { scene } = arrange(ingressTopology, { stage: { ...wide, expanded: { 'kind-control-plane': true, 'kind-worker': false } } });
    const shapes = new Map(scene.elements.map((element) => [element.id, element.shape]));
    expect(shapes.get('node kind-control-plane')).toBe('node');
    expect(shapes.get('node kind-worker')).toBe('collapsedNode');
  });

  it('puts what is pending below the nodes', () => {
    const pending = [makePod('default', 'big-1', { phase: 'Pending', ready: false, addresses: [], hostInterface: null })];
    const { scene } = arrange({ ...ingressTopology, pending });
    const tray = scene.elements.find((element) => element.shape === 'pendingTray');
    const lowest = Math.max(...scene.elements.filter((element) => element.shape.endsWith('ode')).map((element) => element.box.y));
    expect(tray?.box.y).toBeGreaterThan(lowest);
    expect(scene.elements.some((element) => element.id === 'pod default/big-1')).toBe(true);
  });
});

describe('textWidth', () => {
  it('knows narrow letters from wide ones and counts a mono text by its letters', () => {
    expect(textWidth('iiii', 'podName')).toBeLessThan(textWidth('mmmm', 'podName') / 2);
    expect(textWidth('10.244.162.129', 'address')).toBe(Math.ceil(14 * 10.5 * 0.6));
  });
});
