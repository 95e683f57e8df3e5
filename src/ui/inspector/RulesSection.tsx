/** The chain walked: jumps nested with guides; skipped rules with the condition that failed; what decided in amber, or red when it stopped the packet. */
import { message, type Translate } from '../../shared/message.ts';
import type { Cause, RuleRow, RulesWalked } from '../../view/model.ts';

export interface RulesSectionProps {
  readonly walked: RulesWalked;
  readonly say: Translate;
  readonly onCause: (cause: Cause) => void;
}

export function RulesSection({ walked, say, onCause }: RulesSectionProps) {
  return (
    <section className="inspector-section">
      <div className="section-head">
        <h3>{say(message('walk.inspector.rules'))}</h3>
        <span className="dim">
          {say(
            message('walk.inspector.rulesCount', {
              table: walked.table,
              hook: walked.hook,
              chains: walked.chainCount,
              rules: walked.ruleCount,
            }),
          )}
        </span>
      </div>
      <ul className="rule-rows mono">
        {walked.rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
          <li key={index} className={`rule-row ${row.kind} ${row.verdict ?? ''}`} style={{ marginInlineStart: row.depth * 10 }}>
            <RuleText row={row} say={say} onCause={onCause} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RuleText({ row, say, onCause }: { readonly row: RuleRow; readonly say: Translate; readonly onCause: (cause: Cause) => void }) {
  if (row.kind === 'folded') return <>– {say(message('walk.inspector.foldedRules', { count: row.count }))}</>;
  if (row.kind === 'chain') return <strong>{row.text}</strong>;
  const { cause } = row;
  const text = row.failedMatch === null ? row.text : <Underlined text={row.text} part={row.failedMatch} />;
  return (
    <>
      <span className="mark" aria-hidden="true">
        {marks[row.kind](row.verdict)}
      </span>
      <span className="rule-text">{text}</span>
      {cause?.range && (
        <button type="button" className="rule-cause" onClick={() => onCause(cause)}>
          {cause.label}
        </button>
      )}
    </>
  );
}

const marks = {
  skipped: () => '–',
  matched: () => '›',
  policy: (verdict: RuleRow['verdict']) => (verdict === 'accept' ? '✓' : '✕'),
  deciding: (verdict: RuleRow['verdict']) => (verdict === 'drop' || verdict === 'reject' ? '✕' : '✓'),
} as const satisfies Record<'skipped' | 'matched' | 'policy' | 'deciding', (verdict: RuleRow['verdict']) => string>;

/** The condition that failed is underlined where it stands in the rule. */
function Underlined({ text, part }: { readonly text: string; readonly part: string }) {
  const at = text.indexOf(part);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <u>{part}</u>
      {text.slice(at + part.length)}
    </>
  );
}
