/** Diagnostics as the Problems list shows them: errors first, then by place in the text. */
import type { Diagnostic } from '../engine/index.ts';
import { compareText } from '../shared/compare.ts';
import type { ProblemModel } from './model.ts';
import { causeOf } from './names.ts';

const weight = { error: 0, warning: 1, info: 2 } as const satisfies Record<Diagnostic['severity'], number>;

export const buildProblems = (diagnostics: readonly Diagnostic[]): readonly ProblemModel[] =>
  diagnostics.map(buildProblem).sort((left, right) => weight[left.severity] - weight[right.severity] || comparePlace(left, right));

function buildProblem(diagnostic: Diagnostic): ProblemModel {
  const range = diagnostic.range ?? null;
  const cause = diagnostic.object === undefined ? null : causeOf({ object: diagnostic.object, ...(range === null ? {} : { range }) });
  return { severity: diagnostic.severity, message: diagnostic.message, cause, range };
}

const comparePlace = (left: ProblemModel, right: ProblemModel): number =>
  compareText(left.range?.file ?? '\uffff', right.range?.file ?? '\uffff') || (left.range?.start ?? 0) - (right.range?.start ?? 0);
