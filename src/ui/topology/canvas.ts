/** A canvas above the graph: sized to the stage in device pixels, drawn in the scene's coordinates through the camera. */

import { textStyles } from '../../view/layoutText.ts';
import type { Point, TextRole } from '../../view/scene.ts';
import type { Camera, Size } from './camera.ts';
import type { Palette } from './palette.ts';

export function fitCanvas(canvas: HTMLCanvasElement, size: Size): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Clears the canvas and sets its transform so that scene coordinates can be drawn. */
export function beginDrawing(canvas: HTMLCanvasElement, camera: Camera): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const ratio = devicePixelRatio || 1;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(camera.zoom * ratio, 0, 0, camera.zoom * ratio, camera.pan.x * ratio, camera.pan.y * ratio);
  return context;
}

export function fontOf(role: TextRole, palette: Palette): string {
  const style = textStyles[role];
  return `${style.weight} ${style.size}px ${style.mono ? palette.mono : palette.sans}`;
}

/** Adds a rectangular line with rounded corners to a path. */
export function roundedLine(path: Path2D, points: readonly Point[], radius = 8): void {
  const first = points[0];
  if (first === undefined) return;
  path.moveTo(first.x, first.y);
  for (let index = 1; index < points.length; index += 1) {
    const [before, here, next] = [points[index - 1], points[index], points[index + 1]];
    if (before === undefined || here === undefined) break;
    if (next === undefined) {
      path.lineTo(here.x, here.y);
      break;
    }
    const room = Math.min(Math.hypot(here.x - before.x, here.y - before.y), Math.hypot(next.x - here.x, next.y - here.y)) / 2;
    path.arcTo(here.x, here.y, next.x, next.y, Math.min(radius, room));
  }
}

/** The first `fraction` of a line's length. */
export function partOfLine(points: readonly Point[], fraction: number): readonly Point[] {
  if (fraction >= 1) return points;
  const result: Point[] = points[0] === undefined ? [] : [points[0]];
  let total = 0;
  for (let index = 1; index < points.length; index += 1) total += distance(points[index - 1], points[index]);
  let left = total * fraction;
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    if (from === undefined || to === undefined) break;
    const length = distance(from, to);
    if (length >= left) {
      const part = length === 0 ? 0 : left / length;
      result.push({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
      break;
    }
    result.push(to);
    left -= length;
  }
  return result;
}

const distance = (from: Point | undefined, to: Point | undefined): number =>
  from === undefined || to === undefined ? 0 : Math.hypot(to.x - from.x, to.y - from.y);
