/** Lines of a walk: how they run inside a node's stack, and how several passes over one line stand side by side. */
import type { PortPlace, StackPlace } from './layoutGeometry.ts';
import type { Point } from './scene.ts';

/** Where the packet is in a stack: at a port of the host, or on the line through the rows at height `y`. */
export type Spot = { readonly kind: 'port'; readonly at: Point } | { readonly kind: 'spine'; readonly y: number };

/** The corners from one spot of a stack to another: in at the top, down through the rows, out at the bottom. */
export function routeInStack(stack: StackPlace, from: Spot, to: Spot): readonly Point[] {
  const { spineX, inY, outY } = stack;
  if (from.kind === 'spine' && to.kind === 'spine') {
    return [
      { x: spineX, y: from.y },
      { x: spineX, y: to.y },
    ];
  }
  if (from.kind === 'port' && to.kind === 'spine') return [...entry(stack, from.at), { x: spineX, y: inY }, { x: spineX, y: to.y }];
  if (from.kind === 'spine' && to.kind === 'port') return [{ x: spineX, y: from.y }, { x: spineX, y: outY }, ...wayOut(stack, to.at)];
  if (from.kind === 'port' && to.kind === 'port') {
    if (from.at.x === to.at.x && from.at.y === to.at.y) return [from.at];
    return [...entry(stack, from.at), { x: spineX, y: inY }, { x: spineX, y: outY }, ...wayOut(stack, to.at)];
  }
  return [];
}

const entry = (stack: StackPlace, at: Point): readonly Point[] => (at.y === stack.inY ? [at] : [at, { x: at.x, y: stack.inY }]);

function wayOut(stack: StackPlace, at: Point): readonly Point[] {
  const { exitX, inY, outY } = stack;
  if (at.y === outY) return [at];
  if (at.x > stack.spineX) return [{ x: at.x, y: outY }, at];
  return [{ x: exitX, y: outY }, { x: exitX, y: at.y === inY ? inY : at.y }, at];
}

/** How a line ends: at a port (drawn to the port's middle), in a row (at the row's height), or at a corner that the next line goes on from. */
export type LineEnd = 'port' | 'row' | 'corner';

export const endOf = (port: PortPlace | undefined): LineEnd => (port?.element?.startsWith('bus ') === true ? 'corner' : 'port');

/**
 * Moves a rectangular line by `offset` to the right and down, all of it by the same: parallel pieces of two lines then stand `offset`
 * apart in both directions and corners stay square. Ends at ports stay where they are.
 */
export function shiftLine(points: readonly Point[], offset: number, start: LineEnd, end: LineEnd): readonly Point[] {
  const line = withoutRepeats(points);
  const [first, second] = [line[0], line[1]];
  const [last, beforeLast] = [line.at(-1), line.at(-2)];
  if (offset === 0 || first === undefined || last === undefined) return line;
  if (second === undefined || beforeLast === undefined) return start === 'port' ? [first] : [shiftEnd(first, undefined, offset, start)];
  const moved = line.map((point, index) => {
    if (index === 0) return shiftEnd(point, second, offset, start);
    if (index === line.length - 1) return shiftEnd(point, beforeLast, offset, end);
    return { x: point.x + offset, y: point.y + offset };
  });
  return [...(start === 'port' ? [first] : []), ...moved, ...(end === 'port' ? [last] : [])];
}

/** Across the piece that ends here; both ways at a corner. A row's point only leaves the line through the rows, never its height. */
function shiftEnd(point: Point, neighbour: Point | undefined, offset: number, kind: LineEnd): Point {
  if (kind === 'corner') return { x: point.x + offset, y: point.y + offset };
  if (kind === 'row' || neighbour === undefined) return { x: point.x + offset, y: point.y };
  return neighbour.x === point.x ? { x: point.x + offset, y: point.y } : { x: point.x, y: point.y + offset };
}

function withoutRepeats(points: readonly Point[]): readonly Point[] {
  return points.filter((point, index) => {
    const before = points[index - 1];
    return before === undefined || before.x !== point.x || before.y !== point.y;
  });
}

export function lineLength(points: readonly Point[]): number {
  let length = 0;
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    if (from !== undefined && to !== undefined) length += Math.hypot(to.x - from.x, to.y - from.y);
  }
  return length;
}
