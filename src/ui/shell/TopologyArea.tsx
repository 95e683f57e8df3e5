/** Store to topology: passes scene and playhead on, and says what stands between the picture and the text. */
import { useApp, useServices, useWords } from '../app.ts';
import { Topology } from '../topology/Topology.tsx';

export function ConnectedTopology() {
  const { store, say } = useServices();
  const scene = useApp((state) => state.scene);
  const playhead = useApp((state) => (state.steps.length === 0 ? null : state.playhead));
  const unfolded = useApp((state) => state.unfolded);
  const thing = useApp((state) => state.thing);
  const actions = store.getState();
  return (
    <div className="stage">
      <Topology
        scene={scene}
        playhead={playhead}
        unfolded={unfolded}
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
