/**
 * Why rules were passed over: their first condition that did not hold, worked out again from a chain step when someone looks at it. A dice roll that
 * fell the other way is named as such; a `recent` list is taken as empty, since the step does not keep what was in it.
 */

import { type AddressFamily, familyOf } from '../net/address.ts';
import type { Packet } from '../net/packet.ts';
import { explainChain, type SkippedRule } from '../netfilter/evaluate.ts';
import type { RuleContext } from '../netfilter/match.ts';
import { renderRule } from '../netfilter/render.ts';
import type { Match } from '../netfilter/ruleset.ts';
import type { NetworkNamespace } from '../topology/networkNamespace.ts';
import { hostContext } from './hooks.ts';
import { hostOf } from './host.ts';
import type { Step } from './trace.ts';

export interface ExplainedRule extends SkippedRule {
  /** The failed condition in iptables-save's words, a part of the rule's own text. */
  readonly failedText: string;
}

/** A stretch of one chain: `hit.skippedFrom` to `hit.reference.index` with the packet as that hit saw it, or from the step's own `skippedFrom` on. */
export interface SkippedStretch {
  readonly chain: string;
  readonly from: number;
  readonly to: number;
  readonly packet: Packet;
}

/** Each rule of a stretch with its first failed condition, in the order of the chain. */
export function explainSkipped(
  namespace: NetworkNamespace,
  step: Extract<Step, { kind: 'chain' }>,
  stretch: SkippedStretch,
): readonly ExplainedRule[] {
  const family = familyOf(stretch.packet.source);
  const chain = namespace.netfilter().tables[family].get(step.table)?.chains.get(stretch.chain);
  if (chain === undefined) return [];
  const inInterface = step.context?.inInterface ?? null;
  const context: RuleContext = {
    ...hostContext(hostOf(namespace), inInterface),
    inInterface,
    outInterface: step.context?.outInterface ?? null,
    connection: step.context?.connection ?? { state: 'INVALID', sourceTranslated: false, destinationTranslated: false },
    isInRecentList: () => false,
    addToRecentList: () => undefined,
    pick: () => 1,
  };
  return explainChain(chain, stretch.packet, context, stretch).map((skipped) => ({
    ...skipped,
    failedText: matchText(skipped.failed, family),
  }));
}

/** One condition as it stands in a rule: the text of a rule that has nothing else. */
const matchText = (match: Match, family: AddressFamily): string =>
  renderRule('', { matches: [match], target: { kind: 'none' } }, family).replace(/^-A\s+/, '');
