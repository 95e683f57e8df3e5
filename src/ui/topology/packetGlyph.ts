/** The packet's glyph in each of its states: header bands at the leading end, payload lines after them, a tunnel's box around both. */
import type { Point, SceneStep } from '../../view/scene.ts';
import type { Palette } from './palette.ts';

export interface GlyphState {
  readonly at: Point;
  readonly reply: boolean;
  /** 0 to 1: how far the tunnel's box is closed around the packet. */
  readonly encapsulated: number;
  readonly effect: SceneStep['effect'];
  /** 0 to 1: how far the effect has come. */
  readonly progress: number;
  /** Which header band changes: Ethernet, IP or TCP; null for none. */
  readonly changed: 0 | 1 | 2 | null;
  readonly halo: boolean;
  /** The answer that a rejected packet causes: red, without the marks of a loss. */
  readonly ghost?: boolean;
}

export const glyphSize = { width: 35, height: 21, radius: 5 } as const;
export const tunnelSize = { width: 53, height: 31, radius: 7 } as const;

export function drawPacket(context: CanvasRenderingContext2D, state: GlyphState, palette: Palette): void {
  const lost = !state.ghost && (state.effect === 'dropped' || state.effect === 'rejected');
  const fall = lost ? Math.max(0, (state.progress - 0.6) / 0.4) * 6 : 0;
  const colour = lost && state.progress > 0 ? palette.bad : state.encapsulated > 0 ? palette.ov : palette.ac;
  context.save();
  context.translate(state.at.x, state.at.y);
  if (state.halo) drawHalo(context, colour);
  if (lost && state.progress > 0) drawStopBar(context, palette);
  context.translate(0, fall);
  if (state.reply) context.scale(-1, 1);
  if (state.encapsulated > 0) drawTunnel(context, state.encapsulated, palette);
  if (state.encapsulated > 0) context.translate(4, 0);
  drawBody(context, state, lost, palette);
  context.restore();
  if (lost && state.progress > 0) drawCross(context, { x: state.at.x - 17, y: state.at.y + fall - 10 }, palette);
}

function drawHalo(context: CanvasRenderingContext2D, colour: string): void {
  const gradient = context.createRadialGradient(0, 0, 4, 0, 0, 30);
  gradient.addColorStop(0, colour);
  gradient.addColorStop(1, 'transparent');
  context.globalAlpha *= 0.3;
  context.fillStyle = gradient;
  context.fillRect(-30, -30, 60, 60);
  context.globalAlpha /= 0.3;
}

function drawBody(context: CanvasRenderingContext2D, state: GlyphState, lost: boolean, palette: Palette): void {
  const { width, height, radius } = glyphSize;
  const colour = state.ghost || (lost && state.progress > 0) ? palette.bad : palette.ac;
  context.beginPath();
  context.roundRect(-width / 2, -height / 2, width, height, radius);
  context.fillStyle = state.reply ? palette.bg : colour;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = state.reply ? colour : palette.bg;
  context.globalAlpha *= state.reply ? 1 : 0.55;
  context.stroke();
  context.globalAlpha /= state.reply ? 1 : 0.55;
  const ink = state.reply ? colour : palette.acInk;
  drawBands(context, state, ink, palette);
  context.fillStyle = ink;
  context.globalAlpha *= 0.85;
  context.fillRect(-14, -3.6, 10, 2);
  context.fillRect(-14, 1.6, 7, 2);
  context.globalAlpha /= 0.85;
}

/** Three bands at the end that leads; the changed one flips to amber on a light plate. */
function drawBands(context: CanvasRenderingContext2D, state: GlyphState, ink: string, palette: Palette): void {
  for (let band = 0; band < 3; band += 1) {
    const x = 12.4 - band * 5.2;
    const changed = state.effect === 'translated' && state.changed === band && state.progress > 0;
    if (!changed) {
      context.fillStyle = ink;
      context.fillRect(x - 1.6, -6.5, 3.2, 13);
      continue;
    }
    const flip = Math.abs(Math.cos(Math.min(1, state.progress) * Math.PI));
    const swell = 1 + Math.sin(Math.min(1, state.progress) * Math.PI) * 0.35;
    context.beginPath();
    context.roundRect(x - 3.4, -8.6 * swell, 6.8, 17.2 * swell, 2);
    context.fillStyle = palette.bg;
    context.fill();
    context.fillStyle = palette.tr;
    context.fillRect(x - 1.9, -6.8 * flip, 3.8, 13.6 * flip);
  }
}

/** Closes from the leading end backwards. */
function drawTunnel(context: CanvasRenderingContext2D, closed: number, palette: Palette): void {
  const { width, height, radius } = tunnelSize;
  context.save();
  if (closed < 1) {
    context.beginPath();
    context.rect(width / 2 - width * closed, -height, width, height * 2);
    context.clip();
  }
  context.beginPath();
  context.roundRect(-width / 2, -height / 2, width, height, radius);
  context.fillStyle = palette.ovBg;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = palette.ov;
  context.stroke();
  context.fillStyle = palette.ov;
  context.fillRect(-21.5, -9, 2.8, 18);
  context.fillRect(-17, -9, 2.8, 18);
  context.restore();
}

function drawStopBar(context: CanvasRenderingContext2D, palette: Palette): void {
  context.beginPath();
  context.roundRect(-19, 15.5, 38, 4, 2);
  context.fillStyle = palette.bad;
  context.fill();
}

function drawCross(context: CanvasRenderingContext2D, at: Point, palette: Palette): void {
  context.beginPath();
  context.arc(at.x, at.y, 8.5, 0, Math.PI * 2);
  context.fillStyle = palette.bg;
  context.fill();
  context.lineWidth = 1.8;
  context.strokeStyle = palette.bad;
  context.stroke();
  context.beginPath();
  context.moveTo(at.x - 3, at.y - 3);
  context.lineTo(at.x + 3, at.y + 3);
  context.moveTo(at.x + 3, at.y - 3);
  context.lineTo(at.x - 3, at.y + 3);
  context.lineCap = 'round';
  context.stroke();
}
