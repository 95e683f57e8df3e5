/** The foot of the editor: the list of problems, always there, and how many objects the text makes. Enter or a click goes to the place. */
import { Check, ChevronDown, ChevronUp, CircleAlert, Info, TriangleAlert, WifiOff } from 'lucide-react';
import { useState } from 'react';
import type { ProblemModel } from '../../view/model.ts';
import { useApp, useServices, useWords } from '../app.ts';

const icons = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;
const tones = { error: 'bad', warning: 'tr', info: 'ac' } as const;
/** More rows than this are not drawn at once; their number is said. */
const rowLimit = 200;

export function Problems() {
  const { say } = useServices();
  const words = useWords();
  const problems = useApp((state) => state.problems);
  const counts = useApp((state) => state.counts);
  const online = useApp((state) => state.online);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const serious = problems.filter((problem) => problem.severity !== 'info');
  const notes = problems.length - serious.length;
  const open = wanted ?? serious.length > 0;
  const shown = (open ? problems : serious).slice(0, rowLimit);
  return (
    <div className="problems">
      <ul className={`problem-list${shown.length > 0 ? ' filled' : ''}`} aria-label={words('page.problems.list')}>
        {serious.length === 0 && (
          <li className="no-problems">
            <Check size={14} aria-hidden="true" />
            {words('page.problems.none')}
          </li>
        )}
        {shown.map((problem) => (
          <ProblemRow key={keyOf(problem, say(problem.message))} problem={problem} />
        ))}
        {open && problems.length > rowLimit && (
          <li className="dim">{words('page.problems.more', { count: problems.length - rowLimit })}</li>
        )}
      </ul>
      <div className="problems-foot">
        {problems.length > 0 ? (
          <button type="button" className="problems-toggle" aria-expanded={open} onClick={() => setWanted(!open)}>
            {open ? <ChevronDown size={14} aria-hidden="true" /> : <ChevronUp size={14} aria-hidden="true" />}
            <Summary serious={serious} notes={notes} />
          </button>
        ) : (
          <span />
        )}
        <span className="dim">
          {!online && (
            <span className="offline">
              <WifiOff size={12} aria-hidden="true" /> {words('page.offline')}{' '}
            </span>
          )}
          {words('page.problems.counts', { objects: counts.objects, added: counts.added })}
        </span>
      </div>
    </div>
  );
}

function keyOf(problem: ProblemModel, text: string): string {
  return `${problem.range?.file ?? ''}:${problem.range?.start ?? ''}:${problem.message.code}:${text}`;
}

function Summary({ serious, notes }: { readonly serious: readonly ProblemModel[]; readonly notes: number }) {
  const words = useWords();
  const errors = serious.filter((problem) => problem.severity === 'error').length;
  const warnings = serious.length - errors;
  const parts = [
    ...(errors > 0 ? [words('page.problems.errors', { count: errors })] : []),
    ...(warnings > 0 ? [words('page.problems.warnings', { count: warnings })] : []),
    ...(notes > 0 ? [words('page.problems.notes', { count: notes })] : []),
  ];
  return <>{parts.join(', ')}</>;
}

function ProblemRow({ problem }: { readonly problem: ProblemModel }) {
  const { store, say } = useServices();
  const words = useWords();
  const Icon = icons[problem.severity];
  const range = problem.range;
  const content = (
    <>
      <Icon size={14} aria-hidden="true" className={tones[problem.severity]} />
      <span className="visually-hidden">{words(`page.problems.${problem.severity}`)} </span>
      <span className="problem-text">{say(problem.message)}</span>
      {range !== null && (
        <span className="problem-place mono">
          {range.file}:{range.line}
        </span>
      )}
    </>
  );
  if (range === null) return <li className="problem">{content}</li>;
  return (
    <li>
      <button type="button" className="problem" onClick={() => store.getState().reveal(range, { focus: true })}>
        {content}
      </button>
    </li>
  );
}
