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
  /** Whether the walk was asked for with nginx dialling Services. */
  readonly viaService: boolean;
  readonly say: Say;
  readonly onSelect: (hopId: string) => void;
  readonly onToggleUnfolded: () => void;
  readonly onViaService: (on: boolean) => void;
}

export function HopList(props: HopListProps) {
  const { branch, selectedHop, unfolded, viaService, say, onSelect, onToggleUnfolded } = props;
  const walk = visibleWalk(branch?.legs ?? [], unfolded);
  const last = walk.legs.at(-1)?.hops.at(-1)?.hop.id ?? null;
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
        {walk.legs.length === 0 && <li className="hop-empty">{say(message(branch === null ? 'walk.hops.empty' : 'walk.hops.notSent'))}</li>}
        {walk.legs.map(({ leg, hops, foldedBefore }) => (
          <Fragment key={leg.id}>
            {hops.map(({ hop, number }, index) => (
              <li key={hop.id}>
                {index === 0 && (
                  <div className="leg-heading">
                    <LegWords leg={leg} say={say} />
                    {(foldedBefore.length > 0 || (unfolded && !leg.shown)) && (
                      <FoldButton folded={foldedBefore} unfolded={unfolded} say={say} onToggle={onToggleUnfolded} />
                    )}
                    {(leg.upstream === 'endpoint' || (leg.upstream === 'service' && viaService)) && leg.shown && (
                      <ViaService on={leg.upstream === 'service'} say={say} onChange={props.onViaService} />
                    )}
                  </div>
                )}
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
      {walk.foldedAfter.length > 0 && (
        <div className="leg-heading">
          <FoldButton folded={walk.foldedAfter} unfolded={unfolded} say={say} onToggle={onToggleUnfolded} />
        </div>
      )}
      {branch !== null && <Outcome branch={branch} reached={selectedHop !== null && selectedHop === last} say={say} />}
    </div>
  );
}

function LegWords({ leg, say }: { readonly leg: LegModel; readonly say: Say }) {
  return (
    <>
      <strong>{say(message('walk.hops.connection', { number: leg.connection + 1 }))}</strong>
      <span className="leg-title">{say(leg.title)}</span>
      <span className="leg-segment">{leg.segment}</span>
    </>
  );
}

interface FoldButtonProps {
  readonly folded: readonly LegModel[];
  readonly unfolded: boolean;
  readonly say: Say;
  readonly onToggle: () => void;
}

function FoldButton({ folded, unfolded, say, onToggle }: FoldButtonProps) {
  const segments = folded.map((leg) => leg.segment).join(', ');
  return (
    <button type="button" className="leg-fold" onClick={onToggle} aria-expanded={unfolded}>
      {unfolded ? <ChevronsDownUp size={12} aria-hidden="true" /> : <ChevronsUpDown size={12} aria-hidden="true" />}
      {say(unfolded ? message('walk.hops.fold') : message('walk.hops.unfold', { count: folded.length, segments }))}
    </button>
  );
}

/** nginx's own connection, walked to the endpoint or through the Service. */
function ViaService({ on, say, onChange }: { readonly on: boolean; readonly say: Say; readonly onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      className="leg-switch"
      title={say(message(on ? 'walk.upstream.on' : 'walk.upstream.off'))}
      onClick={() => onChange(!on)}
    >
      <span className="switch-track" aria-hidden="true" />
      {say(message('walk.upstream.label'))}
    </button>
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
      onClick={() => onSelect(hop.id)}
    >
      <span className="visually-hidden">{hopSentence(hop, number, say)}</span>
      <span className="hop-cells" aria-hidden="true">
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
            <span className="address">
              <Changed text={hop.source} /> →
            </span>{' '}
            <span className="address">
              <Changed text={hop.destination} />
            </span>
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

/** What became of the request. It comes into sight when the walk has reached its last hop. */
function Outcome({ branch, reached, say }: { readonly branch: BranchModel; readonly reached: boolean; readonly say: Say }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (reached) box.current?.scrollIntoView({ block: 'nearest' });
  }, [reached]);
  return (
    <div className="hop-outcome" ref={box}>
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
