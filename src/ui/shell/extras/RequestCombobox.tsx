/** From and To with suggestions grouped by kind; any other word of the command line's may be typed. */
import { Combobox, ComboboxGroup, ComboboxGroupLabel, ComboboxItem, ComboboxPopover, ComboboxProvider } from '@ariakit/react';
import { ChevronDown } from 'lucide-react';
import { startTransition, useId, useMemo, useState } from 'react';
import { useWords } from '../../app.ts';
import type { RequestFieldProps, Suggestion } from '../RequestBar.tsx';
import { matching } from './matching.ts';

/** Rows drawn at once; more are found by typing. */
const rowLimit = 80;

export function RequestCombobox({ side, label, placeholder, value, suggestions, onChange }: RequestFieldProps) {
  const words = useWords();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const groups = useMemo(() => grouped(matching(suggestions, typed ?? '', rowLimit)), [suggestions, typed]);
  return (
    <div className={`request-field ${side}`}>
      <label htmlFor={id}>{label}</label>
      <ComboboxProvider
        value={value}
        setValue={(next) => {
          onChange(next);
          startTransition(() => setTyped(next));
        }}
        setOpen={(open) => {
          if (open) setTyped(null);
        }}
        resetValueOnHide={false}
      >
        <Combobox
          id={id}
          placeholder={placeholder}
          spellCheck={false}
          autoSelect={false}
          showOnClick
          showOnKeyPress
          onFocus={(event) => event.currentTarget.select()}
        />
        <span className="field-chevron" aria-hidden="true">
          <ChevronDown size={14} />
        </span>
        <ComboboxPopover className="popover suggestions" gutter={6} portal unmountOnHide aria-label={label}>
          {groups.map(({ group, items }) => (
            <ComboboxGroup key={group} className="popover-group">
              <ComboboxGroupLabel className="popover-label">{words(`page.request.group.${group}`)}</ComboboxGroupLabel>
              {items.map((item) => (
                <ComboboxItem key={item.value} value={item.value} className="popover-item" setValueOnClick>
                  <span className="suggestion-label">{item.label}</span>
                  <span className="suggestion-detail mono">{item.detail}</span>
                </ComboboxItem>
              ))}
            </ComboboxGroup>
          ))}
          {groups.length === 0 && <p className="popover-empty">{words('page.request.noSuggestion')}</p>}
        </ComboboxPopover>
      </ComboboxProvider>
    </div>
  );
}

function grouped(suggestions: readonly Suggestion[]): readonly { readonly group: string; readonly items: readonly Suggestion[] }[] {
  const groups = new Map<string, Suggestion[]>();
  for (const suggestion of suggestions) {
    const items = groups.get(suggestion.group);
    if (items === undefined) groups.set(suggestion.group, [suggestion]);
    else items.push(suggestion);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}
