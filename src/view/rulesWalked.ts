/** One table's chain at one hook as rows: jumps nested, matched rules, skipped ones with the condition that failed, and what decided. */
import { explainSkipped } from '../engine/netfilter/evaluate.ts';
import type { Netfilter } from '../engine/netfilter/ruleset.ts';
import { renderRule } from '../engine/netfilter/render.ts';
import type { RuleHit, Step } from '../engine/trace/trace.ts';
import type { RuleRow, RulesWalked } from './model.ts';
import { causeOf } from './names.ts';

type ChainStep = Extract<Step, { readonly kind: 'chain' }>;

/** Runs of more skipped rules than this fold to one row. */
const foldFrom = 3;

export function buildRulesWalked(netfilter: Netfilter, step: ChainStep): RulesWalked {
  const rows: RuleRow[] = [];
  let openChain = '';
  for (const hit of step.hits) {
    const chain = `${hit.depth} ${hit.reference.chain}`;
    if (chain !== openChain) rows.push(chainRow(hit));
    openChain = chain;
    rows.push(...skippedRows(netfilter, step, hit), hitRow(hit, step));
  }
  if (step.decidedBy === null) rows.push(policyRow(step));
  const chains = new Set(step.hits.map((hit) => hit.reference.chain));
  return { hook: step.hook, table: step.table, chainCount: Math.max(chains.size, 1), ruleCount: step.hits.length, rows };
}

const plainRow = { failedMatch: null, verdict: null, count: 1, cause: null } as const;

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
    cause: causeOf(hit.rule.origin),
  };
}

/** The rules between the chain's last hit and this one, each with its first failed condition. */
function skippedRows(netfilter: Netfilter, step: ChainStep, hit: RuleHit): readonly RuleRow[] {
  const { family, table, chain, index } = hit.reference;
  const count = index - hit.skippedFrom;
  if (count <= 0) return [];
  if (count > foldFrom) return [{ ...plainRow, kind: 'folded', depth: hit.depth, text: '', count }];
  const rules = netfilter.tables[family].get(table)?.chains.get(chain)?.rules.slice(hit.skippedFrom, index) ?? [];
  return rules.map((rule) => ({
    ...plainRow,
    kind: 'skipped' as const,
    depth: hit.depth,
    text: renderRule(chain, rule),
    failedMatch: explainSkipped(rule, hit.packet, step.hook),
    cause: causeOf(rule.origin),
  }));
}
