/** A built-in scenario as a work that nobody has touched yet. */
import { type Scenario, scenarios } from '../scenarios/index.ts';
import type { Work } from './types.ts';

export const scenarioChoices: readonly { readonly id: string; readonly title: string }[] = scenarios.map(({ id, title }) => ({
  id,
  title,
}));

function workOfScenario({ id, text }: Scenario): Work {
  const name = `${id}.yaml`;
  return {
    files: [{ name, text }],
    ledger: { version: 1, entries: {} },
    scenario: id,
    request: null,
    position: { leg: 0, step: 0 },
    view: { activeFile: name, thing: null, expanded: {} },
  };
}

/** Undefined for an unknown id. */
export function loadScenario(id: string): Work | undefined {
  const found = scenarios.find((scenario) => scenario.id === id);
  return found === undefined ? undefined : workOfScenario(found);
}

/** What opens when nothing else is asked for; empty text when there is no scenario at all. */
export function firstWork(): Work {
  const [first] = scenarios;
  return workOfScenario(first ?? { id: 'manifests', title: '', text: '' });
}
