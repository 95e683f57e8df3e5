import { describe, expect, it } from 'vitest';
import { compare, geometricMean, median, passes, type Result } from './harness.ts';
import { markdownTable, resultLines, summaryLine } from './report.ts';

describe('compare', () => {
  it('measures both sides in every round, each first in turn, and leaves the first round out', async () => {
    const calls: string[] = [];
    const ours = [999, 2, 4, 6];
    const theirs = [1, 10, 10, 10];
    const compared = await compare(
      (round) => {
        calls.push(`ours ${round}`);
        return ours[round] ?? Number.NaN;
      },
      (round) => {
        calls.push(`theirs ${round}`);
        return theirs[round] ?? Number.NaN;
      },
      { rounds: 3 },
    );
    expect(calls).toEqual(['ours 0', 'theirs 0', 'theirs 1', 'ours 1', 'ours 2', 'theirs 2', 'theirs 3', 'ours 3']);
    expect(compared).toEqual({ ours: 4, theirs: 10, ratio: 0.4 });
  });

  it('takes each round against itself, so that a slower machine half way moves nothing', async () => {
    const speeds = [1, 1, 1, 50, 50];
    const speedOf = (round: number): number => speeds[round] ?? Number.NaN;
    const compared = await compare(
      (round) => 3 * speedOf(round),
      (round) => 6 * speedOf(round),
      { rounds: 4 },
    );
    expect(compared.ratio).toBe(0.5);
  });
});

describe('numbers', () => {
  it('median: the middle, or between the two middle ones; of nothing it is a mistake', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow();
  });

  it('geometric mean', () => {
    expect(geometricMean([0.25, 1, 4])).toBeCloseTo(1);
  });

  it.each([
    ['atMost', 0.4, 0.4, true],
    ['atMost', 0.4, 0.41, false],
    ['atLeast', 5, 5, true],
    ['atLeast', 5, 4.9, false],
  ] as const)('%s %d: %d passes: %s', (kind, limit, ratio, expected) => {
    expect(passes({ kind, ratio: limit }, ratio)).toBe(expected);
  });
});

describe('report', () => {
  const limit = { kind: 'atMost', ratio: 0.4 } as const;
  const sides = [
    { name: 'ours', value: 128, unit: 'characters' },
    { name: 'theirs', value: 256, unit: 'characters' },
  ] as const;
  const results: readonly Result[] = [
    { id: 'link', title: 'Link', limit, outcome: { kind: 'measured', ratio: 0.5, sides, notes: ['27 files'] } },
    { id: 'frame', title: 'Frame', limit: { kind: 'atLeast', ratio: 5 }, outcome: { kind: 'skipped', reason: 'no Chromium' } },
  ];

  it('says what is over, and why something was skipped', () => {
    expect(results.flatMap(resultLines)).toEqual([
      'OVER       0.50   ≤ 0.40  Link',
      `${' '.repeat(26)}ours 128 characters; theirs 256 characters; 27 files`,
      'skipped       –   ≥ 5.00  Frame',
      `${' '.repeat(26)}no Chromium`,
    ]);
    expect(summaryLine(results)).toBe('0 within their limits, 1 over, 1 skipped');
  });

  it('prints the table of the README', () => {
    expect(markdownTable(results).split('\n').slice(2)).toEqual([
      '| Link | 0.50 | ≤ 0.40 | **over** | ours 128 characters; theirs 256 characters; 27 files |',
      '| Frame | – | ≥ 5.00 | skipped | no Chromium |',
    ]);
  });
});
