/**
 * The walk, on a canvas above the graph: the path behind and before the packet, rows that speak, step badges, the packet and its addresses.
 * A frame costs what the walk is long, however large the graph is; nothing here makes Cytoscape draw.
 */
import type { Translate } from '../../shared/message.ts';
import { textWidth, wrapText } from '../../view/layoutText.ts';
import { type Playhead, packetPose } from '../../view/motion.ts';
import type { Box, Point, SceneElement, SceneModel, SceneStep } from '../../view/scene.ts';
import type { Camera } from './camera.ts';
import { beginDrawing, fontOf, partOfLine, roundedLine } from './canvas.ts';
import { drawPacket, glyphSize, tunnelSize } from './packetGlyph.ts';
import type { Palette } from './palette.ts';
import { type ShownRow, type WalkState, walkState } from './walkState.ts';

export interface PacketInput {
  readonly scene: SceneModel;
  readonly playhead: Playhead | null;
  readonly unfolded?: boolean;
  readonly camera: Camera;
  readonly palette: Palette;
  readonly translate: Translate;
  readonly reducedMotion: boolean;
  /** Elements by id, made once a scene. */
  readonly elements: ReadonlyMap<string, SceneElement>;
  readonly selected: string | null;
  readonly focused: Box | null;
}

export function drawWalk(canvas: HTMLCanvasElement, input: PacketInput): void {
  const context = beginDrawing(canvas, input.camera);
  if (context === null) return;
  const state = input.playhead === null ? null : walkState(input.scene, input.playhead, input.unfolded);
  if (state !== null && input.playhead !== null) {
    drawBorders(context, state, input);
    drawPaths(context, state, input.playhead, input);
    drawLit(context, state, input);
    const speaking = new Set(state.rows.map((row) => row.element));
    for (const row of state.rows) drawRow(context, row, input, silentBelow(row, speaking, input.elements));
    drawBadges(context, state, input);
  }
  drawSelection(context, input);
  if (state !== null && input.playhead !== null) drawMoving(context, state, input.playhead, input);
}

const boxOfThing = (thing: string, elements: PacketInput['elements']): SceneElement | undefined =>
  elements.get(`node ${thing}`) ?? elements.get(`pod ${thing}`) ?? elements.get(`card ${thing}`) ?? elements.get(`bus ${thing}`);

const radiusOf = (element: SceneElement): number => (element.shape === 'node' || element.shape === 'collapsedNode' ? 12 : 9);

/** The thing that the packet is in has the accent's border. */
function drawBorders(context: CanvasRenderingContext2D, state: WalkState, { elements, palette }: PacketInput): void {
  const element = boxOfThing(state.step.thing, elements);
  if (element === undefined || element.shape === 'bus') return;
  outline(context, element.box, radiusOf(element), state.lost ? palette.bad : palette.ac, 1.6);
}

function outline(context: CanvasRenderingContext2D, box: Box, radius: number, colour: string, width: number): void {
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, radius);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

function drawSelection(context: CanvasRenderingContext2D, { selected, focused, elements, palette }: PacketInput): void {
  const element = selected === null ? undefined : (boxOfThing(selected, elements) ?? elements.get(`dot ${selected}`));
  if (element !== undefined) {
    const { x, y, width, height } = element.box;
    outline(context, { x: x - 1.5, y: y - 1.5, width: width + 3, height: height + 3 }, radiusOf(element) + 1.5, palette.ac, 2);
  }
  if (focused !== null) {
    const box = { x: focused.x - 5, y: focused.y - 5, width: focused.width + 10, height: focused.height + 10 };
    context.setLineDash([4, 3]);
    outline(context, box, 12, palette.t1, 1.6);
    context.setLineDash([]);
  }
}

