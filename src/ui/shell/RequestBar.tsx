/** From, To, Send: what is asked of the cluster. The fields take any word of the command line's; suggestions come from the cluster itself. */
import { ChevronDown, Send } from 'lucide-react';
import { type FormEvent, useId, useMemo } from 'react';
import { useApp, useServices, useWords } from '../app.ts';
import { useExtras } from './useExtras.ts';

export interface Suggestion {
  readonly value: string;
  readonly label: string;
  readonly detail: string;
  readonly group: string;
}

export interface RequestFieldProps {
  readonly side: 'from' | 'to';
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly suggestions: readonly Suggestion[];
  readonly onChange: (value: string) => void;
}

export function RequestBar() {
  const { store } = useServices();
  const words = useWords();
  const extras = useExtras();
  const from = useApp((state) => state.from);
  const to = useApp((state) => state.to);
  const suggestions = useApp((state) => state.suggestions);
  const sources = useMemo(() => distinct(suggestions.sources), [suggestions]);
  const destinations = useMemo(() => distinct(suggestions.destinations), [suggestions]);
  const Field = extras === null ? NativeField : extras.RequestCombobox;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    store.getState().send();
  };
  return (
    <form className="request-bar" onSubmit={submit} aria-label={words('page.request.bar')}>
      <div className="request-fields">
        <Field
          side="from"
          label={words('page.request.from')}
          placeholder={words('page.request.fromHint')}
          value={from}
          suggestions={sources}
          onChange={store.getState().setFrom}
        />
        <Field
          side="to"
          label={words('page.request.to')}
          placeholder={words('page.request.toHint')}
          value={to}
          suggestions={destinations}
          onChange={store.getState().setTo}
        />
      </div>
      <button type="submit" className="button filled" title={words('page.request.sendHint')}>
        <Send size={14} aria-hidden="true" className="wide-only" />
        {words('page.request.send')}
      </button>
    </form>
  );
}

/** A port that a Service has for TCP and for UDP is one suggestion. */
function distinct(suggestions: readonly Suggestion[]): readonly Suggestion[] {
  return [...new Map(suggestions.map((suggestion) => [suggestion.value, suggestion])).values()];
}

function NativeField({ side, label, placeholder, value, suggestions, onChange }: RequestFieldProps) {
  const id = useId();
  return (
    <div className={`request-field ${side}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        list={`${id}-list`}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-list`}>
        {suggestions.slice(0, 200).map((suggestion) => (
          <option key={suggestion.value} value={suggestion.value}>
            {suggestion.detail}
          </option>
        ))}
      </datalist>
      <span className="field-chevron" aria-hidden="true">
        <ChevronDown size={14} />
      </span>
    </div>
  );
}
