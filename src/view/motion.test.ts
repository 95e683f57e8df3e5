/** Time and place of the moving packet, without a clock. */
import { describe, expect, it } from 'vitest';
import { ingressRequest, ingressTopology } from '../ui/topology/fixture.test-data.ts';
import { arrangeScene } from './arrange.ts';
import { ease, packetPose, pointAlong, stepAt, stepMotion, stepTiming } from './motion.ts';
import type { SceneStep } from './scene.ts';

const still: SceneStep = {
  id: '0.0.0.0',
  hop: '0.0.0',
  thing: 'kind-worker',
  via: [{ x: 0, y: 0 }],
  at: { x: 0, y: 0 },
  elements: [],
  encapsulated: false,
  encapsulatedBefore: false,
  effect: 'none',
  decided: false,
  row: null,
  beside: null,
  tag: null,
  notReached: [],
};
const moving = (length: number, parts: Partial<SceneStep> = {}): SceneStep => ({
  ...still,
  via: [
    { x: 0, y: 0 },
    { x: length, y: 0 },
  ],
  at: { x: length, y: 0 },
  ...parts,
});
const row = { element: 'row kind-worker 1', hook: 'ROUTING', verdict: '/26', line: 'dev eth0' };

describe('stepMotion', () => {
  it.each<[string, SceneStep, number, number, number]>([
    ['a packet that stays takes no time', still, 0, 0, 0],
    ['a link takes 420 ms', moving(150), 420, 0, 0],
    ['a long way takes no more than 700 ms', moving(5000), 700, 0, 0],
    ['row to row takes 220 ms', moving(30, { row }), 220, 0, 0],
    ['a row that decided is rested on', moving(30, { row, decided: true }), 220, 0, 500],
    ['a translation flips for 260 ms', moving(30, { row, effect: 'translated' }), 220, 260, 500],
    ['a tunnel closes for 320 ms', moving(150, { effect: 'encapsulated' }), 420, 320, 500],
    ['a drop stops and falls', moving(30, { row, effect: 'dropped' }), 220, 300, 500],
    ['a rejection sends something back', moving(30, { row, effect: 'rejected' }), 220, 500, 500],
  ])('%s', (_name, step, travel, effect, dwell) => {
    expect(stepMotion(step)).toEqual({ travel, effect, dwell });
  });

  it('is short on a short way, but not shorter than the eye', () => {
    expect(stepMotion(moving(48)).travel).toBe(200);
    expect(stepMotion(moving(2)).travel).toBe(120);
  });

  it('with reduced motion nothing travels, and every place that is new is still rested on', () => {
    expect(stepTiming(moving(150), true)).toEqual({ motion: 0, dwell: 260 });
    expect(stepTiming(moving(30, { row, effect: 'translated' }), true)).toEqual({ motion: 0, dwell: 500 });
  });
});

describe('packetPose', () => {
  const step = moving(150, { effect: 'encapsulated' });

  it('begins at the start, arrives before the effect begins, and ends with both done', () => {
    expect(packetPose(step, 0)).toMatchObject({ at: { x: 0, y: 0 }, travelled: 0, effect: 0, facing: 1 });
    expect(packetPose(step, 420 / 740)).toMatchObject({ at: { x: 150, y: 0 }, travelled: 1, effect: 0 });
    expect(packetPose(step, 1)).toMatchObject({ at: { x: 150, y: 0 }, travelled: 1, effect: 1 });
  });

  it('never goes back', () => {
    const places = Array.from({ length: 101 }, (_, index) => packetPose(step, index / 100));
    for (const [index, pose] of places.entries()) {
      expect(pose.at.x).toBeGreaterThanOrEqual(places[index - 1]?.at.x ?? 0);
      expect(pose.effect).toBeGreaterThanOrEqual(places[index - 1]?.effect ?? 0);
    }
  });

  it('faces the way it goes', () => {
    expect(
      packetPose(
        {
          ...step,
          via: [
            { x: 9, y: 0 },
            { x: 0, y: 0 },
          ],
        },
        0.1,
      ).facing,
    ).toBe(-1);
    expect(
      packetPose(
        {
          ...step,
          via: [
            { x: 0, y: 0 },
            { x: 0, y: 90 },
          ],
        },
        0.1,
      ).facing,
    ).toBe(0);
  });
});

describe('ease', () => {
  it('starts and ends at rest, half way past the middle', () => {
    expect(ease(0)).toBe(0);
    expect(ease(1)).toBe(1);
    expect(ease(0.5)).toBeGreaterThan(0.7);
    expect(ease(0.02)).toBeLessThan(0.01);
  });
});

describe('pointAlong', () => {
  it('measures by length, over corners', () => {
    const line = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 30 },
    ];
    expect(pointAlong(line, 0.25).point).toEqual({ x: 10, y: 0 });
    expect(pointAlong(line, 0.5).point).toEqual({ x: 10, y: 10 });
  });
});

describe('stepAt', () => {
  it('finds the step under the playhead, and none beyond the walk', () => {
    const stage = { width: 760, height: 545, expanded: {}, tidy: 0 };
    const { scene } = arrangeScene({ topology: ingressTopology, request: ingressRequest, stage, previous: null, revision: 1 });
    expect(stepAt(scene, { leg: 1, step: 0, progress: 0 })?.step.id).toBe('1.0.0.0');
    expect(stepAt(scene, { leg: 9, step: 0, progress: 0 })).toBeNull();
  });
});
