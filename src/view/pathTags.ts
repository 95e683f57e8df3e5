/** Finds a free place near the packet for the plate with its addresses: one that covers no text, card, stack or port. */
import type { Geometry } from './layoutGeometry.ts';
import { textStyles, textWidth } from './layoutText.ts';
import type { Box, Point, SceneElement, SceneTag, SceneText } from './scene.ts';

export type PlaceTag = (at: Point, lines: SceneTag['lines'], word: boolean) => SceneTag;

const lineHeight = 15;
const padding = 8;
/** Half the size of the packet with its tunnel around it, and some air. */
const packet = { x: 34, y: 22 } as const;

export function textBox(text: SceneText): Box {
  const width = textWidth(text.words === null ? text.text : `${text.text}      `, text.role);
  const x = text.align === 'left' ? text.x : text.align === 'right' ? text.x - width : text.x - width / 2;
  const { size } = textStyles[text.role];
  return { x, y: text.y - size * 0.78, width, height: size };
}

/** A text and the air around it, so that a plate never touches a word. */
function roomOf(text: SceneText): Box {
  const { x, y, width, height } = textBox(text);
  return { x: x - 5, y: y - 4, width: width + 10, height: height + 8 };
}

export const overlap = (one: Box, other: Box): number =>
  Math.max(0, Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)) *
  Math.max(0, Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y));

export function createTagPlacer(geometry: Geometry): PlaceTag {
  const blockers = blockersOf(geometry);
  const known = new Map<string, Box>();
  return (at, lines, word) => {
    const width = Math.max(...lines.map((line) => textWidth(line.text, 'address'))) + padding * 2;
    const height = (lines.length + (word ? 1 : 0)) * lineHeight + padding + 2;
    const key = `${at.x} ${at.y} ${width} ${height}`;
    const box = known.get(key) ?? freeBox(at, width, height, blockers, geometry);
    known.set(key, box);
    return { box, lines, word };
  };
}

function blockersOf({ elements, links }: Geometry): readonly Box[] {
  const lines = links.flatMap((link) => (link.kind === 'inside' ? [] : pieces(link.points)));
  const boxes = elements.flatMap((element) => {
    switch (element.shape) {
      case 'card':
      case 'stack':
      case 'pod':
      case 'compactPod':
      case 'podDot':
      case 'podTile':
      case 'collapsedNode':
      case 'pendingTray':
        return [element.box];
      case 'bus':
        return [element.box, ...element.texts.map(roomOf)];
      default:
        return element.texts.map(roomOf);
    }
  });
  return [...boxes, ...lines];
}

/** A line's straight pieces as thin boxes. */
function pieces(points: readonly Point[]): readonly Box[] {
  return points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    return {
      x: Math.min(from.x, to.x) - 2,
      y: Math.min(from.y, to.y) - 2,
      width: Math.abs(to.x - from.x) + 4,
      height: Math.abs(to.y - from.y) + 4,
    };
  });
}

/** The nearest of places around the packet that covers nothing; when there is none, the one that covers least. */
function freeBox(at: Point, width: number, height: number, blockers: readonly Box[], { metrics, elements }: Geometry): Box {
  let best: { readonly box: Box; readonly cost: number } | null = null;
  const below = belowOutside(elements);
  for (const box of [...candidates(at, width, height), ...below.map((y) => ({ x: metrics.outside.x, y, width, height }))]) {
    if (box.x < 4 || box.y < 4 || box.x + width > metrics.width - 4) continue;
    const away = Math.abs(box.x + width / 2 - at.x) + Math.abs(box.y + height / 2 - at.y);
    let cost = away;
    for (const blocker of blockers) {
      if (best !== null && cost >= best.cost) break;
      cost += overlap(box, blocker) * 40;
    }
    if (best === null || cost < best.cost) best = { box, cost };
  }
  return best?.box ?? { x: Math.max(4, at.x - width / 2), y: at.y + packet.y, width, height };
}

/** Heights below the outside's region, where nothing else stands. */
function belowOutside(elements: readonly SceneElement[]): readonly number[] {
  const region = elements.find((element) => element.shape === 'outsideRegion');
  return region === undefined ? [] : [region.box.y + region.box.height + 10];
}

function candidates(at: Point, width: number, height: number): readonly Box[] {
  const boxes: Box[] = [];
  for (const far of [0, 18, 40, 70, 110]) {
    const xs = [at.x - width / 2, at.x + packet.x + far, at.x - packet.x - far - width, at.x - 12, at.x - width + 12];
    const ys = [at.y + packet.y + far, at.y - packet.y - far - height, at.y - height / 2];
    for (const x of xs) {
      for (const y of ys) {
        const box = { x, y, width, height };
        const own = { x: at.x - packet.x + 4, y: at.y - packet.y + 4, width: packet.x * 2 - 8, height: packet.y * 2 - 8 };
        if (overlap(box, own) === 0) boxes.push(box);
      }
    }
  }
  return boxes;
}
