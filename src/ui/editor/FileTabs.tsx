/** The open files as tabs: choose, add, rename (double click or F2), close with undo. A dot marks the file that holds the present cause. */
import { Plus, Undo2, X } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { useApp, useServices, useWords } from '../app.ts';

export function FileTabs({ causeFile }: { readonly causeFile: string | null }) {
  const { store } = useServices();
  const words = useWords();
  const files = useApp((state) => state.files);
  const activeFile = useApp((state) => state.activeFile);
  const closed = useApp((state) => state.closed);
  const [renaming, setRenaming] = useState<string | null>(null);
  const actions = store.getState();

  const onKeyDown = (event: KeyboardEvent, name: string): void => {
    const index = files.findIndex((file) => file.name === name);
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = files[(index + move + files.length) % files.length];
    if (event.key === 'F2') setRenaming(name);
    else if (event.key === 'Delete') actions.closeFile(name);
    else if (move !== 0 && next !== undefined) {
      actions.selectFile(next.name);
      document.getElementById(tabId(next.name))?.focus();
    } else return;
    event.preventDefault();
  };

  return (
    <div className="file-tabs">
      <div className="file-tab-list" role="tablist" aria-label={words('page.files.tabs')}>
        {files.map((file) =>
          renaming === file.name ? (
            <RenameField key={file.name} name={file.name} onDone={() => setRenaming(null)} />
          ) : (
            <div key={file.name} className={`file-tab${file.name === activeFile ? ' active' : ''}`} role="presentation">
              <button
                type="button"
                role="tab"
                id={tabId(file.name)}
                aria-selected={file.name === activeFile}
                tabIndex={file.name === activeFile ? 0 : -1}
                title={words('page.files.renameHint', { name: file.name })}
                onClick={() => actions.selectFile(file.name)}
                onDoubleClick={() => setRenaming(file.name)}
                onKeyDown={(event) => onKeyDown(event, file.name)}
              >
                {file.name === causeFile && file.name !== activeFile && (
                  <span className="cause-dot" role="img" aria-label={words('page.files.holdsCause')} />
                )}
                {file.name}
              </button>
            </div>
          ),
        )}
      </div>
      {closed !== null && (
        <button
          type="button"
          className="icon-button"
          aria-label={words('page.files.reopen', { name: closed.file.name })}
          title={words('page.files.reopen', { name: closed.file.name })}
          onClick={() => actions.reopenFile()}
        >
          <Undo2 size={14} aria-hidden="true" />
        </button>
      )}
      {(files.length > 1 || files[0]?.text !== '') && (
        <button
          type="button"
          className="icon-button"
          aria-label={words('page.files.close', { name: activeFile })}
          title={words('page.files.close', { name: activeFile })}
          onClick={() => actions.closeFile(activeFile)}
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={words('page.files.add')}
        title={words('page.files.add')}
        onClick={() => actions.addFile()}
      >
        <Plus size={16} aria-hidden="true" />
      </button>
    </div>
  );
}

const tabId = (name: string): string => `file-tab-${name}`;

function RenameField({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  const { store } = useServices();
  const words = useWords();
  const [text, setText] = useState(name);
  const [taken, setTaken] = useState(false);
  const commit = (): void => {
    if (store.getState().renameFile(name, text)) onDone();
    else setTaken(true);
  };
  return (
    <input
      className="file-rename"
      aria-label={words('page.files.rename', { name })}
      aria-invalid={taken}
      value={text}
      // biome-ignore lint/a11y/noAutofocus: the field stands where the tab was that had the focus.
      autoFocus
      size={Math.max(8, text.length)}
      onFocus={(event) => event.target.select()}
      onChange={(event) => {
        setText(event.target.value);
        setTaken(false);
      }}
      onBlur={() => (taken ? onDone() : commit())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') {
          event.preventDefault();
          onDone();
        }
      }}
    />
  );
}
