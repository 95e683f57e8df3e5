/** Listens to the keyboard for the whole page and runs what keyboard.ts says. */
import { useEffect } from 'react';
import { speeds } from '../../state/player.ts';
import type { PhoneTab } from '../../state/types.ts';
import { type AppServices, useServices } from '../app.ts';
import { type Command, commandFor, isTaken } from './keyboard.ts';
import { cycleRegion, focusRegion, type RegionName } from './regions.ts';

/** How long a G waits for its second key, in milliseconds. */
const secondKeyWithin = 1_200;

const tabOf: Readonly<Record<RegionName, PhoneTab>> = { topology: 'map', manifests: 'manifests', inspector: 'inspector', player: 'hops' };

function run(command: Command, { store, share }: AppServices): void {
  const state = store.getState();
  const go = (region: RegionName): void => {
    state.setPhoneTab(tabOf[region]);
    requestAnimationFrame(() => focusRegion(region));
  };
  const speed = (index: number): void => state.setSpeed(speeds[index] ?? 1);
  const commands: Readonly<Record<Command, () => void>> = {
    togglePlay: state.togglePlay,
    stepForward: state.stepForward,
    stepBack: state.stepBack,
    hopForward: state.hopForward,
    hopBack: state.hopBack,
    start: () => state.seek(0),
    end: () => state.seek(state.steps.length - 1),
    speed1: () => speed(0),
    speed2: () => speed(1),
    speed3: () => speed(2),
    speed4: () => speed(3),
    goTopology: () => go('topology'),
    goManifests: () => go('manifests'),
    goInspector: () => go('inspector'),
    goPlayer: () => go('player'),
    nextRegion: () => cycleRegion(1),
    previousRegion: () => cycleRegion(-1),
    palette: () => state.openDialog('palette'),
    send: state.send,
    share: () => void share(),
    keys: () => state.openDialog('keys'),
    escape: () => (state.dialog === null ? state.selectThing(null) : state.openDialog(null)),
  };
  commands[command]();
}

export function useKeyboard(): void {
  const services = useServices();
  useEffect(() => {
    let lastG = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const outcome = commandFor(event, {
        taken: isTaken(event.target, event.key),
        singleKeys: services.store.getState().singleKeys,
        afterG: event.timeStamp - lastG < secondKeyWithin,
      });
      lastG = outcome.kind === 'waitForSecond' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (outcome.kind !== 'command') return;
      if (outcome.command !== 'escape') event.preventDefault();
      run(outcome.command, services);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [services]);
}
