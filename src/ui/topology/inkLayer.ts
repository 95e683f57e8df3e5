/**
 * Texts, icons, ports and the lines inside a node, in ink above the graph's boxes: crisp at every zoom. Drawn anew when the graph is, never
 * while only the packet moves. What is out of sight, or too small to read, is left out.
 */
import type { Translate } from '../../shared/message.ts';
import { textStyles } from '../../view/layoutText.ts';
import type { Box, Point, SceneElement, SceneModel, SceneText, TextRole } from '../../view/scene.ts';
import type { Camera, Size } from './camera.ts';
import { beginDrawing, fontOf, roundedLine } from './canvas.ts';
import { drawIcon, heptagon } from './glyphs.ts';
import type { Depth } from './graphElements.ts';
import type { Palette } from './palette.ts';

export interface InkInput {
  readonly scene: SceneModel;
  readonly depth: Depth;
  readonly camera: Camera;
  readonly stage: Size;
  readonly palette: Palette;
  readonly translate: Translate;
  /** Opacity and rise of an element that the graph animates. */
  readonly presence: (id: string) => { readonly opacity: number; readonly rise: number };
  /** Elements of an earlier scene that still fade. */
  readonly leaving: readonly SceneElement[];
  readonly walked: ReadonlySet<string>;
  readonly hidden: { readonly underlay: boolean; readonly overlay: boolean };
  /** Names of clickable things that the pointer is over or the keyboard is on. */
  readonly hovered: string | null;
}

/** Screen pixels below which a text is not drawn. */
const unreadable = 4.5;

export function drawInk(canvas: HTMLCanvasElement, input: InkInput): void {
  const context = beginDrawing(canvas, input.camera);
  if (context === null) return;
  const sight = sightOf(input);
  const elements = input.depth === 'pods' ? input.scene.elements : input.scene.services.elements;
  context.textBaseline = 'alphabetic';
  if (input.depth === 'pods') drawInsideLines(context, input, sight);
  for (const element of [...elements, ...input.leaving]) {
    if (!meets(element, sight)) continue;
    if (element.variant === 'overlay' && input.hidden.overlay) continue;
    const { opacity, rise } = hasOwnBox(element) ? input.presence(element.id) : { opacity: 1, rise: 0 };
    if (opacity === 0) continue;
    context.globalAlpha = opacity;
    if (rise !== 0) context.translate(0, rise);
    drawElement(context, element, input);
    if (rise !== 0) context.translate(0, -rise);
  }
  context.globalAlpha = 1;
}

const hasOwnBox = (element: SceneElement): boolean => element.shape !== 'label' && element.shape !== 'stackRow';

function sightOf({ camera, stage }: InkInput): Box {
  return {
    x: -camera.pan.x / camera.zoom - 300,
    y: -camera.pan.y / camera.zoom - 60,
    width: stage.width / camera.zoom + 600,
    height: stage.height / camera.zoom + 120,
  };
}

const meets = ({ box }: SceneElement, sight: Box): boolean =>
  box.x < sight.x + sight.width && box.x + box.width > sight.x && box.y < sight.y + sight.height && box.y + box.height > sight.y;

function drawInsideLines(context: CanvasRenderingContext2D, { scene, palette }: InkInput, sight: Box): void {
  const [path, hairlines] = [new Path2D(), new Path2D()];
  for (const link of scene.links) {
    if (link.kind !== 'inside') continue;
    if (link.points.every((point) => !inSight(point, sight))) continue;
    roundedLine(link.id.endsWith(' exit') || link.id.endsWith(' tunnel') ? hairlines : path, link.points);
  }
  context.strokeStyle = palette.line2;
  context.lineWidth = 1.2;
  context.stroke(path);
  context.strokeStyle = palette.line;
  context.stroke(hairlines);
}

const inSight = (point: Point, sight: Box): boolean =>
  point.x > sight.x && point.x < sight.x + sight.width && point.y > sight.y && point.y < sight.y + sight.height;