function drawPaths(context: CanvasRenderingContext2D, state: WalkState, playhead: Playhead, { palette, reducedMotion }: PacketInput): void {
  const { leg, stepIndex, earlier } = state;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (earlier !== null) {
    context.globalAlpha = 0.35;
    strokeLines(context, earlier.steps, palette, 1.8);
    context.globalAlpha = 1;
  }
  const ahead = leg.steps.slice(stepIndex + 1);
  context.setLineDash([0.5, 5]);
  strokeLines(context, [...rest(state.step, playhead), ...ahead], palette, 2.1);
  context.setLineDash([]);
  const travelled = reducedMotion ? 1 : packetPose(state.step, playhead.progress).travelled;
  const now = { ...state.step, via: partOfLine(state.step.via, travelled) };
  strokeLines(context, [...leg.steps.slice(0, stepIndex), now], palette, 2.6);
  if (state.step.notReached.length > 1) {
    const path = new Path2D();
    roundedLine(path, state.step.notReached);
    context.setLineDash([0.5, 5]);
    context.lineWidth = 1.9;
    context.strokeStyle = palette.bad;
    context.stroke(path);
    context.setLineDash([]);
  }
}

const rest = (step: SceneStep, playhead: Playhead): readonly SceneStep[] => (playhead.progress < 1 ? [step] : []);

/** Consecutive steps of one colour as one line, so that their joints are round. */
function strokeLines(context: CanvasRenderingContext2D, steps: readonly SceneStep[], palette: Palette, width: number): void {
  const paths = { plain: new Path2D(), tunnel: new Path2D() };
  let line: Point[] = [];
  let tunnel = false;
  const flush = (): void => {
    roundedLine(tunnel ? paths.tunnel : paths.plain, line);
    line = [];
  };
  for (const step of steps) {
    const last = line.at(-1);
    const first = step.via[0];
    const joins = last !== undefined && first !== undefined && last.x === first.x && last.y === first.y;
    if (!joins || step.encapsulatedBefore !== tunnel) flush();
    tunnel = step.encapsulatedBefore;
    line.push(...(line.length > 0 ? step.via.slice(1) : step.via));
  }
  flush();
  context.lineWidth = width;
  context.strokeStyle = palette.ac;
  context.stroke(paths.plain);
  context.strokeStyle = palette.ov;
  context.stroke(paths.tunnel);
}

function drawLit(context: CanvasRenderingContext2D, state: WalkState, { elements, palette }: PacketInput): void {
  for (const [id, encapsulated] of state.lit) {
    const element = elements.get(id);
    if (element?.shape !== 'port') continue;
    const { x, y, width, height } = element.box;
    context.beginPath();
    context.roundRect(x, y, width, height, 2);
    context.fillStyle = encapsulated || element.variant === 'vxlan' || element.variant === 'ipip' ? palette.ov : palette.ac;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = palette.bg;
    context.stroke();
  }
}

const rowTone = (row: ShownRow): 'tr' | 'bad' | 'ac' => {
  if (row.effect === 'dropped' || row.effect === 'rejected') return 'bad';
  return row.effect === 'translated' ? 'tr' : 'ac';
};

/** The hook, what came out of it, and one line of native words; the row that the packet is on stands out, and makes room for a long line. */
function drawRow(
  context: CanvasRenderingContext2D,
  row: ShownRow,
  { elements, palette }: PacketInput,
  silent: SceneElement | undefined,
): void {
  const element = elements.get(row.element);
  if (element === undefined) return;
  const { box } = element;
  const room = box.width - 10;
  const lines = rowLines(row.line, room);
  const shown = row.current
    ? lines.slice(0, 3)
    : lines.length > 1
      ? lines.slice(-1).filter((line) => row.line.endsWith(` ${line}`))
      : lines;
  const tone = rowTone(row);
  const extra = Math.max(0, shown.length - 1) * 10.5;
  const plate = { x: box.x, y: box.y + 1.5, width: box.width, height: box.height - 3 + extra };
  if (extra > 0 && silent !== undefined) makeRoom(context, silent, palette);
  context.beginPath();
  context.roundRect(plate.x - (row.current ? 0 : -1), plate.y, plate.width, plate.height, 6);
  context.fillStyle = row.current ? palette[`${tone}Bg`] : palette.s1;
  context.fill();
  if (row.current) {
    context.lineWidth = 1.3;
    context.strokeStyle = palette[tone];
    context.stroke();
  }
  const middle = plate.y + plate.height / 2;
  const top = shown.length === 0 ? middle + 3.5 : middle - 2.5 - extra / 2;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.font = fontOf('hook', palette);
  context.fillStyle = palette.t1;
  context.fillText(row.hook, box.x + 5, top);
  context.textAlign = 'right';
  context.fillStyle = tone === 'ac' ? palette.t2 : palette[tone];
  const fits = textWidth(row.hook, 'hook') + textWidth(row.verdict, 'hook') + 12 <= box.width;
  if (fits || tone !== 'ac') context.fillText(row.verdict, box.x + box.width - 4, top);
  context.textAlign = 'left';
  context.font = fontOf('interface', palette);
  context.fillStyle = tone === 'ac' ? palette.t2 : palette[tone];
  for (const [index, line] of shown.entries()) context.fillText(line, box.x + 5, top + 11.5 + index * 10.5);
}

