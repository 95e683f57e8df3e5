/** The choice of a built-in scenario. The browser's own select until the comfortable one has loaded. */
import { ChevronDown } from 'lucide-react';
import { useApp, useServices, useWords } from '../app.ts';
import { useExtras } from './useExtras.ts';

export interface ScenarioChoice {
  readonly value: string;
  readonly label: string;
}

export interface ScenarioBoxProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly ScenarioChoice[];
  readonly onChoose: (value: string) => void;
}

/** The value that stands for a text of the user's own. */
const own = '';

export function ScenarioBox() {
  const { scenarios, openScenario } = useServices();
  const words = useWords();
  const scenario = useApp((state) => state.scenario);
  const edited = useApp((state) => state.edited);
  const extras = useExtras();
  const titles = scenarios.map(({ id, title }) => ({ value: id, label: title }));
  const current = scenarios.find(({ id }) => id === scenario)?.id ?? own;
  const choices = current === own ? [{ value: own, label: words('page.scenario.own') }, ...titles] : titles;
  const shown = choices.map((choice) =>
    edited && choice.value === current && current !== own
      ? { ...choice, label: words('page.scenario.edited', { title: choice.label }) }
      : choice,
  );
  const props: ScenarioBoxProps = {
    label: words('page.topBar.scenario'),
    value: current,
    choices: shown,
    onChoose: (value) => {
      if (value !== own) openScenario(value);
    },
  };
  return <div className="scenario-box">{extras === null ? <NativeScenarioBox {...props} /> : <extras.ScenarioSelect {...props} />}</div>;
}

function NativeScenarioBox({ label, value, choices, onChoose }: ScenarioBoxProps) {
  return (
    <span className="select-wrap">
      <select className="select-like" aria-label={label} value={value} onChange={(event) => onChoose(event.target.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden="true" />
    </span>
  );
}
