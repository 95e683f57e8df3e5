/** The left area: files as tabs, the text, and the problems under it. Takes files dropped on it; refuses what is too large before it hurts. */
import { type ClipboardEvent, type DragEvent, useEffect, useMemo, useState } from 'react';
import { textLimit } from '../../state/engineLoop.ts';
import { currentStep } from '../../state/player.ts';
import { useApp, useServices, useWords } from '../app.ts';
import { useDark } from '../shell/useTheme.ts';
import { FileTabs } from './FileTabs.tsx';
import { Problems } from './Problems.tsx';
import { TextEditor, type TextEditorProps } from './TextEditor.tsx';
import './editor.css';

/** Monaco waits this long after the first walk was drawn, so that its loading disturbs no animation's start. Milliseconds. */
const settleFor = 400;

export function EditorArea() {
  const { store, say, startWorker } = useServices();
  const words = useWords();
  const files = useApp((state) => state.files);
  const activeFile = useApp((state) => state.activeFile);
  const problems = useApp((state) => state.problems);
  const goTo = useApp((state) => state.goTo);
  const playing = useApp((state) => state.playing);
  const step = useApp((state) => currentStep(state));
  const stepCause = useApp((state) => {
    const now = currentStep(state);
    if (now === null || state.hopDetail?.hop.id !== now.hop.id) return null;
    return state.hopDetail.steps[now.stepOfHop]?.cause ?? null;
  });
  const dark = useDark(useApp((state) => state.theme));
  const comfortable = useComfortable();
  const [over, setOver] = useState(false);

  const range = stepCause?.range ?? step?.hop.cause?.range ?? null;
  const bad = step !== null && ['drop', 'refused', 'noRoute', 'timeout'].includes(step.hop.badge ?? '');
  const cause = useMemo<TextEditorProps['cause']>(
    () => (range === null ? null : { range, tone: bad ? 'bad' : 'ac', follow: !playing }),
    [range, bad, playing],
  );
  const causeFile = range?.file ?? null;
  useEffect(() => {
    if (!playing && causeFile !== null) store.getState().selectFile(causeFile);
  }, [playing, causeFile, store]);

  const textProblems = useMemo(
    () =>
      problems.flatMap((problem) =>
        problem.range === null ? [] : [{ severity: problem.severity, text: say(problem.message), range: problem.range }],
      ),
    [problems, say],
  );

  const refuse = (size: number): void =>
    store.getState().notify({
      id: 'too-large',
      tone: 'warning',
      message: { code: 'page.limit.paste', params: { size: sizeText(size), limit: sizeText(textLimit) } },
      action: null,
    });
  const room = (): number => textLimit - store.getState().files.reduce((sum, file) => sum + file.text.length, 0);

  const onPaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text/plain');
    if (text.length <= room()) return;
    event.preventDefault();
    event.stopPropagation();
    refuse(text.length);
  };
  const onDrop = (event: DragEvent): void => {
    setOver(false);
    const dropped = [...event.dataTransfer.files];
    if (dropped.length === 0) return;
    event.preventDefault();
    void takeFiles(dropped);
  };
  const takeFiles = async (dropped: readonly File[]): Promise<void> => {
    for (const file of dropped) {
      if (file.size > room()) {
        refuse(file.size);
        continue;
      }
      store.getState().addFile(file.name, await file.text());
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping files is an extra way for the pointer; the tabs' button adds them from the keyboard.
    <div
      className={`editor${over ? ' over' : ''}`}
      onPasteCapture={onPaste}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <FileTabs causeFile={causeFile} />
      <div className="editor-text">
        <TextEditor
          files={files}
          activeFile={activeFile}
          label={words('page.editor.text', { name: activeFile })}
          problems={textProblems}
          cause={cause}
          goTo={goTo}
          themeKey={dark ? 'dark' : 'light'}
          startWorker={startWorker}
          comfortable={comfortable}
          onChange={store.getState().editFile}
        />
        {over && <div className="drop-here">{words('page.editor.drop')}</div>}
      </div>
      <Problems />
    </div>
  );
}

/** True a moment after the first walk was drawn, and not before the browser has time. */
function useComfortable(): boolean {
  const drawn = useApp((state) => state.firstHopDrawn);
  const [comfortable, setComfortable] = useState(false);
  useEffect(() => {
    if (!drawn) return;
    const timer = setTimeout(() => setComfortable(true), settleFor);
    return () => clearTimeout(timer);
  }, [drawn]);
  return comfortable;
}

/** "10 MB", "3 MB", "12 kB" */
function sizeText(size: number): string {
  return size >= 1_000_000 ? `${Number((size / 1_000_000).toFixed(1))} MB` : `${Math.ceil(size / 1_000)} kB`;
}
