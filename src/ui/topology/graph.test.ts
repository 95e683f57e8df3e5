/** The graph's data, its camera and its keyboard, without a canvas. */
import { describe, expect, it } from 'vitest';
import { arrangeScene } from '../../view/arrange.ts';
import { between, fitCamera, homeCamera, isInside, reveal, servicesBelow, servicesCamera, toStage, zoomAbout } from './camera.ts';
import { diffById } from './elementDiff.ts';
import { ingressRequest, ingressTopology, makePod } from './fixture.test-data.ts';
import { type GraphEdge, type GraphElement, graphElements, sameGraphElement } from './graphElements.ts';
import { focusableThings, neighbourOf, searchThings } from './neighbours.ts';

const stage = { width: 760, height: 545, expanded: {}, tidy: 0 };
const first = arrangeScene({ topology: ingressTopology, request: ingressRequest, stage, previous: null, revision: 1 });
const { scene } = first;
const byId = (elements: readonly GraphElement[]) => new Map(elements.map((element) => [element.id, element]));

describe('graphElements', () => {
  it('hangs every edge on two elements that are there, and gives no id twice', () => {
    const elements = graphElements(scene);
    const ids = new Set(elements.map((element) => element.id));
    expect(ids.size).toBe(elements.length);
    const edges = elements.filter((element): element is GraphEdge => element.kind === 'edge');
    expect(edges.length).toBeGreaterThan(8);
    for (const edge of edges) expect([ids.has(edge.source), ids.has(edge.target)]).toEqual([true, true]);
  });

  it('describes an edge’s corners so that they can be found again', () => {
    const elements = graphElements(scene);
    const nodes = byId(elements);
    for (const edge of elements) {
      if (edge.kind !== 'edge') continue;
      const middle = (id: string) => {
        const node = nodes.get(id);
        if (node?.kind !== 'node') throw new Error(`no node ${id}`);
        const { x, y, width, height } = node.element.box;
        return { x: x + width / 2, y: y + height / 2 };
      };
      const [from, to] = [middle(edge.source), middle(edge.target)];
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      for (const [index, corner] of edge.link.points.slice(1, -1).entries()) {
        const [weight, distance] = [edge.weights[index] ?? 0, edge.distances[index] ?? 0];
        const normal = { x: -(to.y - from.y) / length, y: (to.x - from.x) / length };
        expect(from.x + (to.x - from.x) * weight + normal.x * distance).toBeCloseTo(corner.x, 3);
        expect(from.y + (to.y - from.y) * weight + normal.y * distance).toBeCloseTo(corner.y, 3);
      }
    }
  });

  it('changes only what an added Pod brings', () => {
    const [worker, ...others] = ingressTopology.nodes;
    if (worker === undefined) throw new Error('the fixture has nodes');
    const pod = makePod('default', 'new-1', { owner: 'new' });
    const topology = {
      ...ingressTopology,
      nodes: [...others, { ...worker, pods: [...worker.pods, pod] }].sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
    const second = arrangeScene({ topology, request: ingressRequest, stage, previous: first.placement, revision: 2 });
    const diff = diffById(byId(graphElements(scene)), graphElements(second.scene), sameGraphElement);
    const added = diff.added.filter((element) => !element.id.includes('workload')).map((element) => element.id);
    expect(added.every((id) => id.includes('new-1') || id.includes(pod.hostInterface ?? ''))).toBe(true);
    expect(diff.removed).toEqual([]);
  });
});

describe('camera', () => {
  const room = { width: 760, height: 545 };

  it('shows the whole width first, and all the height where that costs little', () => {
    expect(homeCamera({ width: 760, height: 500 }, room).zoom).toBe(1);
    expect(homeCamera({ width: 760, height: 600 }, room).zoom).toBeCloseTo(545 / 600);
    expect(homeCamera({ width: 760, height: 2000 }, room)).toMatchObject({ zoom: 1, pan: { y: 0 } });
    expect(homeCamera({ width: 2000, height: 500 }, room).zoom).toBeGreaterThan(servicesBelow);
  });

  it('keeps the point under the pointer while zooming', () => {
    const camera = homeCamera(scene, room);
    const next = zoomAbout(camera, 2, { x: 300, y: 200 });
    const model = { x: (300 - camera.pan.x) / camera.zoom, y: (200 - camera.pan.y) / camera.zoom };
    expect(toStage(next, model).x).toBeCloseTo(300);
    expect(toStage(next, model).y).toBeCloseTo(200);
  });

  it('moves no more than it must to show a thing', () => {
    const camera = { zoom: 1, pan: { x: 0, y: 0 } };
    expect(reveal(camera, { x: 100, y: 100, width: 50, height: 50 }, room)).toEqual(camera);
    expect(reveal(camera, { x: 100, y: 600, width: 50, height: 50 }, room).pan).toEqual({ x: 0, y: -145 });
    expect(isInside(camera, { x: 10, y: 10 }, room)).toBe(false);
  });

  it('fits the far picture below the zoom where it begins', () => {
    expect(servicesCamera({ width: 500, height: 200 }, room).zoom).toBeLessThan(servicesBelow);
    expect(fitCamera({ width: 7600, height: 200 }, room).zoom).toBeCloseTo(0.1);
  });

  it('ends where it should', () => {
    const to = { zoom: 2, pan: { x: 5, y: 6 } };
    expect(between({ zoom: 1, pan: { x: 0, y: 0 } }, to, 1)).toEqual(to);
  });
});

describe('the keyboard’s way', () => {
  const things = focusableThings(scene.elements);
  const thing = (id: string) => {
    const found = things.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };

  it('goes from a node to its own Pod, and down to the next node', () => {
    expect(neighbourOf(thing('node kind-worker2'), 'right', things)?.thing).toBe('default/microservice1-7d9c8b7f6d-hq7wz');
    expect(neighbourOf(thing('node kind-worker'), 'down', things)?.id).toBe('node kind-worker2');
    expect(neighbourOf(thing('card client'), 'down', things)?.id).toBe('card internet');
    expect(neighbourOf(thing('card client'), 'up', things)).toBeNull();
  });

  it('reaches every thing from every other', () => {
    const reached = new Set([things[0]?.id ?? '']);
    const queue = [...things.slice(0, 1)];
    for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
      for (const direction of ['left', 'right', 'up', 'down'] as const) {
        const next = neighbourOf(here, direction, things);
        if (next === null || reached.has(next.id)) continue;
        reached.add(next.id);
        queue.push(next);
      }
    }
    expect([...reached].sort()).toEqual(things.map((candidate) => candidate.id).sort());
  });

  it('finds by name and address, also what is folded away', () => {
    expect(searchThings(things, '172.18.0.3').map((found) => found.id)).toEqual(['node kind-worker2']);
    expect(searchThings(things, 'COREDNS').map((found) => found.id)).toEqual(['node kind-control-plane']);
    expect(searchThings(things, '  ')).toEqual([]);
  });
});
