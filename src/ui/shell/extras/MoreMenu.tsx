/** Everything that is not needed every minute. */
import { Menu, MenuButton, MenuItem, MenuItemCheckbox, MenuProvider, MenuSeparator } from '@ariakit/react';
import { Archive, Command, Ellipsis, Info, Keyboard, LayoutGrid, Moon, Projector, Sun } from 'lucide-react';
import { useApp, useServices, useWords } from '../../app.ts';
import { useDark } from '../useTheme.ts';

export function MoreMenu({ phone }: { readonly phone: boolean }) {
  const { store } = useServices();
  const words = useWords();
  const projector = useApp((state) => state.projector);
  const singleKeys = useApp((state) => state.singleKeys);
  const kept = useApp((state) => state.kept.length);
  const dark = useDark(useApp((state) => state.theme));
  const state = store.getState();
  return (
    <MenuProvider>
      <MenuButton className="button plain square" aria-label={words('page.topBar.more')}>
        <Ellipsis size={16} aria-hidden="true" />
      </MenuButton>
      <Menu className="popover menu" gutter={4} portal unmountOnHide aria-label={words('page.topBar.more')}>
        <MenuItem className="popover-item" onClick={() => state.openDialog('palette')}>
          <Command size={14} aria-hidden="true" />
          {words('page.topBar.palette')}
          {!phone && <kbd>Ctrl K</kbd>}
        </MenuItem>
        <MenuItem className="popover-item" onClick={() => state.tidy()}>
          <LayoutGrid size={14} aria-hidden="true" />
          {words('page.menu.tidy')}
        </MenuItem>
        <MenuItem className="popover-item" disabled={kept === 0} onClick={() => state.openDialog('kept')}>
          <Archive size={14} aria-hidden="true" />
          {words('page.menu.kept', { count: kept })}
        </MenuItem>
        <MenuSeparator className="popover-line" />
        {phone && (
          <MenuItem className="popover-item" onClick={() => state.setTheme(dark ? 'light' : 'dark')}>
            {dark ? <Moon size={14} aria-hidden="true" /> : <Sun size={14} aria-hidden="true" />}
            {words(dark ? 'page.topBar.toLight' : 'page.topBar.toDark')}
          </MenuItem>
        )}
        {state.theme !== 'system' && (
          <MenuItem className="popover-item" onClick={() => state.setTheme('system')}>
            <Moon size={14} aria-hidden="true" />
            {words('page.menu.systemTheme')}
          </MenuItem>
        )}
        <MenuItemCheckbox
          className="popover-item"
          name="projector"
          checked={projector}
          onChange={(event) => state.setProjector(event.target.checked)}
        >
          <Projector size={14} aria-hidden="true" />
          {words('page.menu.projector')}
        </MenuItemCheckbox>
        <MenuItemCheckbox
          className="popover-item"
          name="singleKeys"
          checked={singleKeys}
          onChange={(event) => state.setSingleKeys(event.target.checked)}
        >
          <Keyboard size={14} aria-hidden="true" />
          {words('page.menu.singleKeys')}
        </MenuItemCheckbox>
        <MenuSeparator className="popover-line" />
        <MenuItem className="popover-item" onClick={() => state.openDialog('keys')}>
          <Keyboard size={14} aria-hidden="true" />
          {words('page.keys.title')}
          {!phone && <kbd>?</kbd>}
        </MenuItem>
        <MenuItem className="popover-item" onClick={() => state.openDialog('about')}>
          <Info size={14} aria-hidden="true" />
          {words('page.about.title')}
        </MenuItem>
      </Menu>
    </MenuProvider>
  );
}
