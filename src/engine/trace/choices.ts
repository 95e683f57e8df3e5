/**
 * Chance as an argument. Where a kernel or a proxy would roll dice (statistic rules, ECMP, round robin of unknown phase), the walk asks
 * Choices; the driver runs the same walk once for every script of answers, so each branch is a straight walk with its exact probability.
 */
export interface Choices {
  /**
   * Picks one of several possibilities. `weights` are their probabilities and sum to 1; returns the index. Possibilities of
   * weight 0 are never picked. `subject` names what is chosen, for the branch's label.
   */
  pick(weights: readonly number[], subject: string): number;
}

export interface Branch<Value> {
  readonly probability: number;
  readonly script: readonly number[];
  readonly value: Value;
}

/** Thrown away branches beyond the limit are counted: `complete` is false then, and probabilities sum to less than 1. */
export interface Branches<Value> {
  readonly branches: readonly Branch<Value>[];
  readonly complete: boolean;
}

/** Runs `walk` once per possible script of choices, in the order of the choices' indices. */
export function enumerateBranches<Value>(walk: (choices: Choices) => Value, limit: number): Branches<Value> {
  const branches: Branch<Value>[] = [];
  let script: readonly number[] | undefined = [];
  while (script !== undefined && branches.length < limit) {
    const run = runScript(walk, script);
    branches.push({ probability: run.probability, script: run.taken.map((choice) => choice.index), value: run.value });
    script = nextScript(run.taken);
  }
  return { branches, complete: script === undefined };
}

/** Runs one branch again; choices beyond the script take the first possibility. */
export const replayBranch = <Value>(walk: (choices: Choices) => Value, script: readonly number[]): Branch<Value> => {
  const run = runScript(walk, script);
  return { probability: run.probability, script: run.taken.map((choice) => choice.index), value: run.value };
};

interface TakenChoice {
  readonly index: number;
  readonly weights: readonly number[];
}

function runScript<Value>(walk: (choices: Choices) => Value, script: readonly number[]) {
  const taken: TakenChoice[] = [];
  let probability = 1;
  const value = walk({
    pick(weights) {
      const scripted = script[taken.length];
      const index = scripted ?? nextPossible(weights, 0);
      taken.push({ index, weights });
      probability *= weights[index] ?? 0;
      return index;
    },
  });
  return { value, taken, probability };
}

function nextPossible(weights: readonly number[], from: number): number {
  for (let index = from; index < weights.length; index += 1) if ((weights[index] ?? 0) > 0) return index;
  return -1;
}

function nextScript(taken: readonly TakenChoice[]): readonly number[] | undefined {
  for (let depth = taken.length - 1; depth >= 0; depth -= 1) {
    const choice = taken[depth] as TakenChoice;
    const next = nextPossible(choice.weights, choice.index + 1);
    if (next >= 0) return [...taken.slice(0, depth).map((earlier) => earlier.index), next];
  }
  return undefined;
}
