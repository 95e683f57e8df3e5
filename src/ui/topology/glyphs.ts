/** The picture's glyphs as canvas paths: the heptagon of Kubernetes objects, and a line glyph for each kind of thing, on a 16 by 16 field. */
import type { SceneIcon } from '../../view/scene.ts';
import type { Palette } from './palette.ts';

type Stroke = (context: CanvasRenderingContext2D) => void;

const glyphs: Readonly<Record<SceneIcon, Stroke>> = {
  pod: (context) => {
    context.moveTo(8, 2.6);
    context.lineTo(12.6, 5.2);
    context.lineTo(12.6, 10.6);
    context.lineTo(8, 13.4);
    context.lineTo(3.4, 10.6);
    context.lineTo(3.4, 5.2);
    context.closePath();
    context.moveTo(3.6, 5.4);
    context.lineTo(8, 8);
    context.lineTo(12.4, 5.4);
    context.moveTo(8, 8);
    context.lineTo(8, 13.2);
  },
  node: (context) => {
    context.roundRect(3, 3.2, 10, 4.2, 1);
    context.roundRect(3, 8.6, 10, 4.2, 1);
    context.moveTo(5.2, 5.3);
    context.lineTo(6.6, 5.3);
    context.moveTo(5.2, 10.7);
    context.lineTo(6.6, 10.7);
  },
  service: (context) => {
    context.moveTo(2.8, 8);
    context.lineTo(6.4, 8);
    context.moveTo(6.4, 8);
    context.lineTo(12.6, 3.8);
    context.moveTo(6.4, 8);
    context.lineTo(13, 8);
    context.moveTo(6.4, 8);
    context.lineTo(12.6, 12.2);
  },
  client: (context) => {
    context.roundRect(3, 3, 10, 7, 1.2);
    context.moveTo(1.6, 12.4);
    context.lineTo(14.4, 12.4);
  },
  internet: (context) => {
    context.moveTo(14, 8);
    context.arc(8, 8, 6, 0, Math.PI * 2);
    context.moveTo(10.6, 8);
    context.ellipse(8, 8, 2.6, 6, 0, 0, Math.PI * 2);
    context.moveTo(2, 8);
    context.lineTo(14, 8);
  },
  loadBalancer: (context) => {
    context.moveTo(5.2, 8);
    context.arc(3.6, 8, 1.6, 0, Math.PI * 2);
    context.moveTo(13.6, 3.6);
    context.arc(12, 3.6, 1.6, 0, Math.PI * 2);
    context.moveTo(13.6, 12.4);
    context.arc(12, 12.4, 1.6, 0, Math.PI * 2);
    context.moveTo(5, 7.3);
    context.lineTo(10.6, 4.4);
    context.moveTo(5, 8.7);
    context.lineTo(10.6, 11.6);
  },
  router: (context) => {
    context.roundRect(2.4, 8.4, 11.2, 4.4, 1.2);
    context.moveTo(5, 10.6);
    context.lineTo(5.6, 10.6);
    context.moveTo(8, 8.4);
    context.lineTo(8, 6.4);
    context.moveTo(5.4, 4.6);
    context.arc(8, 6.6, 3.3, Math.PI * 1.22, Math.PI * 1.78);
  },
  switch: (context) => {
    context.roundRect(2.2, 5, 11.6, 6, 1.2);
    context.moveTo(5, 8);
    context.lineTo(11, 8);
  },
};

const ofKubernetes: ReadonlySet<SceneIcon> = new Set(['pod', 'node', 'service']);

/** A heptagon with rounded corners, one corner up. */
export function heptagon(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  const corner = (index: number) => {
    const angle = -Math.PI / 2 + (index * Math.PI * 2) / 7;
    return { x: x + Math.cos(angle) * radius, y: y + Math.sin(angle) * radius };
  };
  const start = { x: (corner(6).x + corner(0).x) / 2, y: (corner(6).y + corner(0).y) / 2 };
  context.beginPath();
  context.moveTo(start.x, start.y);
  for (let index = 0; index < 7; index += 1) {
    const [here, next] = [corner(index), corner((index + 1) % 7)];
    context.arcTo(here.x, here.y, next.x, next.y, radius * 0.22);
  }
  context.closePath();
}

/** Draws an icon with its middle at x, y. Kubernetes objects stand in their heptagon, other things stand bare. */
export function drawIcon(
  context: CanvasRenderingContext2D,
  icon: { readonly name: SceneIcon; readonly x: number; readonly y: number; readonly size: number },
  palette: Palette,
  off: boolean,
): void {
  const kubernetes = ofKubernetes.has(icon.name);
  if (kubernetes) {
    heptagon(context, icon.x, icon.y, icon.size / 2);
    context.fillStyle = off ? palette.s2 : palette.kubeBg;
    context.fill();
    context.lineWidth = Math.max(1.2, icon.size / 22);
    context.strokeStyle = off ? palette.line3 : palette.kube;
    context.stroke();
  }
  const size = kubernetes ? icon.size * 0.56 : icon.size;
  context.save();
  context.translate(icon.x - size / 2, icon.y - size / 2);
  context.scale(size / 16, size / 16);
  context.beginPath();
  glyphs[icon.name](context);
  context.restore();
  context.lineWidth = kubernetes ? Math.max(1.1, icon.size / 22) : 1.4;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.strokeStyle = kubernetes ? (off ? palette.t3 : palette.kube) : palette.t2;
  context.stroke();
}
