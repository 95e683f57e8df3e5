/** A native dump (`ip route`, `iptables-save`): folded to its title, searchable, to copy. */
import { ChevronRight, Copy } from 'lucide-react';
import { useState } from 'react';
import { message, type Translate } from '../../shared/message.ts';

export interface NativeTextProps {
  readonly title: string;
  readonly text: string;
  readonly say: Translate;
}

/** Dumps longer than this open folded and can be searched. */
const longFrom = 14;

export function NativeText({ title, text, say }: NativeTextProps) {
  const lines = text.split('\n');
  const isLong = lines.length > longFrom;
  const [open, setOpen] = useState(!isLong);
  const [search, setSearch] = useState('');
  const found = search === '' ? lines : lines.filter((line) => line.toLowerCase().includes(search.toLowerCase()));
  return (
    <section className="inspector-section">
      <div className="section-head">
        <button type="button" className="section-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight size={14} aria-hidden="true" />
          <h3>{title}</h3>
          <span className="dim">{say(message('walk.inspector.lines', { count: lines.length }))}</span>
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={say(message('walk.inspector.copy', { title }))}
          onClick={() => void navigator.clipboard.writeText(text)}
        >
          <Copy size={13} aria-hidden="true" />
        </button>
      </div>
      {open && isLong && (
        <input
          type="search"
          className="native-search"
          value={search}
          placeholder={say(message('walk.inspector.search'))}
          aria-label={say(message('walk.inspector.searchIn', { title }))}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <pre className={`native-text mono${isLong ? '' : ' short'}`} tabIndex={0}>
          {isLong ? found.join('\n') : lines.map((line) => <span key={line}>{line}</span>)}
        </pre>
      )}
    </section>
  );
}
