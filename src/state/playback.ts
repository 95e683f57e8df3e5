/** The order in which the packets of a branch are played, step by step, and how long each step takes. Pure; knows no clock. */
import type { BranchModel, HopModel, StepModel } from '../view/model.ts';
import type { SceneModel } from '../view/scene.ts';

/** Where the player is. `leg` counts in the branch's legs, `step` in all the steps of that leg, hop after hop; `progress` is 0 to 1 of the step's own motion. */
export interface Playhead {
  readonly leg: number;
  readonly step: number;
  readonly progress: number;
}

export const startOfWalk: Playhead = { leg: 0, step: 0, progress: 0 };

/** One step of the walk in playing order, with the hop that it belongs to. */
export interface PlayedStep {
  readonly leg: number;
  /** Counts in the leg's steps, as {@link Playhead} does. */
  readonly step: number;
  readonly hop: HopModel;
  /** Counts in the hop's steps. */
  readonly stepOfHop: number;
  readonly model: StepModel;
}

/** The steps of the shown legs, or of all when unfolded, in the order they are played. */
export function playedSteps(branch: BranchModel, unfolded: boolean): readonly PlayedStep[] {
  return branch.legs.flatMap((leg, legIndex) => {
    if (!leg.shown && !unfolded) return [];
    let step = -1;
    return leg.hops.flatMap((hop) =>
      hop.steps.map((model, stepOfHop) => {
        step += 1;
        return { leg: legIndex, step, hop, stepOfHop, model };
      }),
    );
  });
}

/** The index of the step under the playhead; the nearest one before it when the walk has changed under it, and 0 when there is none. */
export function indexAt(steps: readonly PlayedStep[], playhead: Playhead): number {
  let found = 0;
  for (const [index, step] of steps.entries()) {
    if (step.leg > playhead.leg || (step.leg === playhead.leg && step.step > playhead.step)) break;
    found = index;
  }
  return found;
}

/** The index of the first step of the hop before or after the one at `index`. Back goes to the start of the present hop first. */
export function neighbourHop(steps: readonly PlayedStep[], index: number, direction: 1 | -1): number {
  const here = steps[index];
  if (here === undefined) return 0;
  if (direction === 1) {
    const next = steps.findIndex((step, at) => at > index && step.hop.id !== here.hop.id);
    return next === -1 ? steps.length - 1 : next;
  }
  const first = firstStepOf(steps, here.hop.id);
  if (first < index || first === 0) return first;
  const before = steps[first - 1];
  return before === undefined ? 0 : firstStepOf(steps, before.hop.id);
}

/** The index of a hop's first step, or -1. */
export const firstStepOf = (steps: readonly PlayedStep[], hop: string): number => steps.findIndex((step) => step.hop.id === hop);

/** The step of a hop that says most, or its first: where a selection lands. What stopped the packet, else what changed it, else what decided. */
export function decidingStepOf(steps: readonly PlayedStep[], hop: string): number {
  const find = (says: (model: StepModel) => boolean): number => steps.findIndex((step) => step.hop.id === hop && says(step.model));
  const found = [
    find(({ effect }) => effect === 'dropped' || effect === 'rejected'),
    find(({ effect }) => effect !== 'none'),
    find(({ decided }) => decided),
  ].find((index) => index !== -1);
  return found ?? firstStepOf(steps, hop);
}

/** Milliseconds of a step at speed 1: its motion, and how long the packet then rests. */
export interface StepTiming {
  readonly motion: number;
  readonly dwell: number;
}

/** Asks for a step's timing; the scene knows how far the packet travels. */
export type TimingOf = (step: PlayedStep, scene: SceneModel | null) => StepTiming;

const rowToRow = 220;
const alongLink = 420;
const dwellOnDecision = 500;

/** Timing without a scene: links and stack rows by their kind. */
export function defaultTiming(step: PlayedStep): StepTiming {
  const dwell = step.model.decided ? dwellOnDecision : 0;
  switch (step.model.effect) {
    case 'encapsulated':
    case 'decapsulated':
      return { motion: 320, dwell };
    case 'translated':
      return { motion: rowToRow + 260, dwell };
    case 'dropped':
      return { motion: 300, dwell: dwellOnDecision };
    case 'rejected':
      return { motion: 500, dwell: dwellOnDecision };
    case 'delivered':
      return { motion: alongLink, dwell: dwellOnDecision };
    case 'none':
      return { motion: step.model.hook === null ? alongLink : rowToRow, dwell };
  }
}

export interface Advance {
  readonly index: number;
  /** Milliseconds spent in the step, motion and dwell together, at speed 1. */
  readonly elapsed: number;
  readonly ended: boolean;
}

/** Moves on by `milliseconds` (already scaled by speed); stops at the last step's end. */
export function advance(
  steps: readonly PlayedStep[],
  from: { readonly index: number; readonly elapsed: number },
  milliseconds: number,
  timingOf: (step: PlayedStep) => StepTiming,
): Advance {
  let { index } = from;
  let elapsed = from.elapsed + milliseconds;
  for (;;) {
    const step = steps[index];
    if (step === undefined) return { index: 0, elapsed: 0, ended: true };
    const timing = timingOf(step);
    const whole = timing.motion + timing.dwell;
    if (elapsed < whole) return { index, elapsed, ended: false };
    if (index === steps.length - 1) return { index, elapsed: whole, ended: true };
    elapsed -= whole;
    index += 1;
  }
}
