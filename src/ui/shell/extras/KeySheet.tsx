/** The keyboard sheet: the table of keyboard.ts and of the graph, exactly as it is obeyed. */
import { useApp, useServices, useWords } from '../../app.ts';
import { bindings } from '../keyboard.ts';

const groups = ['play', 'go', 'do'] as const;

/** "Shift+ArrowRight" as keys on caps. */
const capsOf = (keys: string): readonly string[] =>
  keys.split(/[+ ]/).map((key) => ({ ArrowRight: '→', ArrowLeft: '←', ArrowUp: '↑', ArrowDown: '↓' })[key] ?? key);

export function KeySheet() {
  const { store } = useServices();
  const words = useWords();
  const singleKeys = useApp((state) => state.singleKeys);
  return (
    <div className="key-sheet">
      {groups.map((group) => (
        <section key={group}>
          <h2>{words(`page.keys.${group}`)}</h2>
          <dl>
            {bindings
              .filter((binding) => binding.group === group)
              .map((binding) => (
                <div key={binding.keys} className={binding.single && !singleKeys ? 'off' : undefined}>
                  <dt>
                    {capsOf(binding.keys).map((cap) => (
                      <kbd key={cap} className="cap">
                        {cap}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{words(`page.command.${binding.command}`)}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <label className="check-row">
        <input type="checkbox" checked={singleKeys} onChange={(event) => store.getState().setSingleKeys(event.target.checked)} />
        {words('page.menu.singleKeys')}
      </label>
    </div>
  );
}
