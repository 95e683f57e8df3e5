/** What the walk's canvas shows at a playhead: rows, badges and what is lit follow the packet and nothing else. */
import { describe, expect, it } from 'vitest';
import { arrangeScene } from '../../view/arrange.ts';
import type { RequestModel } from '../../view/model.ts';
import { droppedRequest, ingressRequest, ingressTopology } from './fixture.test-data.ts';
import { walkState } from './walkState.ts';

const stage = { width: 760, height: 545, expanded: {}, tidy: 0 };
const sceneOf = (request: RequestModel) => arrangeScene({ topology: ingressTopology, request, stage, previous: null, revision: 1 }).scene;
const scene = sceneOf(ingressRequest);

function stateAt(leg: number, id: string, progress = 1, of = scene) {
  const step = of.legs[leg]?.steps.findIndex((candidate) => candidate.id === id) ?? -1;
  const state = walkState(of, { leg, step, progress });
  if (state === null) throw new Error(`no step ${id}`);
  return state;
}

const rowsOf = (state: ReturnType<typeof stateAt>, node: string) =>
  state.rows.filter((row) => row.element.startsWith(`row ${node} `)).map((row) => `${row.hook} ${row.verdict}${row.current ? ' *' : ''}`);

describe('walkState', () => {
  it('lets rows speak as the packet reaches them', () => {
    expect(rowsOf(stateAt(0, '0.0.6.0'), 'kind-worker')).toEqual([]);
    expect(rowsOf(stateAt(0, '0.0.6.3'), 'kind-worker')).toEqual(['PREROUTING DNAT *']);
    expect(rowsOf(stateAt(0, '0.0.6.4'), 'kind-worker')).toEqual(['PREROUTING DNAT', 'ROUTING /32 *']);
  });

  it('does not let a row speak before the packet is there', () => {
    expect(rowsOf(stateAt(0, '0.0.6.4', 0.1), 'kind-worker')).toEqual(['PREROUTING DNAT']);
  });

  it('shows the outer packet’s rows while it is in them, and the inner packet’s afterwards', () => {
    expect(rowsOf(stateAt(1, '1.0.1.7'), 'kind-worker')).toEqual(['ROUTING /16', 'OUTPUT accept *']);
    expect(rowsOf(stateAt(1, '1.0.3.0'), 'kind-worker')).toContain('FORWARD accept');
  });

  it('marks hops as done, now, ahead and lost', () => {
    const states = (leg: number, id: string, of = scene) => stateAt(leg, id, 1, of).badges.map((badge) => badge.state);
    expect(states(1, '1.0.1.2')).toEqual(['done', 'now', 'ahead', 'ahead', 'ahead']);
    expect(states(1, '1.0.3.9', sceneOf(droppedRequest)).at(-1)).toBe('drop');
  });

  it('counts badges through every packet when the list shows every packet', () => {
    const folded = { ...scene, legs: scene.legs.map((leg, index) => (index === 0 ? { ...leg, shown: false } : leg)) };
    const numbers = (unfolded: boolean) =>
      walkState(folded, { leg: 1, step: 0, progress: 1 }, unfolded)?.badges.map(({ number }) => number);
    const before = new Set(scene.legs[0]?.steps.map((step) => step.hop)).size;
    expect(numbers(true)?.[0]).toBe(before + 1);
    expect(numbers(false)).toEqual(scene.legs[1]?.badges.map(({ number }) => number));
  });

  it('lights the tunnel’s port when the packet is wrapped there, not when a route names it', () => {
    expect(stateAt(1, '1.0.1.2').lit.has('kind-worker vxlan.calico')).toBe(false);
    expect(stateAt(1, '1.0.1.5').lit.get('kind-worker vxlan.calico')).toBe(true);
  });

  it('keeps the request in sight while its reply is played, and no other connection', () => {
    expect(stateAt(2, '1.1.0.0').earlier?.id).toBe('1.0');
    expect(stateAt(1, '1.0.0.0').earlier).toBeNull();
  });

  it('is nothing beyond the walk', () => {
    expect(walkState(scene, { leg: 7, step: 0, progress: 0 })).toBeNull();
  });
});
