/** Store to player and hop list: the adapters between the state and the components of ui/player. */
import { indexAt } from '../../state/playback.ts';
import { currentStep, speeds } from '../../state/player.ts';
import type { Speed } from '../../state/types.ts';
import { useApp, useServices } from '../app.ts';
import { HopList } from '../player/HopList.tsx';
import { Player } from '../player/Player.tsx';

const noLegs = [] as const;
const noBranches = [] as const;

export function ConnectedPlayer() {
  const { store, say } = useServices();
  const request = useApp((state) => state.request);
  const unfolded = useApp((state) => state.unfolded);
  const playing = useApp((state) => state.playing);
  const speed = useApp((state) => state.speed);
  const position = useApp((state) => indexAt(state.steps, state.playhead));
  const actions = store.getState();
  return (
    <Player
      legs={request?.shown.legs ?? noLegs}
      unfolded={unfolded}
      playing={playing}
      speed={speed}
      speeds={speeds}
      position={position}
      branches={request?.branches ?? noBranches}
      branch={request?.shown.index ?? 0}
      say={say}
      onTogglePlay={actions.togglePlay}
      onStepBack={actions.stepBack}
      onStepForward={actions.stepForward}
      onSpeed={(next) => actions.setSpeed(speeds.find((known): known is Speed => known === next) ?? 1)}
      onSeek={actions.seek}
      onBranch={actions.chooseBranch}
    />
  );
}

export function ConnectedHopList() {
  const { store, say } = useServices();
  const request = useApp((state) => state.request);
  const unfolded = useApp((state) => state.unfolded);
  const viaService = useApp((state) => state.serviceUpstream);
  const selected = useApp((state) => (state.thing === null ? (currentStep(state)?.hop.id ?? null) : null));
  const actions = store.getState();
  return (
    <HopList
      branch={request?.shown ?? null}
      selectedHop={selected}
      unfolded={unfolded}
      viaService={viaService}
      say={say}
      onSelect={actions.selectHop}
      onToggleUnfolded={actions.toggleUnfolded}
      onViaService={actions.setServiceUpstream}
    />
  );
}
