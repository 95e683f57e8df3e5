/** The link from a rule, route or object back to the YAML that caused it. */
import { FileCode2 } from 'lucide-react';
import { message, type Translate } from '../../shared/message.ts';
import type { Cause } from '../../view/model.ts';

interface CauseLinkProps {
  readonly cause: Cause;
  readonly say: Translate;
  readonly onCause: (cause: Cause) => void;
}

/** The way back to the YAML; what packetwalk added has no line to go to and says so. */
export function CauseLink({ cause, say, onCause }: CauseLinkProps) {
  if (cause.range === null) {
    return (
      <p className="cause-link">
        <FileCode2 size={14} aria-hidden="true" /> {say(message('walk.inspector.causeAdded', { label: cause.label }))}
      </p>
    );
  }
  return (
    <button type="button" className="cause-link" onClick={() => onCause(cause)}>
      <FileCode2 size={14} aria-hidden="true" />
      {say(message('walk.inspector.cause', { label: cause.label, file: cause.range.file, line: cause.range.line }))}
    </button>
  );
}
