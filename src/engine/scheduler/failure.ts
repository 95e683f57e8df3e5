/** The FailedScheduling sentence of v1.36 (framework.FitError, preemption.SelectCandidate): the same words as `kubectl describe pod`. */
import { compareText } from '../../shared/compare.ts';
import type { Rejection } from './filters.ts';

const notHelpful = 'Preemption is not helpful for scheduling';
const noVictims = 'No preemption victims found for incoming pod';

/** `rejections`: one for each node. */
export function failureSentence(rejections: readonly Rejection[], preemptionPolicy: string | undefined): string {
  if (rejections.length === 0) return 'no nodes available to schedule pods';
  const prefix = `0/${rejections.length} nodes are available`;
  const reasons = countTexts(rejections.flatMap((rejection) => rejection.reasons));
  const victims = countTexts(rejections.map(({ resolvable }) => (resolvable ? noVictims : notHelpful)));
  const preemption = preemptionPolicy === 'Never' ? 'not eligible due to preemptionPolicy=Never.' : `${prefix}: ${victims}.`;
  return `${prefix}: ${reasons}. no new claims to deallocate, preemption: ${preemption}`;
}

/** "1 Insufficient cpu, 2 Too many pods": sorted as texts, counts included. */
function countTexts(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .map(([text, count]) => `${count} ${text}`)
    .sort(compareText)
    .join(', ');
}
