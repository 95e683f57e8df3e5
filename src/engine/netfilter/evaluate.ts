/**
 * Runs a base chain over one packet as ip_tables' ipt_do_table does: rules in order, jump, goto, RETURN, policy, and every target of
 * ruleset.ts. Pure: what a match needs from the host (routes, lists, dice) is asked from the context. Counters and LOG are not modelled.
 */
import { assertNever } from '../../shared/assertNever.ts';
import { invariant } from '../../shared/invariant.ts';
import type { Packet } from '../net/packet.ts';
import { candidateRules } from './chainIndex.ts';
import { firstFailedMatch, type RuleContext, ruleMatches } from './match.ts';
import type { Chain, HookName, Match, Rule, RuleReference, Table, Target } from './ruleset.ts';

/** What one rule did to the packet that matched it. */
export type RuleEffect = 'continue' | 'jump' | 'goto' | 'return' | 'accept' | 'drop' | 'reject' | 'translate' | 'mark' | 'notrack';

/** One matched rule, and the rules of the same chain that were passed over on the way to it: [skippedFrom, rule.index). */
export interface RuleHit {
  readonly reference: RuleReference;
  readonly rule: Rule;
  readonly effect: RuleEffect;
  readonly skippedFrom: number;
  /** How many jumps deep the chain is; a base chain's rules are at 0. */
  readonly depth: number;
  /** The packet as the rule saw it: explainChain derives from it why the others did not match. */
  readonly packet: Packet;
}

export interface ChainOutcome {
  readonly verdict: 'accept' | 'drop' | 'reject';
  /** The packet, with its mark as the chain left it. */
  readonly packet: Packet;
  readonly hits: readonly RuleHit[];
  /** The rule that decided; null: the base chain's policy did. */
  readonly decidedBy: RuleHit | null;
  /** Rules of the base chain passed over after its last hit. */
  readonly skippedFrom: number;
  /** A NOTRACK rule was met. */
  readonly untracked: boolean;
}

interface Frame {
  readonly chain: Chain;
  readonly depth: number;
  /** The next rule to ask, and the first one of the current stretch of skipped rules: always the same index. */
  position: number;
}

const deepestJump = 64;

/** Runs one table's base chain; undefined when the table has none. `useIndex: false` asks every rule, for tests. */
export function evaluateChain(
  table: Table,
  hook: HookName,
  family: RuleReference['family'],
  original: Packet,
  context: RuleContext,
  useIndex = true,
): ChainOutcome | undefined {
  const chain = table.chains.get(hook);
  if (chain === undefined) return undefined;
  const base: Frame = { chain, depth: 0, position: 0 };
  const stack: Frame[] = [base];
  const hits: RuleHit[] = [];
  let packet = original;
  let untracked = false;
  const finish = (verdict: ChainOutcome['verdict'], decidedBy: RuleHit | null): ChainOutcome => {
    return { verdict, packet, hits, decidedBy, skippedFrom: base.position, untracked };
  };
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const index = nextMatch(table, frame, packet, context, useIndex);
    const rule = index === undefined ? undefined : frame.chain.rules[index];
    if (index === undefined || rule === undefined) {
      // The base chain keeps its position: it says from where on nothing matched.
      stack.pop();
      continue;
    }
    const { target } = rule;
    const reference: RuleReference = { family, table: table.name, chain: frame.chain.name, index };
    const hit: RuleHit = { reference, rule, effect: effectOf(target), skippedFrom: frame.position, depth: frame.depth, packet };
    hits.push(hit);
    frame.position = index + 1;
    switch (target.kind) {
      case 'none':
        break;
      case 'mark':
        packet = { ...packet, mark: ((packet.mark & ~target.mask) ^ target.value) >>> 0 };
        break;
      case 'notrack':
        untracked = true;
        break;
      case 'accept':
      case 'dnat':
      case 'snat':
      case 'masquerade':
        return finish('accept', hit);
      case 'drop':
      case 'reject':
        return finish(target.kind, hit);
      case 'return':
        stack.pop();
        break;
      case 'jump':
      case 'goto': {
        const next = table.chains.get(target.chain);
        invariant(next !== undefined, `chain ${target.chain} of table ${table.name} does not exist`);
        invariant(frame.depth < deepestJump, `chains of table ${table.name} jump in a circle at ${target.chain}`);
        // A chain reached by goto ends where its caller's caller goes on: it takes the caller's place on the stack.
        if (target.kind === 'goto') stack.pop();
        stack.push({ chain: next, depth: frame.depth + 1, position: 0 });
        break;
      }
      default:
        return assertNever(target);
    }
  }
  return finish(chain.policy === 'DROP' ? 'drop' : 'accept', null);
}

function nextMatch(table: Table, frame: Frame, packet: Packet, context: RuleContext, useIndex: boolean): number | undefined {
  const { chain } = frame;
  const matches = (index: number): boolean => {
    const rule = chain.rules[index];
    return rule !== undefined && ruleMatches(rule, packet, context, `${table.name} ${chain.name} ${index + 1}`);
  };
  if (useIndex) {
    for (const index of candidateRules(chain, packet, context, frame.position)) if (matches(index)) return index;
    return undefined;
  }
  for (let index = frame.position; index < chain.rules.length; index += 1) if (matches(index)) return index;
  return undefined;
}

function effectOf(target: Target): RuleEffect {
  switch (target.kind) {
    case 'none':
      return 'continue';
    case 'dnat':
    case 'snat':
    case 'masquerade':
      return 'translate';
    default:
      return target.kind;
  }
}

/** A rule that was passed over, and its first condition that did not hold. */
export interface SkippedRule {
  readonly index: number;
  readonly rule: Rule;
  readonly failed: Match;
}

/** Why each rule of [from, to) did not match: for people who look, so it is worked out only then. */
export function explainChain(
  chain: Chain,
  packet: Packet,
  context: RuleContext,
  range: { readonly from: number; readonly to: number },
): readonly SkippedRule[] {
  return chain.rules.slice(range.from, range.to).flatMap((rule, offset) => {
    const failed = firstFailedMatch(rule, packet, context);
    return failed === undefined ? [] : [{ index: range.from + offset, rule, failed }];
  });
}
