/** Store to topology: passes scene and playhead on, and says what stands between the picture and the text. */
import { useEffect } from 'react';
import { useApp, useServices, useWords } from '../app.ts';
import { Topology } from '../topology/Topology.tsx';

export function ConnectedTopology() {
  const { store, say } = useServices();
  const scene = useApp((state) => state.scene);
  const playhead = useApp((state) => (state.steps.length === 0 ? null : state.playhead));
  const thing = useApp((state) => state.thing);
  const actions = store.getState();
  useFirstHopDrawn();
  return (
    <div className="stage">
      <Topology
        scene={scene}
        playhead={playhead}
        selected={thing}
        translate={say}
        onSelect={actions.selectThing}
        onToggle={actions.toggleExpanded}
        onStage={actions.resizeStage}
      />
      <LastGoodNote />
      <EmptyHints />
    </div>
  );
}

/** Marks the moment after which the rest of the page may load: the first walk is painted, or there is nothing to walk. */
function useFirstHopDrawn(): void {
  const { store } = useServices();
  const scene = useApp((state) => state.scene);
  const waits = useApp((state) => state.simulatedRevision === 0 || (state.probe !== null && state.request === null));
  const dead = useApp((state) => state.status === 'dead' || state.failure !== null);
  const done = useApp((state) => state.firstHopDrawn);
  const ready = (scene !== null && !waits) || dead;
  useEffect(() => {
    if (done || !ready) return;
    let second = 0;
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => store.getState().markFirstHopDrawn());
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, [done, ready, store]);
}

/** "showing the last good text, line 12 has an error" */
function LastGoodNote() {
  const { store } = useServices();
  const words = useWords();
  const broken = useApp((state) => state.broken);
  const problem = useApp((state) => state.problems.find((candidate) => candidate.severity === 'error' && candidate.range !== null) ?? null);
  if (!broken) return null;
  const range = problem?.range ?? null;
  return (
    <div className="stage-note warning" role="status">
      {range === null ? words('page.stage.lastGood') : words('page.stage.lastGoodLine', { line: range.line, file: range.file })}
      {range !== null && (
        <button type="button" onClick={() => store.getState().reveal(range, { focus: true })}>
          {words('page.stage.goThere')}
        </button>
      )}
    </div>
  );
}

/** The default cluster stands drawn; three hints say what can be done with it. */
function EmptyHints() {
  const words = useWords();
  const empty = useApp((state) => state.simulatedRevision > 0 && state.probe === null);
  if (!empty) return null;
  return (
    <ol className="empty-hints">
      <li>{words('page.stage.hintEdit')}</li>
      <li>{words('page.stage.hintSend')}</li>
      <li>{words('page.stage.hintHop')}</li>
    </ol>
  );
}
