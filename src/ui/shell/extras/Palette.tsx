/** The command palette: commands, scenarios, requests of the scenario, hops, and everything in the cluster, found by typing. */
import { Combobox, ComboboxItem, ComboboxList, ComboboxProvider, Dialog } from '@ariakit/react';
import { useDeferredValue, useMemo, useState } from 'react';
import { useApp, useServices, useWords } from '../../app.ts';
import { visibleWalk } from '../../player/visibleHops.ts';
import { matching } from './matching.ts';

interface Entry {
  readonly value: string;
  readonly label: string;
  readonly detail: string;
  readonly run: () => void;
}

const rowLimit = 60;

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const words = useWords();
  const [typed, setTyped] = useState('');
  const entries = useEntries();
  const wanted = useDeferredValue(typed);
  const found = useMemo(() => matching(entries, wanted, rowLimit), [entries, wanted]);
  return (
    <Dialog
      open
      onClose={onClose}
      className="dialog palette"
      backdrop={<div className="backdrop" />}
      aria-label={words('page.topBar.palette')}
    >
      <ComboboxProvider open setValue={setTyped} focusLoop>
        <Combobox
          className="palette-field"
          autoSelect="always"
          autoFocus
          placeholder={words('page.palette.hint')}
          aria-label={words('page.topBar.palette')}
        />
        <ComboboxList className="palette-list" aria-label={words('page.palette.results')} alwaysVisible>
          {found.map((entry) => (
            <ComboboxItem
              key={entry.value}
              className="popover-item"
              hideOnClick={false}
              setValueOnClick={false}
              focusOnHover
              onClick={() => {
                onClose();
                entry.run();
              }}
            >
              <span className="suggestion-label">{entry.label}</span>
              <span className="suggestion-detail">{entry.detail}</span>
            </ComboboxItem>
          ))}
          {found.length === 0 && <p className="popover-empty">{words('page.palette.nothing')}</p>}
        </ComboboxList>
      </ComboboxProvider>
    </Dialog>
  );
}

function useEntries(): readonly Entry[] {
  const { store, share, openScenario, scenarios, say } = useServices();
  const words = useWords();
  const topology = useApp((state) => state.topology);
  const request = useApp((state) => state.request);
  const requests = useApp((state) => state.scenarioRequests);
  // biome-ignore lint/correctness/useExhaustiveDependencies: words and services do not change while the palette is open.
  return useMemo(() => {
    const state = store.getState();
    const command = (code: string, run: () => void): Entry => ({
      value: `command ${code}`,
      label: words(`page.command.${code}`),
      detail: words('page.palette.command'),
      run,
    });
    const thing = (id: string, kind: string, name: string, detail: string): Entry => ({
      value: `thing ${kind} ${id}`,
      label: name,
      detail: `${words(`page.palette.${kind}`)} ${detail}`,
      run: () => state.selectThing(id),
    });
    return [
      command('send', state.send),
      command('togglePlay', state.togglePlay),
      command('start', () => state.seek(0)),
      command('share', () => void share()),
      command('keys', () => state.openDialog('keys')),
      ...scenarios.map(({ id, title }) => ({
        value: `scenario ${id}`,
        label: title,
        detail: words('page.palette.scenario'),
        run: () => openScenario(id),
      })),
      ...requests.map((wanted, index) => ({
        value: `request ${index}`,
        label: wanted.name ?? `${wanted.from} → ${wanted.to}`,
        detail: words('page.palette.request', { from: wanted.from, to: wanted.to }),
        run: () => state.sendRequest(wanted),
      })),
      ...(request === null ? [] : visibleWalk(request.shown.legs, state.unfolded).legs).flatMap(({ leg, hops }) =>
        hops.map(({ hop, number }) => ({
          value: `hop ${hop.id}`,
          label: `${number} ${hop.name}`,
          detail: say(leg.title),
          run: () => state.selectHop(hop.id),
        })),
      ),
      ...(topology?.nodes ?? []).flatMap((node) => [
        thing(node.id, 'node', node.name, node.addresses.join(', ')),
        ...node.pods.map((pod) => thing(pod.id, 'pod', `${pod.namespace}/${pod.name}`, pod.addresses.join(', '))),
      ]),
    ];
  }, [topology, request, requests]);
}
