/** The editor proper: one Monaco model per file, in step with the store; problems as markers, the cause of the selected hop tinted. */
import { useEffect, useRef } from 'react';
import { severities } from './markers.ts';
import { defineThemes, monaco, prepareMonaco } from './monaco.ts';
import type { TextEditorProps } from './TextEditor.tsx';
import './monaco.css';

const uriOf = (file: string) => monaco.Uri.from({ scheme: 'inmemory', authority: 'packetwalk', path: `/${file}` });

type Model = ReturnType<typeof monaco.editor.createModel>;

function modelOf(file: string, text: string): Model {
  const uri = uriOf(file);
  return monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, 'yaml', uri);
}

export default function MonacoEditor(props: TextEditorProps) {
  const { files, activeFile, label, problems, cause, goTo, themeKey, startWorker } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<ReturnType<typeof monaco.editor.create> | null>(null);
  /** The text that the store has of each file: what comes back unchanged is not set again. */
  const known = useRef(new Map<string, string>());
  const onChange = useRef(props.onChange);
  onChange.current = props.onChange;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    prepareMonaco(startWorker);
    defineThemes();
    const created = monaco.editor.create(element, {
      model: null,
      automaticLayout: true,
      fontFamily: 'JetBrains Mono Variable, ui-monospace, monospace',
      fontLigatures: false,
      fontSize: 12,
      lineHeight: 18,
      lineNumbersMinChars: 3,
      folding: true,
      glyphMargin: false,
      lineDecorationsWidth: 12,
      minimap: { enabled: false },
      overviewRulerLanes: 2,
      hideCursorInOverviewRuler: true,
      overviewRulerBorder: false,
      padding: { top: 6, bottom: 12 },
      scrollBeyondLastLine: false,
      renderLineHighlight: 'line',
      renderLineHighlightOnlyWhenFocus: true,
      stickyScroll: { enabled: false },
      tabSize: 2,
      insertSpaces: true,
      detectIndentation: false,
      wordBasedSuggestions: 'off',
      // Enter is always a new line; Tab takes the suggestion.
      acceptSuggestionOnEnter: 'off',
      quickSuggestions: { other: true, comments: false, strings: true },
      fixedOverflowWidgets: true,
      scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
      dropIntoEditor: { enabled: false },
      accessibilitySupport: 'auto',
    });
    editor.current = created;
    // A browser that scrolls a part of the text into view by itself (find in page, assistive technology) would shift it under Monaco.
    const shiftBack = ({ target }: Event): void => {
      if (target instanceof Element && target.matches('.editor-scrollable') && target.scrollLeft !== 0) target.scrollLeft = 0;
    };
    element.addEventListener('scroll', shiftBack, true);
    const changes = created.onDidChangeModelContent(() => {
      const model = created.getModel();
      if (model === null) return;
      const file = model.uri.path.slice(1);
      const text = model.getValue();
      if (known.current.get(file) === text) return;
      known.current.set(file, text);
      onChange.current(file, text);
    });
    // The list of problems grows under the text: the line that is being written stays in sight.
    const layout = created.onDidLayoutChange(() => {
      const position = created.getPosition();
      if (position !== null && created.hasTextFocus()) created.revealPosition(position);
    });
    return () => {
      layout.dispose();
      element.removeEventListener('scroll', shiftBack, true);
      changes.dispose();
      created.dispose();
      editor.current = null;
      for (const model of monaco.editor.getModels()) model.dispose();
      known.current.clear();
    };
  }, [startWorker]);

  useEffect(() => {
    const names = new Set(files.map((file) => file.name));
    for (const file of files) {
      const model = modelOf(file.name, file.text);
      if (known.current.get(file.name) !== file.text) {
        known.current.set(file.name, file.text);
        if (model.getValue() !== file.text) model.setValue(file.text);
      }
    }
    const active = files.find((file) => file.name === activeFile);
    const model = active === undefined ? null : modelOf(active.name, active.text);
    if (editor.current !== null && editor.current.getModel() !== model) editor.current.setModel(model);
    for (const other of monaco.editor.getModels()) {
      const file = other.uri.path.slice(1);
      if (other.uri.authority === 'packetwalk' && other.uri.scheme === 'inmemory' && !names.has(file)) {
        known.current.delete(file);
        other.dispose();
      }
    }
  }, [files, activeFile]);

  useEffect(() => {
    editor.current?.updateOptions({ ariaLabel: label });
  }, [label]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read from the document when the key changes.
  useEffect(() => defineThemes(), [themeKey]);

  useEffect(() => {
    for (const file of files) {
      const model = monaco.editor.getModel(uriOf(file.name));
      if (model === null) continue;
      const markers = problems
        .filter((problem) => problem.range.file === file.name)
        .map((problem) => ({
          severity: severities[problem.severity],
          message: problem.text,
          startLineNumber: problem.range.line,
          startColumn: problem.range.column,
          endLineNumber: problem.range.endLine,
          endColumn: Math.max(problem.range.endColumn, problem.range.line === problem.range.endLine ? problem.range.column + 1 : 1),
        }));
      monaco.editor.setModelMarkers(model, 'packetwalk', markers);
    }
  }, [files, problems]);

  useEffect(() => {
    if (cause === null || editor.current === null) return;
    const model = monaco.editor.getModel(uriOf(cause.range.file));
    if (model === null || editor.current.getModel() !== model) return;
    const lines = new monaco.Range(cause.range.line, 1, cause.range.endLine, 1);
    const collection = editor.current.createDecorationsCollection([
      {
        range: lines,
        options: {
          isWholeLine: true,
          className: `cause-line ${cause.tone}`,
          linesDecorationsClassName: `cause-bar ${cause.tone}`,
          overviewRuler: { color: cause.tone === 'bad' ? '#ff8481' : '#6db3ff', position: monaco.editor.OverviewRulerLane.Left },
        },
      },
    ]);
    if (cause.follow) editor.current.revealLinesInCenterIfOutsideViewport(cause.range.line, cause.range.endLine);
    return () => collection.clear();
  }, [cause]);

  useEffect(() => {
    if (goTo === null || editor.current === null) return;
    const model = monaco.editor.getModel(uriOf(goTo.range.file));
    if (model === null) return;
    if (editor.current.getModel() !== model) editor.current.setModel(model);
    const { line, column, endLine, endColumn } = goTo.range;
    editor.current.setSelection(new monaco.Range(line, column, endLine, endColumn));
    editor.current.revealLinesInCenterIfOutsideViewport(line, endLine);
    if (goTo.focus) editor.current.focus();
  }, [goTo]);

  return <div ref={host} className="monaco-host" />;
}
