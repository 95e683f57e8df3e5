/** The one camera over the scene: zoom and pan in screen pixels, and the views that buttons and the packet ask for. Pure. */
import type { Box, Point } from '../../view/scene.ts';

export interface Camera {
  readonly zoom: number;
  readonly pan: Point;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const zoomRange = { least: 0.05, most: 3 } as const;
/** Below this zoom the picture shows Services instead of nodes. */
export const servicesBelow = 0.6;

export const clampZoom = (zoom: number): number => Math.max(zoomRange.least, Math.min(zoomRange.most, zoom));

/**
 * How the scene is shown first: its full width, all of its height where that makes little difference, else its top. Never so small that it
 * becomes another picture.
 */
export function homeCamera(scene: Size, stage: Size): Camera {
  const byWidth = stage.width / scene.width;
  const byHeight = stage.height / scene.height;
  const zoom = clampZoom(Math.max(byHeight < byWidth && byHeight >= byWidth * 0.85 ? byHeight : byWidth, servicesBelow + 0.05));
  const left = Math.max(0, (stage.width - scene.width * zoom) / 2);
  const top = Math.max(0, Math.min((stage.height - scene.height * zoom) / 2, 28));
  return { zoom, pan: { x: left, y: top } };
}

/** All of `size` in the middle of the stage. */
export function fitCamera(size: Size, stage: Size): Camera {
  const zoom = clampZoom(Math.min(stage.width / size.width, stage.height / size.height, 1.5));
  return { zoom, pan: { x: (stage.width - size.width * zoom) / 2, y: Math.max(0, (stage.height - size.height * zoom) / 2) } };
}

/** The far picture whole, or its top where it is long; small enough to be the far picture. */
export function servicesCamera(size: Size, stage: Size): Camera {
  const zoom = Math.max(0.3, Math.min(servicesBelow - 0.04, stage.width / size.width, stage.height / size.height));
  return { zoom, pan: { x: Math.max(0, (stage.width - size.width * zoom) / 2), y: 4 } };
}

/** Zooms about a point of the stage that keeps its place. */
export function zoomAbout(camera: Camera, zoom: number, fixed: Point): Camera {
  const next = clampZoom(zoom);
  const ratio = next / camera.zoom;
  return { zoom: next, pan: { x: fixed.x - (fixed.x - camera.pan.x) * ratio, y: fixed.y - (fixed.y - camera.pan.y) * ratio } };
}

export const toStage = (camera: Camera, point: Point): Point => ({
  x: point.x * camera.zoom + camera.pan.x,
  y: point.y * camera.zoom + camera.pan.y,
});

/** Whether a point lies in the stage's inner part; the camera follows only what leaves it. */
export function isInside(camera: Camera, point: Point, stage: Size, inner = 0.8): boolean {
  const at = toStage(camera, point);
  const [marginX, marginY] = [(stage.width * (1 - inner)) / 2, (stage.height * (1 - inner)) / 2];
  return at.x >= marginX && at.x <= stage.width - marginX && at.y >= marginY && at.y <= stage.height - marginY;
}

/** The least pan that brings a box, with some air, into the stage; the same camera when it is there already. */
export function reveal(camera: Camera, box: Box, stage: Size, air = 40): Camera {
  const from = toStage(camera, box);
  const [width, height] = [box.width * camera.zoom, box.height * camera.zoom];
  const shift = (start: number, length: number, room: number): number => {
    if (length + air * 2 > room) return (room - length) / 2 - start;
    if (start < air) return air - start;
    return start + length > room - air ? room - air - start - length : 0;
  };
  const move = { x: shift(from.x, width, stage.width), y: shift(from.y, height, stage.height) };
  return { zoom: camera.zoom, pan: { x: camera.pan.x + move.x, y: camera.pan.y + move.y } };
}

export const sameCamera = (one: Camera, other: Camera): boolean =>
  one.zoom === other.zoom && one.pan.x === other.pan.x && one.pan.y === other.pan.y;

/** Between two cameras, for 0 to 1; zoom goes by ratio. */
export function between(from: Camera, to: Camera, part: number): Camera {
  const zoom = from.zoom * (to.zoom / from.zoom) ** part;
  return {
    zoom,
    pan: { x: from.pan.x + (to.pan.x - from.pan.x) * part, y: from.pan.y + (to.pan.y - from.pan.y) * part },
  };
}