/** A line that is too long breaks before its last word when that fits: an address is never torn apart, and alone says enough in a row that is past. */
function rowLines(line: string, room: number): readonly string[] {
  if (line === '') return [];
  const last = line.lastIndexOf(' ');
  const whole = wrapText(line, 'interface', room);
  if (whole.length === 1 || last === -1) return whole;
  const tail = wrapText(line.slice(last + 1), 'interface', room);
  return tail.length > 1 ? whole : [...wrapText(line.slice(0, last), 'interface', room), ...tail];
}

/** The row below, when it says nothing yet: its name makes room for a plate of two lines. */
function silentBelow(row: ShownRow, speaking: ReadonlySet<string>, elements: PacketInput['elements']): SceneElement | undefined {
  const index = Number(row.element.slice(row.element.lastIndexOf(' ') + 1)) + 1;
  const below = elements.get(`${row.element.slice(0, row.element.lastIndexOf(' '))} ${index}`);
  return below === undefined || speaking.has(below.id) ? undefined : below;
}

function makeRoom(context: CanvasRenderingContext2D, { box, label }: SceneElement, palette: Palette): void {
  context.fillStyle = palette.s1;
  context.fillRect(box.x + 1, box.y - 1, box.width - 2, box.height);
  context.font = fontOf('hook', palette);
  context.textAlign = 'left';
  context.fillStyle = palette.t3;
  context.fillText(label, box.x + 5, box.y + box.height - 5);
}

function drawBadges(context: CanvasRenderingContext2D, state: WalkState, { palette }: PacketInput): void {
  context.textAlign = 'center';
  context.font = `650 10.5px ${palette.sans}`;
  for (const badge of state.badges) {
    const colour = badge.state === 'drop' ? palette.bad : badge.state === 'ahead' ? palette.line3 : palette.ac;
    const filled = badge.state === 'now' || badge.state === 'drop';
    context.beginPath();
    context.arc(badge.at.x, badge.at.y, 8.5, 0, Math.PI * 2);
    context.fillStyle = filled ? colour : palette.bg;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.stroke();
    context.fillStyle = filled ? palette.acInk : badge.state === 'ahead' ? palette.t2 : palette.ac;
    context.fillText(String(badge.number), badge.at.x, badge.at.y + 3.7);
  }
}

function drawMoving(context: CanvasRenderingContext2D, state: WalkState, playhead: Playhead, input: PacketInput): void {
  const { palette, elements, reducedMotion } = input;
  const { step, leg } = state;
  const pose = reducedMotion ? { at: step.at, travelled: 1, effect: 1, facing: 0 as const } : packetPose(step, playhead.progress);
  const at = besideRow(pose.at, step, elements);
  for (const id of state.delivered) drawRing(context, elements.get(id), pose.effect, palette);
  const wrapped =
    step.effect === 'encapsulated' ? pose.effect : step.effect === 'decapsulated' ? 1 - pose.effect : step.encapsulated ? 1 : 0;
  if (step.effect === 'rejected') drawGhost(context, state, pose.effect, input);
  drawPacket(
    context,
    {
      at,
      reply: leg.reply,
      encapsulated: wrapped,
      effect: step.effect,
      progress: pose.effect,
      changed: step.effect === 'translated' ? 1 : null,
      halo: !reducedMotion,
    },
    palette,
  );
  if (pose.travelled >= 1) drawTag(context, step, input);
}

