/** The player: stepping, playing, folding and unfolding, and staying at its place when the walk changes under it. */
import { describe, expect, it } from 'vitest';
import type { StepModel } from '../view/model.ts';
import { decidingStepOf, playedSteps, type StepTiming } from './playback.ts';
import { currentStep, keepPlace } from './player.ts';
import { createAppStore } from './store.ts';
import { makeBranch, makeHop, makeLeg, makeRequest } from './testing.ts';

const timing: StepTiming = { motion: 100, dwell: 50 };
const legs = [makeLeg('0.0', [2, 3]), makeLeg('0.1', [2], false), makeLeg('0.2', [1])];

function storeWith(playing = false) {
  const store = createAppStore(() => timing);
  const request = makeRequest(legs);
  store.setState({ request, steps: playedSteps(request.shown, false), playing });
  return store;
}
const placeOf = (store: ReturnType<typeof storeWith>) => {
  const { playhead } = store.getState();
  return [playhead.leg, playhead.step, playhead.progress];
};

describe('stepping', () => {
  it('goes through the shown legs and stops at both ends', () => {
    const store = storeWith();
    const places = [placeOf(store)];
    for (let press = 0; press < 7; press += 1) {
      store.getState().stepForward();
      places.push(placeOf(store));
    }
    expect(places.map(([leg, step]) => `${leg}.${step}`)).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', '2.0', '2.0', '2.0']);
    for (let press = 0; press < 9; press += 1) store.getState().stepBack();
    expect(placeOf(store)).toEqual([0, 0, 1]);
  });

  it('hops forward to the next hop, and back to the start of the present one first', () => {
    const store = storeWith();
    store.getState().hopForward();
    expect(placeOf(store)).toEqual([0, 2, 1]);
    store.getState().stepForward();
    store.getState().hopBack();
    expect(placeOf(store)).toEqual([0, 2, 1]);
    store.getState().hopBack();
    expect(placeOf(store)).toEqual([0, 0, 1]);
  });

  it('pauses', () => {
    const store = storeWith(true);
    store.getState().stepForward();
    expect(store.getState().playing).toBe(false);
  });
});

describe('playing', () => {
  it.each([
    [0, [0, 0, 0]],
    [50, [0, 0, 0.5]],
    [100, [0, 0, 1]],
    [149, [0, 0, 1]],
    [150, [0, 1, 0]],
    [400, [0, 2, 1]],
  ])('is after %i ms at %j', (milliseconds, place) => {
    const store = storeWith(true);
    store.getState().tick(milliseconds);
    expect(placeOf(store)).toEqual(place);
  });

  it('goes as fast as the speed says', () => {
    const store = storeWith(true);
    store.getState().setSpeed(4);
    store.getState().tick(25);
    expect(placeOf(store)).toEqual([0, 0, 1]);
  });

  it('ends at the last step, and begins anew when played again', () => {
    const store = storeWith(true);
    store.getState().tick(100_000);
    expect(placeOf(store)).toEqual([2, 0, 1]);
    expect(store.getState().playing).toBe(false);
    store.getState().play();
    expect(placeOf(store)).toEqual([0, 0, 0]);
  });

  it('waits while the request on the screen is not the one that was sent', () => {
    const store = storeWith(true);
    store.setState({ requestTicket: 2, answeredTicket: 1 });
    store.getState().tick(1_000);
    expect(placeOf(store)).toEqual([0, 0, 0]);
  });
});

describe('selecting a hop', () => {
  it('moves the playhead to the step that decided there, so that everything shows the same', () => {
    const store = storeWith(true);
    store.getState().selectHop('0.0.1');
    expect(currentStep(store.getState())?.hop.id).toBe('0.0.1');
    expect(placeOf(store)).toEqual([0, 4, 1]);
    expect(store.getState().playing).toBe(false);
  });

  it('lets go of a selected thing', () => {
    const store = storeWith();
    store.getState().selectThing('kind-worker');
    store.getState().selectHop('0.2.0');
    expect(store.getState().thing).toBeNull();
  });
});

describe('decidingStepOf', () => {
  const hopOf = (models: readonly Partial<StepModel>[]) => {
    const hop = makeHop('h', models.length);
    const steps = hop.steps.map((step, index) => ({ ...step, decided: false, ...models[index] }));
    return steps.map((model, stepOfHop) => ({ leg: 0, step: stepOfHop, hop: { ...hop, steps }, stepOfHop, model }));
  };
  const rows: readonly [string, readonly Partial<StepModel>[], number][] = [
    ['what stopped the packet before what translated it', [{ decided: true }, { effect: 'translated' }, { effect: 'rejected' }], 2],
    ['what changed the packet before a mere decision', [{ decided: true }, { effect: 'encapsulated' }, {}], 1],
    ['a decision when nothing changed', [{}, { decided: true }, { decided: true }], 1],
    ['the first step when nothing decided', [{}, {}], 0],
  ];
  it.each(rows)('is %s', (_name, models, expected) => {
    expect(decidingStepOf(hopOf(models), 'h')).toBe(expected);
  });
});

describe('service-upstream', () => {
  it('asks for the walk again and leaves the packet at its hop', () => {
    const store = storeWith();
    store.getState().selectHop('0.2.0');
    const before = store.getState();
    store.getState().setServiceUpstream(true);
    expect(store.getState().serviceUpstream).toBe(true);
    expect(store.getState().requestTicket).toBe(before.requestTicket + 1);
    expect(store.getState().playhead).toEqual(before.playhead);
  });
});

describe('folded packets', () => {
  it('are played once they are unfolded, and the place stays', () => {
    const store = storeWith();
    store.getState().selectHop('0.2.0');
    store.getState().toggleUnfolded();
    expect(store.getState().steps.map((step) => `${step.leg}.${step.step}`)).toContain('1.1');
    expect(currentStep(store.getState())?.hop.id).toBe('0.2.0');
  });
});

describe('a walk that changes', () => {
  const steps = playedSteps(makeBranch(legs), false);

  it('keeps the same hop when it is still there', () => {
    const longer = playedSteps(makeBranch([makeLeg('9.9', [5]), ...legs]), false);
    expect(keepPlace(steps, longer, { leg: 0, step: 3, progress: 0.5 })).toEqual({ leg: 1, step: 3, progress: 0.5 });
  });

  it('goes to the nearest place before, when the hop is gone', () => {
    const shorter = playedSteps(makeBranch([makeLeg('7.7', [1])]), false);
    expect(keepPlace(steps, shorter, { leg: 0, step: 3, progress: 1 })).toEqual({ leg: 0, step: 0, progress: 1 });
  });

  it('goes to the start when there is nothing', () => {
    expect(keepPlace(steps, [], { leg: 0, step: 3, progress: 1 })).toEqual({ leg: 0, step: 0, progress: 0 });
  });
});
