/** The walk as a line: one segment per network namespace, a tick per step. To assistive technology it is one slider over all steps. */
import type { KeyboardEvent, PointerEvent } from 'react';
import { message } from '../../shared/message.ts';
import type { LegModel } from '../../view/model.ts';
import { badgeTone } from '../common/badgeTone.ts';
import { ThingIcon } from '../common/ThingIcon.tsx';
import { hopSentence, type Say } from './hopWords.ts';
import { type VisibleLeg, visibleWalk } from './visibleHops.ts';

export interface TimelineProps {
  readonly legs: readonly LegModel[];
  readonly unfolded: boolean;
  /** Index over all visible steps; the playhead stands there. */
  readonly position: number;
  readonly say: Say;
  readonly onSeek: (position: number) => void;
}

/** More hops than this have no room for an icon each: they are bars, with their names as tooltips. */
const denseFrom = 30;

export function Timeline({ legs, unfolded, position, say, onSeek }: TimelineProps) {
  const walk = visibleWalk(legs, unfolded);
  const placed = placeHops(walk.legs);
  const total = placed.reduce((sum, hop) => sum + hop.steps, 0);
  const current = placed.find((hop) => position >= hop.from && position < hop.from + hop.steps);

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: total - 1 };
    const target = moves[event.key];
    if (target === undefined || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(Math.max(0, Math.min(total - 1, target)));
  };

  return (
    <div
      className={`timeline${walk.hopCount > denseFrom ? ' dense' : ''}`}
      role="slider"
      tabIndex={0}
      aria-label={say(message('walk.player.timeline'))}
      aria-valuemin={total === 0 ? 0 : 1}
      aria-valuemax={total}
      aria-valuenow={total === 0 ? 0 : position + 1}
      aria-valuetext={current === undefined ? say(message('walk.hops.empty')) : hopSentence(current.hop, current.number, say)}
      onKeyDown={onKeyDown}
    >
      {walk.legs.map(({ leg }) => (
        <div key={leg.id} className={`timeline-leg ${leg.direction}`} style={{ flexGrow: legWeight(leg) }}>
          <span className="timeline-title">{say(leg.title)}</span>
          <div className="timeline-hops">
            {placed
              .filter((hop) => hop.leg === leg.id)
              .map((hop) => (
                <TimelineHop key={hop.hop.id} placed={hop} position={position} onSeek={onSeek} />
              ))}
          </div>
        </div>
      ))}
    </div>
  );
}

interface PlacedHop {
  readonly leg: string;
  readonly hop: LegModel['hops'][number];
  readonly number: number;
  /** Index of its first step over all visible steps. */
  readonly from: number;
  readonly steps: number;
}

function placeHops(legs: readonly VisibleLeg[]): readonly PlacedHop[] {
  let from = 0;
  return legs.flatMap(({ leg, hops }) =>
    hops.map(({ hop, number }) => {
      const placed = { leg: leg.id, hop, number, from, steps: hop.steps.length };
      from += hop.steps.length;
      return placed;
    }),
  );
}

/** Long hops are wider, but a node's twenty steps must not squeeze a switch's three. */
const hopWeight = (steps: number): number => 2 + Math.sqrt(steps);
const legWeight = (leg: LegModel): number => leg.hops.reduce((sum, hop) => sum + hopWeight(hop.steps.length), 0);

function TimelineHop({
  placed,
  position,
  onSeek,
}: {
  readonly placed: PlacedHop;
  readonly position: number;
  readonly onSeek: (position: number) => void;
}) {
  const { hop, from, steps } = placed;
  const state = position >= from + steps ? 'done' : position >= from ? 'now' : 'ahead';
  const seekWithin = (event: PointerEvent<HTMLDivElement>): void => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - bounds.left) / Math.max(1, bounds.width);
    onSeek(from + Math.max(0, Math.min(steps - 1, Math.floor(share * steps))));
  };
  return (
    <div
      className={`timeline-hop ${state} ${badgeTone(hop.badge)}`}
      style={{ flexGrow: hopWeight(steps) }}
      title={hop.name}
      onPointerDown={seekWithin}
      onPointerMove={(event) => event.buttons === 1 && seekWithin(event)}
    >
      <span className="timeline-icon">
        <ThingIcon kind={hop.namespaceKind} size={12} />
      </span>
      <span className="timeline-name">{hop.name}</span>
      <span className="timeline-ticks" aria-hidden="true">
        <span className="timeline-filled" style={{ width: `${filledShare(position, from, steps) * 100}%` }} />
      </span>
      {state === 'now' && (
        <span className="timeline-head" aria-hidden="true" style={{ left: `${filledShare(position, from, steps) * 100}%` }} />
      )}
    </div>
  );
}

const filledShare = (position: number, from: number, steps: number): number =>
  Math.max(0, Math.min(1, (position - from + 1) / Math.max(1, steps)));
