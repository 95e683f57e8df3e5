/**
 * How wide a text will be, without a browser: advance widths of Inter by kind of letter, and JetBrains Mono's one width. Estimates on the
 * safe side (2 % wide), so that a box made for a text holds it. Not modelled: kerning, scripts other than Latin (taken as one em a letter).
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

const narrow = /[ijlI.,:;'|!()[\]{}]/;
const wide = /[mwMW@%]/;
const upper = /[A-Z0-9_&#]/;

function advance(letter: string): number {
  if (letter === ' ' || narrow.test(letter)) return 0.3;
  if (letter === '-' || letter === 'f' || letter === 't' || letter === 'r' || letter === '/') return 0.41;
  if (wide.test(letter)) return 0.88;
  if (upper.test(letter)) return 0.67;
  return letter.charCodeAt(0) > 0x2fff ? 1 : 0.6;
}

/** The width of one line in model pixels. */
export function textWidth(text: string, role: TextRole): number {
  const style = textStyles[role];
  if (style.mono) return Math.ceil(text.length * style.size * 0.6);
  let ems = 0;
  for (const letter of text) ems += advance(letter);
  return Math.ceil(ems * style.size * (style.weight >= 600 ? 1.03 : 1));
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
