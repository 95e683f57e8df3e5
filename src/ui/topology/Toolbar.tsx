/** Above the graph: which depth, which networks, search, zoom. */
import { Maximize, Minus, Plus, Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { message, type Translate } from '../../shared/message.ts';
import type { Depth } from './graphElements.ts';

export interface ToolbarProps {
  readonly depth: Depth;
  readonly hasServices: boolean;
  /** The depth shown has networks to hide. */
  readonly hasLayers: boolean;
  readonly hasOverlay: boolean;
  readonly hidden: { readonly underlay: boolean; readonly overlay: boolean };
  readonly zoom: number;
  readonly translate: Translate;
  /** How many things the search words match; null while there are none. */
  readonly found: number | null;
  readonly onDepth: (depth: Depth) => void;
  readonly onHidden: (hidden: ToolbarProps['hidden']) => void;
  readonly onZoom: (factor: number) => void;
  readonly onReset: () => void;
  readonly onFit: () => void;
  readonly onSearch: (words: string) => void;
  /** Enter in the search box: go to the next thing found. */
  readonly onSearchNext: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { depth, hasServices, hasLayers, hasOverlay, hidden, zoom, translate, onDepth, onHidden, onZoom, onReset, onFit } = props;
  const say = (key: string, params = {}): string => translate(message(`topology.${key}`, params));
  return (
    <div className="topology-toolbar" role="toolbar" aria-label={say('toolbar')}>
      {hasServices && (
        <fieldset className="segmented" aria-label={say('depth.label')}>
          <button type="button" aria-pressed={depth === 'services'} onClick={() => onDepth('services')}>
            {say('depth.services')}
          </button>
          <button type="button" aria-pressed={depth === 'pods'} onClick={() => onDepth('pods')}>
            {say('depth.pods')}
          </button>
        </fieldset>
      )}
      {hasLayers && (
        <fieldset className="segmented" aria-label={say('layers.label')}>
          <button type="button" aria-pressed={!hidden.underlay} onClick={() => onHidden({ ...hidden, underlay: !hidden.underlay })}>
            <span className="swatch wire" aria-hidden="true" />
            {say('layers.underlay')}
          </button>
          {hasOverlay && (
            <button type="button" aria-pressed={!hidden.overlay} onClick={() => onHidden({ ...hidden, overlay: !hidden.overlay })}>
              <span className="swatch overlay" aria-hidden="true" />
              {say('layers.overlay')}
            </button>
          )}
        </fieldset>
      )}
      <span className="topology-space" />
      <fieldset className="segmented icons" aria-label={say('zoom.label')}>
        <SearchBox {...props} />
        <button type="button" aria-label={say('zoom.out')} title={say('zoom.out')} onClick={() => onZoom(1 / 1.2)}>
          <Minus size={15} aria-hidden="true" />
        </button>
        <button type="button" className="percent" title={say('zoom.reset')} onClick={onReset}>
          {say('zoom.percent', { percent: Math.round(zoom * 100) })}
        </button>
        <button type="button" aria-label={say('zoom.in')} title={say('zoom.in')} onClick={() => onZoom(1.2)}>
          <Plus size={15} aria-hidden="true" />
        </button>
        <button type="button" aria-label={say('zoom.fit')} title={say('zoom.fit')} onClick={onFit}>
          <Maximize size={14} aria-hidden="true" />
        </button>
      </fieldset>
    </div>
  );
}

function SearchBox({ translate, found, onSearch, onSearchNext }: ToolbarProps) {
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const opener = useRef<HTMLButtonElement>(null);
  const say = (key: string, params = {}): string => translate(message(`topology.search.${key}`, params));
  const close = (): void => {
    setOpen(false);
    setWords('');
    onSearch('');
    opener.current?.focus();
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        data-topology-search=""
        aria-label={say('open')}
        title={say('open')}
        aria-expanded={open}
        onClick={() => (open ? close() : setOpen(true))}
      >
        <Search size={14} aria-hidden="true" />
      </button>
      {open && (
        <span className="topology-search">
          <input
            // biome-ignore lint/a11y/noAutofocus: the box opens because someone asked to type into it
            autoFocus
            type="search"
            aria-label={say('label')}
            placeholder={say('label')}
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              onSearch(event.currentTarget.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onSearchNext();
              if (event.key === 'Escape') close();
              event.stopPropagation();
            }}
          />
          <output className="found">{found === null ? '' : found === 0 ? say('none') : say('count', { count: found })}</output>
        </span>
      )}
    </>
  );
}