function drawElement(context: CanvasRenderingContext2D, element: SceneElement, input: InkInput): void {
  const { palette, camera, walked } = input;
  const off = walked.size > 0 && element.thing !== '' && !walked.has(element.thing);
  if (element.shape === 'port') drawPort(context, element, palette);
  if (element.shape === 'podDot') drawDot(context, element, input);
  if (element.shape === 'stackRow') drawRowMark(context, element, palette);
  if (element.icon !== null && element.icon.size * camera.zoom > 5) drawIcon(context, element.icon, palette, off);
  if (element.toggles !== null) drawChevron(context, element, palette);
  for (const text of element.texts) drawText(context, text, input);
}

/** Hollow until a packet has been there: then the walk's canvas fills it. */
function drawPort(context: CanvasRenderingContext2D, { box, variant }: SceneElement, palette: Palette): void {
  context.beginPath();
  context.roundRect(box.x + 0.6, box.y + 0.6, box.width - 1.2, box.height - 1.2, 2);
  context.fillStyle = palette.bg;
  context.fill();
  context.lineWidth = 1.3;
  context.strokeStyle = variant === 'vxlan' || variant === 'ipip' ? palette.ov : palette.t3;
  context.stroke();
}

function drawDot(context: CanvasRenderingContext2D, { box, state, thing }: SceneElement, { palette, walked, hovered }: InkInput): void {
  heptagon(context, box.x + box.width / 2, box.y + box.height / 2, box.width / 2);
  const on = walked.has(thing);
  context.fillStyle = on ? palette.ac : state === 'notReady' ? palette.badBg : palette.kubeBg;
  context.fill();
  context.lineWidth = hovered === thing ? 2 : 1.1;
  context.strokeStyle = on ? palette.ac : state === 'notReady' ? palette.bad : state === 'pending' ? palette.t3 : palette.kube;
  context.stroke();
}

/** A hairline above the row, and a ring on the line that packets walk down. */
function drawRowMark(context: CanvasRenderingContext2D, { box, variant }: SceneElement, palette: Palette): void {
  if (variant === 'first') return;
  context.beginPath();
  context.moveTo(box.x + 4, box.y);
  context.lineTo(box.x + box.width - 2, box.y);
  context.lineWidth = 1;
  context.strokeStyle = palette.line;
  context.stroke();
}

function drawChevron(context: CanvasRenderingContext2D, { box, variant, shape }: SceneElement, palette: Palette): void {
  const { x, y } = chevronAt(box, shape);
  const up = variant === 'expanded' ? -1 : 1;
  context.beginPath();
  context.moveTo(x - 4, y - 2 * up);
  context.lineTo(x, y + 2 * up);
  context.lineTo(x + 4, y - 2 * up);
  context.lineWidth = 1.5;
  context.strokeStyle = palette.t3;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke();
}

/** The middle of the chevron that opens or closes a thing. */
export function chevronAt(box: Box, shape: SceneElement['shape']): Point {
  return shape === 'node' ? { x: box.x + box.width - 16, y: box.y + 18 } : { x: box.x + box.width - 16, y: box.y + box.height / 2 };
}

const colours: Readonly<Record<TextRole, keyof Palette>> = {
  region: 't2',
  nodeName: 't1',
  podName: 't1',
  cardName: 't1',
  address: 't2',
  hint: 't3',
  interface: 't2',
  hook: 't3',
  lane: 't3',
  chip: 't1',
  overlay: 'ov',
  serviceName: 't1',
  serviceDetail: 't2',
};

function drawText(context: CanvasRenderingContext2D, text: SceneText, { camera, palette, translate }: InkInput): void {
  if (textStyles[text.role].size * camera.zoom < unreadable) return;
  context.font = fontOf(text.role, palette);
  context.textAlign = text.align;
  context.fillStyle = palette[colours[text.role]];
  context.fillText(text.words === null ? text.text : translate(text.words), text.x, text.y);
}
