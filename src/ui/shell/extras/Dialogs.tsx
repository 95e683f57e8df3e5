/** The page's dialogs: palette, keyboard sheet, link, kept works, about. One at a time; Esc closes. */
import { Dialog, DialogDismiss, DialogHeading } from '@ariakit/react';
import { Copy, X } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import type { Dialog as DialogName } from '../../../state/types.ts';
import { useApp, useServices, useWords } from '../../app.ts';
import { KeySheet } from './KeySheet.tsx';
import { Palette } from './Palette.tsx';
import './extras.css';

export default function Dialogs({ dialog }: { readonly dialog: NonNullable<DialogName> }) {
  const { store } = useServices();
  const words = useWords();
  const close = (): void => store.getState().openDialog(null);
  switch (dialog) {
    case 'palette':
      return <Palette onClose={close} />;
    case 'keys':
      return (
        <Sheet title={words('page.keys.title')} onClose={close}>
          <KeySheet />
        </Sheet>
      );
    case 'share':
      return (
        <Sheet title={words('page.share.title')} onClose={close}>
          <LinkField />
        </Sheet>
      );
    case 'kept':
      return (
        <Sheet title={words('page.kept.title')} onClose={close}>
          <KeptWorks onClose={close} />
        </Sheet>
      );
    case 'about':
      return (
        <Sheet title={words('page.about.title')} onClose={close}>
          <div className="prose">
            <p>{words('page.about.what')}</p>
            <p>{words('page.about.trust')}</p>
            <p>{words('page.about.local')}</p>
          </div>
        </Sheet>
      );
  }
}

function Sheet({ title, onClose, children }: { readonly title: string; readonly onClose: () => void; readonly children: ReactNode }) {
  const words = useWords();
  return (
    <Dialog open onClose={onClose} className="dialog" backdrop={<div className="backdrop" />}>
      <header className="dialog-head">
        <DialogHeading className="dialog-title">{title}</DialogHeading>
        <DialogDismiss className="button plain square" aria-label={words('page.dialog.close')}>
          <X size={16} aria-hidden="true" />
        </DialogDismiss>
      </header>
      {children}
    </Dialog>
  );
}

/** Shown when the clipboard is closed to us: the link as text, selected. */
function LinkField() {
  const words = useWords();
  const link = useApp((state) => state.link) ?? '';
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    field.current?.select();
    navigator.clipboard.writeText(link).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="prose">
      <p>{words('page.share.byHand', { length: link.length })}</p>
      <div className="link-row">
        <input
          ref={field}
          className="link-field mono"
          readOnly
          value={link}
          aria-label={words('page.share.link')}
          onFocus={(event) => event.target.select()}
        />
        <button type="button" className="button" onClick={copy}>
          <Copy size={14} aria-hidden="true" />
          {words(copied ? 'page.share.copiedShort' : 'page.share.copy')}
        </button>
      </div>
    </div>
  );
}

function KeptWorks({ onClose }: { readonly onClose: () => void }) {
  const { store } = useServices();
  const words = useWords();
  const kept = useApp((state) => state.kept);
  if (kept.length === 0) return <p className="prose">{words('page.kept.none')}</p>;
  return (
    <ul className="kept-list">
      {kept.map((work) => (
        <li key={work.id}>
          <span>
            <strong>{work.title === '' ? words('page.scenario.own') : work.title}</strong>
            <span className="dim">
              {new Date(work.keptAt).toLocaleString()}, {words('page.kept.files', { count: work.work.files.length })}
            </span>
          </span>
          <button
            type="button"
            className="button"
            onClick={() => {
              store.getState().restoreKept(work.id, new Date().toISOString());
              onClose();
            }}
          >
            {words('page.kept.restore')}
          </button>
        </li>
      ))}
    </ul>
  );
}
