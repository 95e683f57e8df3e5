/** The ordered list of hops: reads as text from start to end; the selected hop is the one under the playhead. */
import { ChevronsDownUp, ChevronsUpDown } from 'lucide-react';
import { Fragment, useEffect, useRef } from 'react';
import { message } from '../../shared/message.ts';
import type { BranchModel, HopModel, LegModel } from '../../view/model.ts';
import { badgeTone } from '../common/badgeTone.ts';
import { ThingIcon } from '../common/ThingIcon.tsx';
import { hopSentence, type Say, sayText } from './hopWords.ts';
import { visibleWalk } from './visibleHops.ts';
import './player.css';

export interface HopListProps {
  readonly branch: BranchModel | null;
  readonly selectedHop: string | null;
  readonly unfolded: boolean;
  readonly say: Say;
  readonly onSelect: (hopId: string) => void;
  readonly onToggleUnfolded: () => void;
}

export function HopList({ branch, selectedHop, unfolded, say, onSelect, onToggleUnfolded }: HopListProps) {
  const walk = visibleWalk(branch?.legs ?? [], unfolded);
  return (
    <div className="hop-list-scroller">
      <div className="hop-columns hop-head" aria-hidden="true">
        <span />
        <span>{say(message('walk.hops.where'))}</span>
        <span>{say(message('walk.hops.inOut'))}</span>
        <span>{say(message('walk.hops.addresses'))}</span>
        <span>{say(message('walk.hops.decided'))}</span>
      </div>
      <ol className="hop-list" aria-label={say(message('walk.hops.list'))}>
        {walk.legs.length === 0 && <li className="hop-empty">{say(message('walk.hops.empty'))}</li>}
        {walk.legs.map(({ leg, hops, foldedBefore }) => (
          <Fragment key={leg.id}>
            {hops.map(({ hop, number }, index) => (
              <li key={hop.id}>
                {index === 0 && <LegHeading leg={leg} folded={foldedBefore} unfolded={unfolded} say={say} onToggle={onToggleUnfolded} />}
                <HopRow
                  hop={hop}
                  number={number}
                  selected={hop.id === selectedHop}
                  reply={leg.direction === 'reply'}
                  say={say}
                  onSelect={onSelect}
                />
              </li>
            ))}
          </Fragment>
        ))}
      </ol>
      {branch !== null && <Outcome branch={branch} say={say} />}
    </div>
  );
}

interface LegHeadingProps {
  readonly leg: LegModel;
  readonly folded: readonly LegModel[];
  readonly unfolded: boolean;
  readonly say: Say;
  readonly onToggle: () => void;
}

function LegHeading({ leg, folded, unfolded, say, onToggle }: LegHeadingProps) {
  return (
    <div className="leg-heading">
      <strong>{say(message('walk.hops.connection', { number: leg.connection + 1 }))}</strong>
      <span>{say(leg.title)}</span>
      <span className="leg-segment">{leg.segment}</span>
      {(folded.length > 0 || (unfolded && !leg.shown)) && (
        <button type="button" className="leg-fold" onClick={onToggle} aria-expanded={unfolded}>
          {unfolded ? <ChevronsDownUp size={12} aria-hidden="true" /> : <ChevronsUpDown size={12} aria-hidden="true" />}
          {unfolded
            ? say(message('walk.hops.fold'))
            : say(message('walk.hops.unfold', { count: folded.length, segments: folded.map((other) => other.segment).join(', ') }))}
        </button>
      )}
    </div>
  );
}

interface HopRowProps {
  readonly hop: HopModel;
  readonly number: number;
  readonly selected: boolean;
  readonly reply: boolean;
  readonly say: Say;
  readonly onSelect: (hopId: string) => void;
}

function HopRow({ hop, number, selected, reply, say, onSelect }: HopRowProps) {
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const decided = sayText(hop.decided, say);
  return (
    <button
      type="button"
      ref={row}
      className={`hop-columns hop-row ${badgeTone(hop.badge)}`}
      aria-current={selected ? 'step' : undefined}
      aria-label={hopSentence(hop, number, say)}
      onClick={() => onSelect(hop.id)}
    >
      <span className={`hop-number${reply ? ' reply' : ''}`}>{number}</span>
      <span className="hop-where">
        <ThingIcon kind={hop.namespaceKind} />
        <span className="hop-name" title={hop.namespace}>
          {hop.name}
        </span>
      </span>
      <span className="mono dim hop-interfaces" title={`${hop.interfaceIn ?? ''} → ${hop.interfaceOut ?? ''}`}>
        {hop.interfaceIn ?? ''} → {hop.interfaceOut ?? ''}
      </span>
      <span className="mono hop-addresses">
        {hop.outer !== null && (
          <span className="outer-header">
            <span className="pill ov">{say(message('walk.badge.outer'))}</span> {hop.outer.source} → {hop.outer.destination}
          </span>
        )}
        <span>
          <Changed text={hop.source} /> → <Changed text={hop.destination} />
        </span>
      </span>
      <span className="hop-decided" title={decided}>
        {[hop.badge, hop.alsoBadge].map(
          (badge) =>
            badge !== null && (
              <span key={badge} className={`pill ${badgeTone(badge)}`}>
                {say(message(`walk.badge.${badge}`))}
              </span>
            ),
        )}
        <span className={hop.decided.kind === 'native' ? 'mono' : undefined}>{decided}</span>
      </span>
    </button>
  );
}

/** The old address struck through, the new one in amber. */
function Changed({ text }: { readonly text: HopModel['source'] }) {
  if (text.before === text.after) return <>{text.after}</>;
  return (
    <>
      <s>{text.before}</s> <ins>{text.after}</ins>
    </>
  );
}

function Outcome({ branch, say }: { readonly branch: BranchModel; readonly say: Say }) {
  return (
    <div className="hop-outcome">
      <p className={branch.succeeded ? 'ok' : 'bad'}>
        <strong>{say(message('walk.hops.outcome'))}</strong> {say(branch.outcome)}
      </p>
      {branch.reason !== null && <p>{say(branch.reason.message)}</p>}
      {branch.notWalked.map((note) => (
        <p key={note.code} className="dim">
          {say(message('walk.hops.notWalked'))} {say(note)}
        </p>
      ))}
    </div>
  );
}
