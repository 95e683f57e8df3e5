/**
 * How wide a text will be, without a browser: Inter's advance widths at two weights, and JetBrains Mono's one width, 1 % wide, so that a
 * box made for a text holds it. Not modelled: kerning; letters outside ASCII are taken as average, those of East Asia as one em.
 */
import type { TextRole } from './scene.ts';

interface TextStyle {
  readonly size: number;
  readonly weight: number;
  readonly mono: boolean;
}

/** Sizes and weights of the graph's texts, in model pixels; the drawing code takes them from here. */
export const textStyles: Readonly<Record<TextRole, TextStyle>> = {
  region: { size: 11, weight: 600, mono: false },
  nodeName: { size: 13, weight: 650, mono: false },
  podName: { size: 11.5, weight: 620, mono: false },
  cardName: { size: 11.5, weight: 620, mono: false },
  address: { size: 10.5, weight: 450, mono: true },
  hint: { size: 10.5, weight: 450, mono: false },
  interface: { size: 10, weight: 450, mono: true },
  hook: { size: 10, weight: 650, mono: false },
  lane: { size: 10, weight: 450, mono: false },
  chip: { size: 10.5, weight: 500, mono: false },
  overlay: { size: 10.5, weight: 500, mono: false },
  serviceName: { size: 24, weight: 650, mono: false },
  serviceDetail: { size: 20, weight: 450, mono: true },
};

/** Inter's advance widths from space to tilde, in hundredths of an em, as Chromium measures them; by weight. */
// biome-ignore format: a table reads better in lines
const regular = [
  27, 30, 49, 64, 65, 99, 65, 31, 37, 37, 52, 67, 30, 46, 30, 37, 65, 42, 62, 63, 66, 60, 63, 57,
  63, 63, 30, 32, 67, 67, 67, 53, 98, 71, 66, 73, 72, 60, 59, 75, 74, 27, 58, 69, 57, 91, 76, 77,
  64, 77, 65, 65, 65, 74, 71, 100, 70, 70, 64, 37, 37, 37, 48, 46, 34, 57, 62, 58, 62, 59, 38, 62,
  60, 25, 25, 56, 25, 89, 60, 60, 62, 62, 39, 54, 34, 60, 57, 83, 56, 58, 56, 44, 35, 44, 67,
];
// biome-ignore format: a table reads better in lines
const bold = [
  24, 33, 54, 65, 65, 101, 67, 33, 38, 38, 55, 68, 33, 47, 33, 38, 67, 43, 63, 64, 67, 62, 64, 58,
  65, 64, 33, 34, 68, 68, 68, 55, 101, 74, 66, 74, 72, 61, 59, 75, 75, 28, 58, 71, 57, 93, 76, 77,
  65, 77, 65, 65, 66, 73, 74, 103, 73, 72, 66, 38, 38, 38, 48, 47, 36, 58, 63, 59, 63, 59, 39, 63,
  62, 27, 27, 57, 27, 91, 62, 61, 63, 63, 40, 55, 36, 62, 59, 84, 57, 60, 57, 46, 37, 46, 68,
];
const safety = 1.01;

/** The width of one line in model pixels, rounded up. */
export function textWidth(text: string, role: TextRole): number {
  const style = textStyles[role];
  if (style.mono) return Math.ceil(text.length * style.size * 0.6);
  const widths = style.weight >= 600 ? bold : regular;
  let hundredths = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    hundredths += widths[code - 32] ?? (code > 0x2fff ? 100 : 65);
  }
  return Math.ceil((hundredths / 100) * style.size * safety);
}

/** Breaks a name after "-", ".", "/" or a space, or between letters where no such break fits, into lines no wider than `width`. */
export function wrapText(text: string, role: TextRole, width: number): readonly string[] {
  if (textWidth(text, role) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const part of text.split(/(?<=[-./ ])/)) {
    if (textWidth(line + part, role) <= width) {
      line += part;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = part;
    while (textWidth(line, role) > width && line.length > 1) {
      let fit = line.length - 1;
      while (fit > 1 && textWidth(line.slice(0, fit), role) > width) fit -= 1;
      lines.push(line.slice(0, fit));
      line = line.slice(fit);
    }
  }
  if (line !== '') lines.push(line.trimEnd());
  return lines;
}
