/** The text of one file: Monaco once it has loaded, a plain text field of the same name before, or for good when it can't be had. */
import { Component, lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import type { AppState } from '../../state/types.ts';
import type { ProblemModel } from '../../view/model.ts';
import type { SourceFile, SourceRange } from '../../worker/messages.ts';

export interface TextProblem {
  readonly severity: ProblemModel['severity'];
  readonly text: string;
  readonly range: SourceRange;
}

export interface TextEditorProps {
  readonly files: readonly SourceFile[];
  readonly activeFile: string;
  readonly label: string;
  readonly problems: readonly TextProblem[];
  /** The place that caused what the selected hop did; `follow`: scroll to it. */
  readonly cause: { readonly range: SourceRange; readonly tone: 'ac' | 'bad'; readonly follow: boolean } | null;
  readonly goTo: AppState['goTo'];
  /** Changes when the colours do. */
  readonly themeKey: string;
  readonly startWorker: (url: string, name: string) => Worker;
  readonly onChange: (file: string, text: string) => void;
}

const MonacoEditor = lazy(() => import('./MonacoEditor.tsx'));

export function TextEditor({ comfortable, ...props }: TextEditorProps & { readonly comfortable: boolean }) {
  const plain = <PlainEditor {...props} />;
  if (!comfortable) return plain;
  return (
    <FallBack fallback={plain}>
      <Suspense fallback={plain}>
        <MonacoEditor {...props} />
      </Suspense>
    </FallBack>
  );
}

/** Shows `fallback` for good when a child could not be loaded or broke. */
class FallBack extends Component<{ readonly fallback: ReactNode; readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override render() {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}

function PlainEditor({ files, activeFile, label, goTo, onChange }: TextEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = files.find((file) => file.name === activeFile)?.text ?? '';
  useEffect(() => {
    if (goTo === null || field.current === null || goTo.range.file !== activeFile) return;
    field.current.setSelectionRange(goTo.range.start, goTo.range.end);
    field.current.scrollTop = (goTo.range.line - 4) * 18;
    if (goTo.focus) field.current.focus();
  }, [goTo, activeFile]);
  return (
    <textarea
      ref={field}
      className="plain-editor mono"
      aria-label={label}
      value={text}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      wrap="off"
      onChange={(event) => onChange(activeFile, event.target.value)}
    />
  );
}
