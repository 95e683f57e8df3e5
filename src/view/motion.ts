/**
 * How the packet moves, apart from any clock: how long each step of the scene takes, and where the packet is at a given progress. The
 * player advances the progress; the canvas draws what this says.
 */
import { lineLength } from './pathLines.ts';
import type { Point, SceneLeg, SceneModel, SceneStep } from './scene.ts';

/** Where the player is: a leg of the scene, a step of it, and 0 to 1 of that step's own motion. */
export interface Playhead {
  readonly leg: number;
  readonly step: number;
  readonly progress: number;
}

/** Milliseconds at speed 1: the way there, what happens then, and how long the packet rests. */
export interface StepMotion {
  readonly travel: number;
  readonly effect: number;
  readonly dwell: number;
}

const rowToRow = 220;
const alongLink = 420;
const longestTravel = 700;
/** Model pixels a millisecond, the slowest that still looks like motion. */
const slowest = 0.24;
const longWay = 360;

const effects: Readonly<Record<SceneStep['effect'], number>> = {
  none: 0,
  translated: 260,
  encapsulated: 320,
  decapsulated: 320,
  dropped: 300,
  rejected: 500,
  delivered: 260,
};

function travelTime(step: SceneStep): number {
  const length = lineLength(step.via);
  if (length < 0.5) return 0;
  if (step.row !== null && length <= 72) return rowToRow;
  const usual = Math.min(alongLink, Math.max(120, length / slowest));
  return Math.min(longestTravel, usual + Math.max(0, length - longWay) * 0.7);
}

export function stepMotion(step: SceneStep, reducedMotion = false): StepMotion {
  const dwell = step.decided || step.effect !== 'none' ? 500 : 0;
  if (reducedMotion) return { travel: 0, effect: 0, dwell: Math.max(dwell, step.row === null && lineLength(step.via) < 0.5 ? 0 : 260) };
  return { travel: travelTime(step), effect: effects[step.effect], dwell };
}

/** For a player that counts one motion and one rest a step. */
export function stepTiming(step: SceneStep, reducedMotion = false): { readonly motion: number; readonly dwell: number } {
  const { travel, effect, dwell } = stepMotion(step, reducedMotion);
  return { motion: travel + effect, dwell };
}

/** cubic-bezier(.3, 0, .2, 1) at `time`, by bisection: exact to a thousandth. */
export function ease(time: number): number {
  if (time <= 0) return 0;
  if (time >= 1) return 1;
  let [low, high] = [0, 1];
  for (let round = 0; round < 14; round += 1) {
    const middle = (low + high) / 2;
    if (bezier(middle, 0.3, 0.2) < time) low = middle;
    else high = middle;
  }
  return bezier((low + high) / 2, 0, 1);
}

const bezier = (t: number, first: number, second: number): number =>
  3 * (1 - t) * (1 - t) * t * first + 3 * (1 - t) * t * t * second + t * t * t;

/** The packet at one moment. */
export interface PacketPose {
  readonly at: Point;
  /** Eased part of the way that is behind it. */
  readonly travelled: number;
  /** How far the step's effect has come; 0 before the packet arrives. */
  readonly effect: number;
  /** 1 when the packet moves to the right, −1 to the left; 0 while it stands or moves up and down. */
  readonly facing: -1 | 0 | 1;
}

export function packetPose(step: SceneStep, progress: number): PacketPose {
  const { travel, effect } = stepMotion(step);
  const whole = travel + effect;
  const elapsed = Math.max(0, Math.min(1, progress)) * whole;
  const travelled = travel === 0 ? 1 : ease(Math.min(1, elapsed / travel));
  const happened = progress >= 1 ? 1 : effect === 0 ? 0 : Math.max(0, Math.min(1, (elapsed - travel) / effect));
  const { point, facing } = pointAlong(step.via, travelled);
  return { at: point, travelled, effect: happened, facing: travelled >= 1 ? 0 : facing };
}

/** The point at a fraction of a line's length, and which way the line goes there. */
export function pointAlong(points: readonly Point[], fraction: number): { readonly point: Point; readonly facing: -1 | 0 | 1 } {
  let left = lineLength(points) * fraction;
  let facing: -1 | 0 | 1 = 0;
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    if (from === undefined || to === undefined) break;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    facing = to.x > from.x + 0.5 ? 1 : to.x < from.x - 0.5 ? -1 : 0;
    if (left <= length && length > 0) {
      const part = left / length;
      return { point: { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }, facing };
    }
    left -= length;
  }
  return { point: points.at(-1) ?? { x: 0, y: 0 }, facing };
}

/** The step under the playhead; null when the scene has none there. */
export function stepAt(scene: SceneModel, playhead: Playhead): { readonly leg: SceneLeg; readonly step: SceneStep } | null {
  const leg = scene.legs[playhead.leg];
  const step = leg?.steps[playhead.step];
  return leg === undefined || step === undefined ? null : { leg, step };
}
