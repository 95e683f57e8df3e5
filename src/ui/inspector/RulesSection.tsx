/** The chain walked: jumps nested with guides; skipped rules with the condition that failed; what decided in amber, or red when it stopped the packet. */
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
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
        {walked.rows.map((row, index) =>
          row.kind === 'folded' ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
            <FoldedRules key={index} row={row} say={say} onCause={onCause} />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
            <Rule key={index} row={row} say={say} onCause={onCause} />
          ),
        )}
      </ul>
    </section>
  );
}

interface RuleProps {
  readonly row: RuleRow;
  readonly say: Translate;
  readonly onCause: (cause: Cause) => void;
}

const indent = (row: RuleRow) => ({ marginInlineStart: row.depth * 10 });

function Rule({ row, say, onCause }: RuleProps) {
  return (
    <li className={`rule-row ${row.kind} ${row.verdict ?? ''}`} style={indent(row)}>
      <RuleText row={row} onCause={onCause} say={say} />
    </li>
  );
}

/** A run of rules that did not match: counted, and opened on demand to show of each what failed. */
function FoldedRules({ row, say, onCause }: RuleProps) {
  const [open, setOpen] = useState(false);
  const rest = row.count - row.rows.length;
  return (
    <>
      <li className="rule-row folded" style={indent(row)}>
        <button type="button" className="fold-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight size={11} aria-hidden="true" />
          {say(message('walk.inspector.foldedRules', { count: row.count }))}
        </button>
      </li>
      {open &&
        row.rows.map((skipped, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
          <Rule key={index} row={skipped} say={say} onCause={onCause} />
        ))}
      {open && rest > 0 && (
        <li className="rule-row folded" style={indent(row)}>
          {say(message('walk.inspector.foldedRest', { count: rest }))}
        </li>
      )}
    </>
  );
}

function RuleText({ row, say, onCause }: RuleProps) {
  if (row.kind === 'chain' || row.kind === 'folded') return <strong>{row.text}</strong>;
  const { cause } = row;
  const text = row.failedMatch === null ? row.text : <Underlined text={row.text} part={row.failedMatch} />;
  return (
    <>
      <span className="mark" aria-hidden="true">
        {marks[row.kind](row.verdict)}
      </span>
      <span className="visually-hidden">{say(message(`walk.inspector.ruleKind.${row.kind}`))}</span>
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
