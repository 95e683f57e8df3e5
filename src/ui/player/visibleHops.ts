/** Which legs the list and the timeline show, and how their hops are counted. Pure. */
import type { HopModel, LegModel } from '../../view/model.ts';

export interface VisibleLeg {
  readonly leg: LegModel;
  /** Index in the branch's legs, as the playhead counts. */
  readonly index: number;
  readonly hops: readonly { readonly hop: HopModel; readonly number: number }[];
  /** Packets of the same request that are folded away right before this leg. */
  readonly foldedBefore: readonly LegModel[];
}

export interface VisibleWalk {
  readonly legs: readonly VisibleLeg[];
  readonly foldedAfter: readonly LegModel[];
  readonly hopCount: number;
}

/** All legs when unfolded, else the shown ones; hops are numbered through over what is visible. */
export function visibleWalk(legs: readonly LegModel[], unfolded: boolean): VisibleWalk {
  const visible: VisibleLeg[] = [];
  let folded: LegModel[] = [];
  let count = 0;
  legs.forEach((leg, index) => {
    if (!unfolded && !leg.shown) {
      folded.push(leg);
      return;
    }
    const start = count;
    count += leg.hops.length;
    visible.push({ leg, index, hops: leg.hops.map((hop, at) => ({ hop, number: start + at + 1 })), foldedBefore: folded });
    folded = [];
  });
  return { legs: visible, foldedAfter: folded, hopCount: count };
}
