/** The transport: step back, play or pause, step forward, speed, where we are, the timeline, and which branch of the walk is shown. */
import { Pause, Play, StepBack, StepForward } from 'lucide-react';
import { message } from '../../shared/message.ts';
import type { BranchSummary, LegModel } from '../../view/model.ts';
import type { Say } from './hopWords.ts';
import { Timeline } from './Timeline.tsx';
import { visibleWalk } from './visibleHops.ts';
import './player.css';

export interface PlayerProps {
  readonly legs: readonly LegModel[];
  readonly unfolded: boolean;
  readonly playing: boolean;
  readonly speed: number;
  readonly speeds: readonly number[];
  /** Index over all visible steps. */
  readonly position: number;
  readonly branches: readonly BranchSummary[];
  readonly branch: number;
  readonly say: Say;
  readonly onTogglePlay: () => void;
  readonly onStepBack: () => void;
  readonly onStepForward: () => void;
  readonly onSpeed: (speed: number) => void;
  readonly onSeek: (position: number) => void;
  readonly onBranch: (index: number) => void;
}

export function Player(props: PlayerProps) {
  const { say, speed, speeds, branches } = props;
  const place = placeOf(props);
  const playing = props.playing && place !== null;
  const nextSpeed = speeds[(speeds.indexOf(speed) + 1) % speeds.length] ?? 1;
  const disabled = place === null;
  return (
    <div className="player">
      <div className="player-buttons">
        <button
          type="button"
          className="icon-button"
          onClick={props.onStepBack}
          disabled={disabled}
          aria-label={say(message('walk.player.stepBack'))}
          title={say(message('walk.player.stepBack'))}
        >
          <StepBack size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="play-button"
          onClick={props.onTogglePlay}
          disabled={disabled}
          aria-label={say(message(playing ? 'walk.player.pause' : 'walk.player.play'))}
        >
          {playing ? <Pause size={16} fill="currentColor" aria-hidden="true" /> : <Play size={16} fill="currentColor" aria-hidden="true" />}
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onStepForward}
          disabled={disabled}
          aria-label={say(message('walk.player.stepForward'))}
          title={say(message('walk.player.stepForward'))}
        >
          <StepForward size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="speed-button mono"
          onClick={() => props.onSpeed(nextSpeed)}
          aria-label={say(message('walk.player.speed', { speed }))}
          title={say(message('walk.player.speed', { speed }))}
        >
          {speed}×
        </button>
      </div>
      <div className="player-place">
        <strong>
          {place === null
            ? say(message('walk.player.nothing'))
            : say(message('walk.player.hopOf', { number: place.hop, count: place.hops }))}
        </strong>
        {place !== null && <span>{say(message('walk.player.stepOf', { number: place.step, count: place.steps }))}</span>}
      </div>
      <Timeline legs={props.legs} unfolded={props.unfolded} position={props.position} say={say} onSeek={props.onSeek} />
      {branches.length > 1 && <BranchPicker branches={branches} branch={props.branch} say={say} onBranch={props.onBranch} />}
    </div>
  );
}

function placeOf({ legs, unfolded, position }: PlayerProps) {
  const walk = visibleWalk(legs, unfolded);
  let from = 0;
  for (const { hops } of walk.legs) {
    for (const { hop, number } of hops) {
      if (position < from + hop.steps.length)
        return { hop: number, hops: walk.hopCount, step: position - from + 1, steps: hop.steps.length };
      from += hop.steps.length;
    }
  }
  return null;
}

interface BranchPickerProps {
  readonly branches: readonly BranchSummary[];
  readonly branch: number;
  readonly say: Say;
  readonly onBranch: (index: number) => void;
}

function BranchPicker({ branches, branch, say, onBranch }: BranchPickerProps) {
  const shown = branches.find((candidate) => candidate.index === branch);
  return (
    <label className="branch-picker" title={shown?.destination}>
      <span>{say(message('walk.player.branch', { number: branch + 1, count: branches.length }))}</span>
      <select value={branch} onChange={(event) => onBranch(Number(event.target.value))} aria-label={say(message('walk.player.branches'))}>
        {branches.map((candidate) => (
          <option key={candidate.index} value={candidate.index}>
            {say(
              message(candidate.disposition === 'delivered' ? 'walk.player.branchDelivered' : 'walk.player.branchOption', {
                percent: percentText(candidate.probability),
                destination: candidate.destination,
                fate: candidate.disposition,
              }),
            )}
          </option>
        ))}
      </select>
    </label>
  );
}

/** "50 %", "33.3 %", "< 0.1 %" */
export function percentText(probability: number): string {
  const percent = probability * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${Number(percent.toFixed(1))} %`;
}
