/** The player's state machine: where the packet is, whether it moves, and how fast. Time comes in through `tick`. */
import { advance, firstStepOf, indexAt, neighbourHop, type PlayedStep, type StepTiming, type TimingOf } from './playback.ts';
import type { GetState, PlayerSlice, SetState, Speed } from './types.ts';

export const speeds: readonly Speed[] = [0.5, 1, 2, 4];

/** How much of the motion is over; 1 while the packet rests. */
const progressOf = (timing: StepTiming, elapsed: number): number => (timing.motion <= 0 ? 1 : Math.min(1, elapsed / timing.motion));

export function createPlayerSlice(set: SetState, get: GetState, timingOf: TimingOf): PlayerSlice {
  const timing = (step: PlayedStep): StepTiming => timingOf(step, get().scene);
  const goTo = (index: number, playing: boolean): void => {
    const { steps } = get();
    const step = steps[Math.max(0, Math.min(steps.length - 1, index))];
    if (step === undefined) return;
    set({
      playhead: { leg: step.leg, step: step.step, progress: 1 },
      elapsed: timing(step).motion,
      playing,
      thing: null,
    });
  };
  const here = (): number => indexAt(get().steps, get().playhead);
  const atEnd = (steps: readonly PlayedStep[]): boolean => here() === steps.length - 1 && get().playhead.progress >= 1;

  return {
    playhead: { leg: 0, step: 0, progress: 0 },
    playing: false,
    speed: 1,
    elapsed: 0,

    play() {
      const { steps } = get();
      const first = steps[0];
      if (first === undefined) return;
      if (atEnd(steps)) set({ playhead: { leg: first.leg, step: first.step, progress: 0 }, elapsed: 0 });
      set({ playing: true, thing: null });
    },
    pause: () => set({ playing: false }),
    togglePlay() {
      if (get().playing) get().pause();
      else get().play();
    },
    stepForward: () => goTo(here() + 1, false),
    stepBack: () => goTo(here() - 1, false),
    hopForward: () => goTo(neighbourHop(get().steps, here(), 1), false),
    hopBack: () => goTo(neighbourHop(get().steps, here(), -1), false),
    seek: (index) => goTo(index, false),
    setSpeed: (speed) => set({ speed }),
    tick(milliseconds) {
      const { steps, playing, speed, elapsed, requestTicket, answeredTicket } = get();
      if (!playing || steps.length === 0 || requestTicket !== answeredTicket) return;
      const next = advance(steps, { index: here(), elapsed }, milliseconds * speed, timing);
      const step = steps[next.index];
      if (step === undefined) return;
      set({
        playhead: { leg: step.leg, step: step.step, progress: progressOf(timing(step), next.elapsed) },
        elapsed: next.elapsed,
        playing: !next.ended,
      });
    },
  };
}

/** The hop under the playhead: what is selected everywhere while no thing is. */
export function currentStep(state: {
  readonly steps: readonly PlayedStep[];
  readonly playhead: PlayerSlice['playhead'];
}): PlayedStep | null {
  return state.steps[indexAt(state.steps, state.playhead)] ?? null;
}

/** The playhead's place in a changed walk: the same hop by id where it still exists, else the same leg and step, else the start. */
export function keepPlace(
  before: readonly PlayedStep[],
  after: readonly PlayedStep[],
  playhead: PlayerSlice['playhead'],
): PlayerSlice['playhead'] {
  const was = before.length === 0 ? undefined : before[indexAt(before, playhead)];
  const same = was === undefined ? -1 : firstStepOf(after, was.hop.id);
  const index = was === undefined || same === -1 ? indexAt(after, playhead) : same + was.stepOfHop;
  const step = after[Math.min(index, after.length - 1)];
  return step === undefined ? { leg: 0, step: 0, progress: 0 } : { leg: step.leg, step: step.step, progress: playhead.progress };
}
