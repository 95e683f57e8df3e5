/** The page: top bar, notices, three areas side by side with the player under them; on a phone, tabs. */
import { lazy, Suspense } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useApp, useServices, useWords } from './app.ts';
import { EditorArea } from './editor/EditorArea.tsx';
import { Announcer } from './shell/Announcer.tsx';
import { Area } from './shell/Area.tsx';
import { ConnectedInspector } from './shell/InspectorArea.tsx';
import { Notices } from './shell/Notices.tsx';
import { PhoneTabs } from './shell/PhoneTabs.tsx';
import { ConnectedHopList, ConnectedPlayer } from './shell/PlayerArea.tsx';
import { RequestBar } from './shell/RequestBar.tsx';
import { TopBar } from './shell/TopBar.tsx';
import { ConnectedTopology } from './shell/TopologyArea.tsx';
import { useFirstHopDrawn } from './shell/useFirstHopDrawn.ts';
import { useKeyboard } from './shell/useKeyboard.ts';
import { phoneQuery, useMedia } from './shell/useMedia.ts';
import { useTheme } from './shell/useTheme.ts';
import './shell/shell.css';

const Dialogs = lazy(() => import('./shell/extras/Dialogs.tsx'));

export function App() {
  useTheme();
  useKeyboard();
  useFirstHopDrawn();
  const phone = useMedia(phoneQuery);
  const dialog = useApp((state) => state.dialog);
  return (
    <div className={phone ? 'page phone' : 'page'}>
      <TopBar phone={phone} />
      <Progress />
      <Notices />
      {phone ? (
        <PhoneBody />
      ) : (
        <main className="areas-main">
          <WideBody />
        </main>
      )}
      {phone && <PhoneFoot />}
      <Announcer />
      {dialog !== null && (
        <Suspense fallback={null}>
          <Dialogs dialog={dialog} />
        </Suspense>
      )}
    </div>
  );
}

function Progress() {
  const { say } = useServices();
  const progress = useApp((state) => state.progress);
  if (progress === null) return null;
  return (
    <>
      <div className="progress-line" />
      <div className="stage-note" role="status" style={{ bottom: 'auto', top: 56 }}>
        {say(progress)}
      </div>
    </>
  );
}

function WideBody() {
  const { store } = useServices();
  const words = useWords();
  const panels = store.getState().panels;
  const remember = (group: string) => (sizes: Readonly<Record<string, number>>) => store.getState().rememberPanels(group, sizes);
  const wide = window.innerWidth >= 1900;
  const narrow = window.innerWidth < 1360;
  const low = window.innerHeight < 800;
  return (
    <Group
      className="areas"
      id="areas"
      orientation="horizontal"
      {...(panels.areas === undefined ? {} : { defaultLayout: panels.areas })}
      onLayoutChanged={remember('areas')}
    >
      <Panel id="left" minSize="480px">
        <Group
          id="rows"
          orientation="vertical"
          {...(panels.rows === undefined ? {} : { defaultLayout: panels.rows })}
          onLayoutChanged={remember('rows')}
        >
          <Panel id="upper" minSize="240px">
            <Group
              id="upper-areas"
              orientation="horizontal"
              {...(panels.upper === undefined ? {} : { defaultLayout: panels.upper })}
              onLayoutChanged={remember('upper')}
            >
              <Panel
                id="manifests"
                defaultSize={wide ? '400px' : narrow ? '284px' : '316px'}
                minSize="200px"
                groupResizeBehavior="preserve-pixel-size"
              >
                <Area region="manifests">
                  <EditorArea />
                </Area>
              </Panel>
              <Separator className="split vertical" aria-label={words('page.split.manifests')} />
              <Panel id="topology" minSize="280px">
                <Area region="topology" className="topology">
                  <ConnectedTopology />
                </Area>
              </Panel>
            </Group>
          </Panel>
          <Separator className="split horizontal" aria-label={words('page.split.player')} />
          <Panel id="dock" defaultSize={low ? '206px' : '257px'} minSize="96px" groupResizeBehavior="preserve-pixel-size">
            <Area region="player" className="dock">
              <ConnectedPlayer />
              <ConnectedHopList />
            </Area>
          </Panel>
        </Group>
      </Panel>
      <Separator className="split vertical" aria-label={words('page.split.inspector')} />
      <Panel
        id="inspector"
        defaultSize={wide ? '420px' : narrow ? '320px' : '364px'}
        minSize="240px"
        groupResizeBehavior="preserve-pixel-size"
      >
        <Area region="inspector" className="inspector-area">
          <ConnectedInspector />
        </Area>
      </Panel>
    </Group>
  );
}

function PhoneBody() {
  const tab = useApp((state) => state.phoneTab);
  switch (tab) {
    case 'hops':
      return (
        <main className="phone-body">
          <RequestBar />
          <ConnectedHopList />
        </main>
      );
    case 'map':
      return (
        <main className="phone-body">
          <Area region="topology" className="topology">
            <ConnectedTopology />
          </Area>
        </main>
      );
    case 'manifests':
      return (
        <main className="phone-body">
          <Area region="manifests">
            <EditorArea />
          </Area>
        </main>
      );
    case 'inspector':
      return (
        <main className="phone-body">
          <Area region="inspector" className="inspector-area">
            <ConnectedInspector />
          </Area>
        </main>
      );
  }
}

function PhoneFoot() {
  return (
    <div className="phone-foot">
      <Area region="player" className="phone-player">
        <ConnectedPlayer />
      </Area>
      <PhoneTabs />
    </div>
  );
}
