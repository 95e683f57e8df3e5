/** What the walk's canvas shows at a playhead, worked out without a canvas: which rows speak, what is lit, which badges are done. Pure. */
import type { Playhead } from '../../view/motion.ts';
import type { SceneBadge, SceneLeg, SceneModel, SceneRow, SceneStep } from '../../view/scene.ts';

export interface ShownRow extends SceneRow {
  readonly current: boolean;
  readonly effect: SceneStep['effect'];
  readonly decided: boolean;
}

export type BadgeState = 'done' | 'now' | 'ahead' | 'drop';

export interface WalkState {
  readonly leg: SceneLeg;
  readonly step: SceneStep;
  readonly stepIndex: number;
  readonly rows: readonly ShownRow[];
  /** Element → whether the packet was encapsulated there. */
  readonly lit: ReadonlyMap<string, boolean>;
  readonly badges: readonly (SceneBadge & { readonly state: BadgeState })[];
  /** The leg of the same connection that was played before and runs the other way. */
  readonly earlier: SceneLeg | null;
  readonly lost: boolean;
  /** Containers that took the packet, and nothing after it. */
  readonly delivered: readonly string[];
}

/** `unfolded`: the hop list shows every packet, and the badges count as it does. */
export function walkState(scene: SceneModel, playhead: Playhead, unfolded = false): WalkState | null {
  const leg = scene.legs[playhead.leg];
  const step = leg?.steps[playhead.step];
  if (leg === undefined || step === undefined) return null;
  const past = leg.steps.slice(0, playhead.step + 1);
  const arrived = playhead.progress > 0.35 || playhead.step === 0;
  return {
    leg,
    step,
    stepIndex: playhead.step,
    rows: rowsAt(past, arrived),
    lit: litAt(past),
    badges: badgesAt(leg, playhead.step, unfolded ? numbersOf(scene, playhead.leg) : null),
    earlier: earlierLeg(scene, playhead.leg),
    lost: step.effect === 'dropped' || step.effect === 'rejected',
    delivered: step.effect === 'delivered' ? step.elements : [],
  };
}

/** The rows of every stack walked so far. A stack that the packet is in shows this pass; one it has left shows the pass of the inner packet. */
function rowsAt(past: readonly SceneStep[], arrived: boolean): readonly ShownRow[] {
  const now = past.at(-1);
  if (now === undefined) return [];
  const visible = arrived ? past : past.slice(0, -1);
  const byThing = new Map<string, SceneStep[]>();
  for (const step of visible) {
    const before = byThing.get(step.thing) ?? [];
    const again = before.length > 0 && before[0]?.hop !== step.hop;
    byThing.set(step.thing, again ? [step] : [...before, step]);
  }
  const rows: ShownRow[] = [];
  for (const [thing, steps] of byThing) {
    const here = thing === now.thing;
    const pass = here ? lastPass(steps) : innerPass(steps);
    const byRow = new Map<string, SceneStep>();
    for (const step of pass) {
      if (step.row === null) continue;
      const known = byRow.get(step.row.element);
      if (known === undefined || rank(step) >= rank(known)) byRow.set(step.row.element, step);
    }
    for (const step of byRow.values()) {
      if (step.row === null) continue;
      const current = here && now.row?.element === step.row.element && arrived;
      const shown = current ? now : step;
      rows.push({ ...(shown.row ?? step.row), current, effect: shown.effect, decided: shown.decided });
    }
  }
  return rows;
}

/** Of several steps in one row, the one that says most stays. */
function rank(step: SceneStep): number {
  if (step.effect === 'dropped' || step.effect === 'rejected') return step.row?.line.includes(' ') === true ? 5 : 4;
  if (step.effect === 'translated') return 3;
  if (step.decided) return 2;
  return step.row?.verdict === 'accept' && !step.row.line.includes(' policy ') ? 1.5 : 1;
}

/** A tunnel device wraps or unwraps between two passes. */
const turns = (step: SceneStep): boolean => step.effect === 'encapsulated' || step.effect === 'decapsulated';

function lastPass(steps: readonly SceneStep[]): readonly SceneStep[] {
  const turn = steps.findLastIndex(turns);
  const after = steps.slice(turn + 1);
  return after.some((step) => step.row !== null) ? after : steps.slice(0, turn === -1 ? undefined : turn + 1);
}

function innerPass(steps: readonly SceneStep[]): readonly SceneStep[] {
  const inner = steps.filter((step) => !step.encapsulated && step.row !== null);
  return inner.length > 0 ? inner : steps;
}

function litAt(past: readonly SceneStep[]): ReadonlyMap<string, boolean> {
  const lit = new Map<string, boolean>();
  for (const step of past) for (const element of step.elements) lit.set(element, step.encapsulated || step.encapsulatedBefore);
  return lit;
}

/** Hop → its number when all legs are counted through. */
function numbersOf(scene: SceneModel, leg: number): ReadonlyMap<string, number> {
  const hops = new Set(scene.legs.slice(0, leg + 1).flatMap((each) => each.steps.map((step) => step.hop)));
  return new Map([...hops].map((hop, index) => [hop, index + 1]));
}

function badgesAt(leg: SceneLeg, stepIndex: number, numbers: ReadonlyMap<string, number> | null): WalkState['badges'] {
  const current = leg.steps[stepIndex];
  const reached = new Set(leg.steps.slice(0, stepIndex + 1).map((step) => step.hop));
  const lost = current?.effect === 'dropped' || current?.effect === 'rejected';
  return leg.badges.map((badge) => {
    const now = badge.hop === current?.hop;
    const number = numbers?.get(badge.hop) ?? badge.number;
    return { ...badge, number, state: now ? (lost ? 'drop' : 'now') : reached.has(badge.hop) ? 'done' : 'ahead' };
  });
}

function earlierLeg(scene: SceneModel, index: number): SceneLeg | null {
  const leg = scene.legs[index];
  for (let at = index - 1; at >= 0; at -= 1) {
    const other = scene.legs[at];
    if (other?.shown === true && other.connection === leg?.connection && other.reply !== leg.reply) return other;
  }
  return null;
}
