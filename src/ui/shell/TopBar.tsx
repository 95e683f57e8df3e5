/** The top bar: mark, scenario, request, share, theme, everything else behind "more". */
import { Keyboard, Moon, Share2, Sun } from 'lucide-react';
import { useApp, useServices, useWords } from '../app.ts';
import { Mark } from '../common/Mark.tsx';
import { RequestBar } from './RequestBar.tsx';
import { ScenarioBox } from './ScenarioBox.tsx';
import { useExtras } from './useExtras.ts';
import { useDark } from './useTheme.ts';

export function TopBar({ phone }: { readonly phone: boolean }) {
  const { store, share } = useServices();
  const words = useWords();
  const extras = useExtras();
  const state = store.getState();
  return (
    <header className="top-bar">
      <div className="top-start">
        <div className="brand">
          <Mark />
          <h1>packetwalk</h1>
        </div>
        <ScenarioBox />
      </div>
      {!phone && <RequestBar />}
      <div className="top-end">
        {phone ? (
          <button type="button" className="button plain square" aria-label={words('page.topBar.share')} onClick={() => void share()}>
            <Share2 size={18} aria-hidden="true" />
          </button>
        ) : (
          <>
            <button type="button" className="button" onClick={() => void share()}>
              <Share2 size={14} aria-hidden="true" />
              {words('page.topBar.share')}
            </button>
            <ThemeButton />
            <button
              type="button"
              className="button wide-only"
              onClick={() => state.openDialog('palette')}
              aria-label={`${words('page.topBar.palette')}, Ctrl K`}
            >
              <kbd>Ctrl K</kbd>
            </button>
          </>
        )}
        {extras === null ? (
          <button
            type="button"
            className="button plain square"
            aria-label={words('page.topBar.more')}
            onClick={() => state.openDialog('keys')}
          >
            <Keyboard size={16} aria-hidden="true" />
          </button>
        ) : (
          <extras.MoreMenu phone={phone} />
        )}
      </div>
    </header>
  );
}

function ThemeButton() {
  const { store } = useServices();
  const words = useWords();
  const dark = useDark(useApp((state) => state.theme));
  return (
    <button
      type="button"
      className="button plain square"
      aria-label={words(dark ? 'page.topBar.toLight' : 'page.topBar.toDark')}
      title={words(dark ? 'page.topBar.toLight' : 'page.topBar.toDark')}
      onClick={() => store.getState().setTheme(dark ? 'light' : 'dark')}
    >
      {dark ? <Moon size={16} aria-hidden="true" /> : <Sun size={16} aria-hidden="true" />}
    </button>
  );
}
