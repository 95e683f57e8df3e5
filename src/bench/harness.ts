/**
 * What every benchmark shares: sides measured in turns within the same rounds, medians, a limit, and the table they end up in. A result is a
 * ratio of two things measured in the same run on the same machine; times and sizes stand beside it and promise nothing.
 */

/** `atMost`: ours may cost so many times the other; `atLeast`: the other must cost so many times ours. */
export interface Limit {
  readonly kind: 'atMost' | 'atLeast';
  readonly ratio: number;
}

export interface Measured {
  readonly kind: 'measured';
  readonly ratio: number;
  /** Ours first: what was measured and what came out, with its unit. */
  readonly sides: readonly [Side, Side];
  /** What else was seen, or what was done otherwise than the title says. */
  readonly notes: readonly string[];
}

export interface Side {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'bytes' | 'characters';
}

export interface Skipped {
  readonly kind: 'skipped';
  readonly reason: string;
}

export type Outcome = Measured | Skipped;

export interface Bench<Context = void> {
  readonly id: string;
  /** "ours against theirs", as the README says it. */
  readonly title: string;
  readonly limit: Limit;
  run(context: Context): Promise<Outcome>;
}

export interface Result {
  readonly id: string;
  readonly title: string;
  readonly limit: Limit;
  readonly outcome: Outcome;
}

export const passes = (limit: Limit, ratio: number): boolean => (limit.kind === 'atMost' ? ratio <= limit.ratio : ratio >= limit.ratio);

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('the median of nothing');
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Milliseconds of one side in one round; gets the round's number, so that it can bring an input of its own. */
export type Timed = (round: number) => number | Promise<number>;

export interface Rounds {
  /** The first of them is not counted. */
  readonly rounds: number;
  /** Run before each measurement: for collecting garbage that the other side left. */
  readonly settle?: () => void;
}

export interface Compared {
  readonly ours: number;
  readonly theirs: number;
  /** The median of the rounds' own ratios, ours / theirs: a machine that slows down half way through moves both sides of a round. */
  readonly ratio: number;
}

/** Measures both sides once a round, each going first in every second one. */
export async function compare(ours: Timed, theirs: Timed, { rounds, settle }: Rounds): Promise<Compared> {
  const times: { readonly ours: number; readonly theirs: number }[] = [];
  const measure = async (side: Timed, round: number): Promise<number> => {
    settle?.();
    return side(round);
  };
  for (let round = 0; round <= rounds; round += 1) {
    const theirsFirst = round % 2 === 1 ? await measure(theirs, round) : undefined;
    const own = await measure(ours, round);
    const other = theirsFirst ?? (await measure(theirs, round));
    if (round > 0) times.push({ ours: own, theirs: other });
  }
  return {
    ours: median(times.map((time) => time.ours)),
    theirs: median(times.map((time) => time.theirs)),
    ratio: median(times.map((time) => time.ours / time.theirs)),
  };
}
