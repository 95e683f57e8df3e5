/** How many of the Pods asked for become objects: a cluster of three nodes holds 330, and a slip of the keyboard asks for 100,000. */

export const largestPodCount = 5000;

/**
 * A share of `budget` for every ask: all of it where it fits, else each workload gets the same ceiling, so that one giant does not starve
 * the others.
 */
export function shareBudget(asks: readonly number[], budget: number): readonly number[] {
  const total = asks.reduce((sum, ask) => sum + ask, 0);
  if (total <= budget) return asks;
  let left = budget;
  let waiting = asks.length;
  let ceiling = 0;
  for (const ask of [...asks].sort((first, second) => first - second)) {
    ceiling = Math.floor(left / waiting);
    if (ask > ceiling) break;
    left -= ask;
    waiting -= 1;
  }
  return asks.map((ask) => Math.min(ask, ceiling));
}
