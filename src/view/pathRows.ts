/** What a row of the host's stack says about a step: the hook, one native word for what came out, and one line of native words. */

import { rowId } from './layoutNode.ts';
import type { HopModel, StepModel } from './model.ts';
import type { SceneRow } from './scene.ts';

/** The row of a hook. INPUT and OUTPUT take FORWARD's: a packet passes one of the three. */
export function rowOf(hook: StepModel['hook']): 0 | 1 | 2 | 3 | null {
  switch (hook) {
    case 'PREROUTING':
      return 0;
    case 'ROUTING':
      return 1;
    case 'INPUT':
    case 'FORWARD':
    case 'OUTPUT':
      return 2;
    case 'POSTROUTING':
      return 3;
    case null:
      return null;
  }
}

export function rowWords(hop: HopModel, step: StepModel, reply: boolean): SceneRow | null {
  const row = rowOf(step.hook);
  if (row === null || step.hook === null) return null;
  return { element: rowId(hop.namespace, row), hook: step.hook, ...wordsOf(step, reply) };
}

function wordsOf(step: StepModel, reply: boolean): Pick<SceneRow, 'verdict' | 'line'> {
  if (step.effect === 'translated') return { verdict: translationWord(step, reply), line: step.line };
  if (step.effect === 'rejected') return { verdict: 'REJECT', line: step.line };
  if (step.effect === 'dropped') return { verdict: 'DROP', line: step.line };
  if (step.kind === 'route') return routeWords(step);
  if (step.kind === 'chain' && step.line.startsWith('nat policy ')) return { verdict: 'no NAT', line: step.line };
  return { verdict: step.kind === 'chain' ? 'accept' : '', line: step.line };
}

/** A source is rewritten last, a destination first; in a reply it is the other way round, and conntrack undoes what was done. */
function translationWord(step: StepModel, reply: boolean): string {
  const word = step.hook === 'POSTROUTING' || step.hook === 'INPUT' ? 'SNAT' : 'DNAT';
  return reply ? 'un-NAT' : word;
}

/** A route is known by its prefix length and its device. */
function routeWords(step: StepModel): Pick<SceneRow, 'verdict' | 'line'> {
  const prefix = step.line.split(' ')[0] ?? '';
  if (prefix === 'local') return { verdict: 'local', line: step.line.slice('local '.length) };
  if (step.interface === null) return { verdict: step.line, line: '' };
  const family = prefix.includes(':') ? '/128' : '/32';
  const length = prefix === 'default' ? '/0' : prefix.includes('/') ? prefix.slice(prefix.indexOf('/')) : family;
  return { verdict: length, line: `dev ${step.interface}` };
}
