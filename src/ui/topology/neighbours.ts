/** Which thing lies next to another in a direction: what an arrow key goes to. Pure. */
import type { Box, SceneElement, SceneShape } from '../../view/scene.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

const listed: ReadonlySet<SceneShape> = new Set([
  'card',
  'bus',
  'node',
  'collapsedNode',
  'pod',
  'compactPod',
  'podDot',
  'podTile',
  'service',
]);

/** The things that a person can go to, in reading order: outside, network, nodes with their Pods. */
export const focusableThings = (elements: readonly SceneElement[]): readonly SceneElement[] =>
  elements.filter(
    (element) => listed.has(element.shape) && (element.thing !== '' || element.toggles !== null || element.shape === 'service'),
  );

const centre = (box: Box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/** The nearest thing whose middle lies in that direction, sideways distance counting double; null at the edge. A node holds its Pods. */
export function neighbourOf(from: SceneElement, direction: Direction, things: readonly SceneElement[]): SceneElement | null {
  let best: { readonly thing: SceneElement; readonly cost: number } | null = null;
  const here = anchor(from, direction);
  for (const thing of things) {
    if (thing.id === from.id) continue;
    const there = centre(thing.box);
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const ahead = direction === 'left' ? -dx : direction === 'right' ? dx : direction === 'up' ? -dy : dy;
    const aside = direction === 'left' || direction === 'right' ? Math.abs(dy) : Math.abs(dx);
    if (ahead <= 1) continue;
    const cost = ahead + aside * 2;
    if (best === null || cost < best.cost) best = { thing, cost };
  }
  return best?.thing ?? null;
}

/** A node reaches right from its left part, so that its own Pods are to its right. */
function anchor(from: SceneElement, direction: Direction) {
  const middle = centre(from.box);
  return from.shape === 'node' && direction === 'right' ? { x: from.box.x + 20, y: middle.y } : middle;
}

/** Things whose name or address holds the words, without regard to case. */
export function searchThings(things: readonly SceneElement[], words: string): readonly SceneElement[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return [];
  return things.filter((thing) => [thing.label, thing.detail, ...thing.contains].some((text) => text.toLowerCase().includes(wanted)));
}
