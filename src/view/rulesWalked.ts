/** One table's chain at one hook as rows: jumps nested, matched rules, skipped ones with the condition that failed, and what decided. */

import { explainSkipped, type NetworkNamespace, type RuleHit, renderRule, type SkippedStretch, type Step } from '../engine/index.ts';
import { foldedRowLimit, type RuleRow, type RulesWalked } from './model.ts';
import { causeOf } from './names.ts';

type ChainStep = Extract<Step, { readonly kind: 'chain' }>;

/** Runs of more skipped rules than this fold to one row. */
const foldFrom = 3;

export function buildRulesWalked(namespace: NetworkNamespace, step: ChainStep): RulesWalked {
  const rows: RuleRow[] = [];
  let openChain = '';
  for (const hit of step.hits) {
    const chain = `${hit.depth} ${hit.reference.chain}`;
    if (chain !== openChain) rows.push(chainRow(hit));
    openChain = chain;
    rows.push(...skippedBefore(namespace, step, hit), hitRow(hit, step));
  }
  if (step.decidedBy === null) rows.push(...skippedAtEnd(namespace, step), policyRow(step));
  const chains = new Set(step.hits.map((hit) => hit.reference.chain));
  return { hook: step.hook, table: step.table, chainCount: Math.max(chains.size, 1), ruleCount: step.hits.length, rows };
}

const plainRow = { failedMatch: null, verdict: null, count: 1, rows: [], cause: null } as const;

const chainRow = (hit: RuleHit): RuleRow => ({ ...plainRow, kind: 'chain', depth: hit.depth, text: hit.reference.chain });

const policyRow = (step: ChainStep): RuleRow => ({
  ...plainRow,
  kind: 'policy',
  depth: 0,
  text: `-P ${step.hook} ${step.verdict.toUpperCase()}`,
  verdict: step.verdict,
});

function hitRow(hit: RuleHit, step: ChainStep): RuleRow {
  const { decidedBy } = step;
  const isDeciding = decidedBy !== null && decidedBy.chain === hit.reference.chain && decidedBy.index === hit.reference.index;
  const verdict =
    hit.effect === 'translate' || hit.effect === 'accept' || hit.effect === 'drop' || hit.effect === 'reject' ? hit.effect : 'continue';
  return {
    kind: isDeciding || hit.effect === 'translate' ? 'deciding' : 'matched',
    depth: hit.depth,
    text: renderRule(hit.reference.chain, hit.rule),
    failedMatch: null,
    verdict,
    count: 1,
    rows: [],
    cause: causeOf(hit.rule.origin),
  };
}

/** The rules between the chain's last hit and this one, each with its first failed condition. */
const skippedBefore = (namespace: NetworkNamespace, step: ChainStep, hit: RuleHit): readonly RuleRow[] =>
  skippedRows(
    namespace,
    step,
    { chain: hit.reference.chain, from: hit.skippedFrom, to: hit.reference.index, packet: hit.packet },
    hit.depth,
  );

function skippedRows(namespace: NetworkNamespace, step: ChainStep, stretch: SkippedStretch, depth: number): readonly RuleRow[] {
  const count = stretch.to - stretch.from;
  if (count <= foldFrom) return explainRows(namespace, step, stretch, depth);
  const explained = { ...stretch, to: Math.min(stretch.to, stretch.from + foldedRowLimit) };
  return [{ ...plainRow, kind: 'folded', depth, text: '', count, rows: explainRows(namespace, step, explained, depth) }];
}

function explainRows(namespace: NetworkNamespace, step: ChainStep, stretch: SkippedStretch, depth: number): readonly RuleRow[] {
  return explainSkipped(namespace, step, stretch).map((skipped) => ({
    ...plainRow,
    kind: 'skipped' as const,
    depth,
    text: renderRule(stretch.chain, skipped.rule),
    failedMatch: skipped.failedText,
    cause: causeOf(skipped.rule.origin),
  }));
}

/** The rules of the base chain after its last hit, when no rule decided and the policy did. */
function skippedAtEnd(namespace: NetworkNamespace, step: ChainStep): readonly RuleRow[] {
  const { packet } = step;
  const family = packet.source.includes(':') ? 'ipv6' : 'ipv4';
  const to = namespace.netfilter().tables[family].get(step.table)?.chains.get(step.hook)?.rules.length ?? 0;
  return skippedRows(namespace, step, { chain: step.hook, from: step.skippedFrom, to, packet }, 0);
}
