/** The composition root: the only file that wires store, worker, storage, link and page together. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createI18n, translator } from './i18n/translate.ts';
import { message } from './shared/message.ts';
import { workOf } from './state/documents.ts';
import { connectEngine } from './state/engineLoop.ts';
import { createEnginePort } from './state/enginePort.ts';
import { keepStored, readStored } from './state/persistence.ts';
import { defaultTiming } from './state/playback.ts';
import { firstWork, loadScenario, scenarioChoices } from './state/scenarios.ts';
import { createAppStore } from './state/store.ts';
import { App } from './ui/App.tsx';
import { AppContext, type AppServices } from './ui/app.ts';
import { startModuleWorker } from './ui/common/moduleWorker.ts';
import { stepTiming } from './view/motion.ts';
import engineWorkerUrl from './worker/engineWorker.ts?worker&url';

const say = translator(createI18n('en'));
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
/** A step takes as long as the scene's distances say; without a scene, as its kind says. */
const store = createAppStore((step, scene) => {
  const drawn = scene?.legs[step.leg]?.steps[step.step];
  return drawn === undefined ? defaultTiming(step) : stepTiming(drawn, reducedMotion.matches);
});

/** The address without its fragment, for links. */
const pageAddress = (): string => location.href.split('#')[0] ?? location.href;
const now = (): string => new Date().toISOString();
const isLink = (hash: string): boolean => hash.startsWith('#s=');

/** Puts what the user wrote aside and says how to get it back. */
function keepPresentWork(): void {
  const { edited, title, keepWork, notify, restoreKept } = store.getState();
  if (!edited) return;
  keepWork(title ?? '', now());
  const kept = store.getState().kept[0];
  if (kept === undefined) return;
  notify({
    id: 'kept',
    tone: 'info',
    message: message('page.kept.notice'),
    action: {
      label: message('page.kept.restore'),
      run: () => {
        store.getState().dismiss('kept');
        restoreKept(kept.id, now());
      },
    },
  });
}

/** Opens the link in the address, and takes it out of the address: a reload then brings the user's own later work, not the link again. */
async function openLink(): Promise<void> {
  const { hash } = location;
  if (!isLink(hash)) return;
  store.getState().dismiss('link');
  try {
    const { decodeShare } = await import('./share/codec.ts');
    const decoded = decodeShare(hash);
    if (decoded.ok) {
      keepPresentWork();
      store.getState().openWork(decoded.value, { edited: decoded.value.scenario === null });
    } else {
      store.getState().notify({ id: 'link', tone: 'error', message: decoded.error, action: null });
    }
  } catch {
    store.getState().notify({
      id: 'link',
      tone: 'error',
      message: message('page.link.noCode'),
      action: { label: message('page.engine.retry'), run: () => void openLink() },
    });
    return;
  }
  history.replaceState(null, '', pageAddress());
}

function openScenario(id: string): void {
  const work = loadScenario(id);
  if (work === undefined) return;
  keepPresentWork();
  store.getState().openWork(work);
  store.setState({ playing: !reducedMotion.matches });
}

async function share(): Promise<void> {
  const { encodeShare } = await import('./share/codec.ts');
  const ledger = await engine.ledgerForLink();
  const link = pageAddress() + encodeShare({ ...workOf(store.getState()), ledger });
  store.getState().setLink(link);
  const said = message('page.share.copied', { length: link.length });
  try {
    await navigator.clipboard.writeText(link);
    store.getState().notify({ id: 'share', tone: 'info', message: said, action: null });
    store.getState().announce(said);
    setTimeout(() => store.getState().dismiss('share'), 6_000);
  } catch {
    store.getState().openDialog('share');
  }
}

/** Moves time on while the player plays; asks for no frame otherwise. */
function runAnimation(): void {
  let running = false;
  let last = 0;
  const tick = (time: number): void => {
    store.getState().tick(Math.max(0, Math.min(100, time - last)));
    last = time;
    running = store.getState().playing;
    if (running) requestAnimationFrame(tick);
  };
  const start = (): void => {
    if (running || !store.getState().playing) return;
    running = true;
    last = performance.now();
    requestAnimationFrame(tick);
  };
  store.subscribe(start);
  start();
}

/** The typefaces can wait: text stands in the system's own until then. */
function loadFonts(): void {
  const stop = store.subscribe((state) => {
    if (!state.firstHopDrawn) return;
    stop();
    void import('./ui/fonts.css');
  });
}

function restore(): void {
  const stored = readStored(localStorage);
  store.setState({ ...stored.looks, kept: stored.kept, online: navigator.onLine });
  if (stored.work !== null) store.getState().openWork(stored.work.work, { edited: stored.work.edited });
}

function listen(): void {
  const storage = keepStored(store, localStorage);
  addEventListener('pagehide', storage.flush);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') storage.flush();
  });
  addEventListener('online', () => store.getState().setOnline(true));
  addEventListener('offline', () => store.getState().setOnline(false));
  addEventListener('hashchange', () => void openLink());
}

restore();
const begun = store.getState().files.length > 0;
if (!begun && !isLink(location.hash)) {
  store.getState().openWork(firstWork());
  store.setState({ playing: !reducedMotion.matches });
}
listen();
const engine = connectEngine(
  store,
  createEnginePort(() => startModuleWorker(engineWorkerUrl, 'packetwalk-engine')),
);
runAnimation();
loadFonts();
void openLink().then(() => {
  if (store.getState().files.length === 0) store.getState().openWork(firstWork());
});

const services: AppServices = { store, say, openScenario, share, scenarios: scenarioChoices, startWorker: startModuleWorker };
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <AppContext value={services}>
      <App />
    </AppContext>
  </StrictMode>,
);
