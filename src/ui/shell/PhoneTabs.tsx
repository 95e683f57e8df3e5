/** The phone's four tabs. */
import { FileText, List, PanelRight, Share2 } from 'lucide-react';
import { useApp, useServices, useWords } from '../app.ts';

const tabs = [
  { tab: 'hops', Icon: List },
  { tab: 'map', Icon: Share2 },
  { tab: 'manifests', Icon: FileText },
  { tab: 'inspector', Icon: PanelRight },
] as const;

export function PhoneTabs() {
  const { store } = useServices();
  const words = useWords();
  const current = useApp((state) => state.phoneTab);
  return (
    <nav aria-label={words('page.phone.tabs')}>
      <div className="phone-tabs" role="tablist" aria-label={words('page.phone.tabs')}>
        {tabs.map(({ tab, Icon }) => (
          <button key={tab} type="button" role="tab" aria-selected={tab === current} onClick={() => store.getState().setPhoneTab(tab)}>
            <Icon size={18} aria-hidden="true" />
            {words(`page.phone.${tab}`)}
          </button>
        ))}
      </div>
    </nav>
  );
}
