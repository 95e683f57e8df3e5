/** How results are said: a table for a terminal, one for the README, JSON for programs. */
import { type Limit, passes, type Result, type Side } from './harness.ts';

const digits = (ratio: number): string => (ratio < 0.1 ? ratio.toFixed(3) : ratio.toFixed(2));
const limitText = ({ kind, ratio }: Limit): string => `${kind === 'atMost' ? '≤' : '≥'} ${digits(ratio)}`;

function sideText({ name, value, unit }: Side): string {
  switch (unit) {
    case 'ms':
      return `${name} ${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
    case 'bytes':
      return `${name} ${(value / 1_000).toFixed(1)} kB`;
    case 'characters':
      return `${name} ${value.toFixed(0)} characters`;
  }
}

type Verdict = 'pass' | 'over' | 'skipped';

export const verdictOf = ({ limit, outcome }: Result): Verdict => {
  if (outcome.kind === 'skipped') return 'skipped';
  return passes(limit, outcome.ratio) ? 'pass' : 'over';
};

const ratioText = ({ outcome }: Result): string => (outcome.kind === 'measured' ? digits(outcome.ratio) : '–');
const besideText = ({ outcome }: Result): string =>
  outcome.kind === 'measured' ? [...outcome.sides.map(sideText), ...outcome.notes].join('; ') : outcome.reason;

/** One result as lines for a terminal. */
export function resultLines(result: Result): readonly string[] {
  const verdict = verdictOf(result);
  return [
    `${(verdict === 'over' ? 'OVER' : verdict).padEnd(7)}  ${ratioText(result).padStart(6)}  ${limitText(result.limit).padStart(7)}  ${result.title}`,
    `${' '.repeat(26)}${besideText(result)}`,
  ];
}

export const tableHead: readonly string[] = [`${''.padEnd(7)}  ${'ratio'.padStart(6)}  ${'limit'.padStart(7)}`];

export function summaryLine(results: readonly Result[]): string {
  const count = (verdict: Verdict): number => results.filter((result) => verdictOf(result) === verdict).length;
  return `${count('pass')} within their limits, ${count('over')} over, ${count('skipped')} skipped`;
}

/** The README's table. */
export function markdownTable(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const said = verdictOf(result) === 'over' ? '**over**' : verdictOf(result);
    return `| ${result.title} | ${ratioText(result)} | ${limitText(result.limit)} | ${said} | ${besideText(result)} |`;
  });
  return ['| measured | ratio | limit | | beside it, on the machine that measured |', '|---|---:|---:|---|---|', ...rows].join('\n');
}

export const jsonText = (results: readonly Result[]): string =>
  JSON.stringify(
    results.map((result) => ({ ...result, verdict: verdictOf(result) })),
    null,
    2,
  );