/** In a row the packet keeps left of the row's words, however wide it is and whichever lane it is in. */
function besideRow(at: Point, step: SceneStep, elements: PacketInput['elements']): Point {
  const row = step.beside === null ? undefined : elements.get(step.beside);
  if (row === undefined) return at;
  const half = (step.encapsulated ? tunnelSize.width : glyphSize.width) / 2 + 2;
  return { x: Math.min(at.x, row.box.x - half), y: at.y };
}

/** Closes around the chip of the container that took the packet. */
function drawRing(context: CanvasRenderingContext2D, chip: SceneElement | undefined, closed: number, palette: Palette): void {
  if (chip === undefined || closed <= 0) return;
  const { x, y, width, height } = chip.box;
  const around = 2 * (width + height + 8);
  context.setLineDash([around * closed, around]);
  outline(context, { x: x - 2, y: y - 2, width: width + 4, height: height + 4 }, 7, palette.ok, 2.2);
  context.setLineDash([]);
}

/** What was refused goes back the way it came, a little, and fades. */
function drawGhost(context: CanvasRenderingContext2D, state: WalkState, progress: number, { palette, reducedMotion }: PacketInput): void {
  if (progress <= 0 || reducedMotion) return;
  const back = state.leg.steps
    .slice(0, state.stepIndex + 1)
    .flatMap((step) => step.via)
    .reverse();
  const line = partOfLine(back, Math.min(1, progress * 0.3));
  const at = line.at(-1);
  if (at === undefined || progress >= 1) return;
  context.globalAlpha = 0.7 * (1 - progress);
  drawPacket(context, { at, reply: true, encapsulated: 0, effect: 'none', progress: 0, changed: null, halo: false, ghost: true }, palette);
  context.globalAlpha = 1;
}

type Tone = 'tr' | 'ov' | 'ok' | 'bad';

const tones: Readonly<Record<SceneStep['effect'], Tone | null>> = {
  none: null,
  translated: 'tr',
  encapsulated: 'ov',
  decapsulated: 'ov',
  delivered: 'ok',
  dropped: 'bad',
  rejected: 'bad',
};

/** What happened in a word where no row says it, and the addresses, outer over inner. */
function drawTag(context: CanvasRenderingContext2D, step: SceneStep, { palette, translate }: PacketInput): void {
  if (step.tag === null) return;
  const { box, lines, word } = step.tag;
  const tone = tones[step.effect];
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 7);
  context.fillStyle = palette.s1;
  context.fill();
  context.lineWidth = 1.3;
  context.strokeStyle = tone !== null ? palette[tone] : step.encapsulated ? palette.ov : palette.line3;
  context.stroke();
  context.textAlign = 'left';
  if (word && tone !== null) {
    context.font = fontOf('cardName', palette);
    context.fillStyle = palette[tone];
    context.fillText(translate({ code: `topology.word.${step.effect}`, params: {} }), box.x + 8, box.y + 16);
  }
  context.font = fontOf('address', palette);
  const first = box.y + (word ? 31 : 16);
  for (const [index, line] of lines.entries()) {
    context.fillStyle = line.outer ? palette.ov : palette.t1;
    context.fillText(line.text, box.x + 8, first + index * 15);
  }
}

/** Many packets at once, for requests that run side by side and for the measurement of a frame's cost. */
export function drawPackets(context: CanvasRenderingContext2D, places: readonly Point[], palette: Palette): void {
  for (const at of places) {
    drawPacket(context, { at, reply: false, encapsulated: 0, effect: 'none', progress: 0, changed: null, halo: false }, palette);
  }
}

export const packetBox = (at: Point): Box => ({
  x: at.x - glyphSize.width / 2,
  y: at.y - glyphSize.height / 2,
  width: glyphSize.width,
  height: glyphSize.height,
});
