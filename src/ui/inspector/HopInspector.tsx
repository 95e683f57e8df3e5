/** One hop opened: what happened in a sentence, the step under the playhead with headers before and after, and what decided it. */
import { useState } from 'react';
import { message, type Translate } from '../../shared/message.ts';
import type { Cause, HopDetail, StepDetail } from '../../view/model.ts';
import { badgeTone } from '../common/badgeTone.ts';
import { ThingIcon } from '../common/ThingIcon.tsx';
import { CauseLink } from './CauseLink.tsx';
import { PacketTable } from './PacketTable.tsx';
import { RulesSection } from './RulesSection.tsx';

export interface UpstreamChoice {
  readonly viaService: boolean;
  readonly onChange: (viaService: boolean) => void;
}

export interface HopInspectorProps {
  readonly detail: HopDetail;
  readonly step: number;
  readonly hopNumber: number;
  readonly hopCount: number;
  /** Set at the hop where nginx dials: whether it dials the Service, and the way to walk the other variant. */
  readonly upstream: UpstreamChoice | null;
  readonly say: Translate;
  readonly onStep: (stepOfHop: number) => void;
  readonly onCause: (cause: Cause) => void;
}

export function HopInspector({ detail, step, hopNumber, hopCount, upstream, say, onStep, onCause }: HopInspectorProps) {
  const { hop } = detail;
  const [whole, setWhole] = useState(false);
  const current = detail.steps[Math.min(step, detail.steps.length - 1)];
  const shown = whole ? detail.steps : current === undefined ? [] : [current];
  const first = detail.steps[0];
  const last = detail.steps.at(-1);
  return (
    <div className="inspector">
      <header className="inspector-head">
        <p className="crumb">
          {say(message('walk.inspector.crumb', { hop: hopNumber, hops: hopCount, step: step + 1, steps: detail.steps.length }))}
        </p>
        <div className="inspector-title-row">
          <span className={`title-icon ${badgeTone(hop.badge)}`}>
            <ThingIcon kind={hop.namespaceKind} size={16} />
          </span>
          <h2>{say(detail.title)}</h2>
        </div>
        <p className="sentence">{say(detail.sentence)}</p>
        {detail.cause !== null && <CauseLink cause={detail.cause} say={say} onCause={onCause} />}
        {upstream !== null && <UpstreamSwitch upstream={upstream} say={say} />}
        <StepBars detail={detail} step={step} say={say} onStep={onStep} />
        {current !== undefined && (
          <div className="step-now">
            <h3>{say(current.title)}</h3>
            {say(current.sentence) !== say(detail.sentence) && <p className="sentence">{say(current.sentence)}</p>}
          </div>
        )}
      </header>
      {first !== undefined && last !== undefined && current !== undefined && (
        <PacketTable step={current} whole={whole} first={first} last={last} say={say} onWhole={setWhole} />
      )}
      {shown.map((each) => (
        <StepSections key={each.index} step={each} say={say} onCause={onCause} />
      ))}
    </div>
  );
}

/** nginx reads the EndpointSlice and dials the Pod itself; with service-upstream it would dial the ClusterIP. One click walks the other way. */
function UpstreamSwitch({ upstream, say }: { readonly upstream: UpstreamChoice; readonly say: Translate }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={upstream.viaService}
      className="upstream-switch"
      onClick={() => upstream.onChange(!upstream.viaService)}
    >
      <span className="switch-track" aria-hidden="true" />
      <span>
        {say(message('walk.upstream.label'))}
        <small>{say(message(upstream.viaService ? 'walk.upstream.on' : 'walk.upstream.off'))}</small>
      </span>
    </button>
  );
}

function StepBars({ detail, step, say, onStep }: Pick<HopInspectorProps, 'detail' | 'step' | 'say' | 'onStep'>) {
  return (
    <div className="step-bars">
      {detail.steps.map((each, index) => (
        <button
          key={each.index}
          type="button"
          className={`step-bar ${detail.hop.steps[index]?.effect ?? 'none'} ${index < step ? 'done' : index === step ? 'now' : 'ahead'}`}
          aria-current={index === step ? 'step' : undefined}
          aria-label={say(message('walk.inspector.step', { number: index + 1, title: say(each.title) }))}
          title={say(each.title)}
          onClick={() => onStep(index)}
        />
      ))}
    </div>
  );
}

/** What decided in one step: rules walked, route candidates, neighbour and switch facts, conntrack. */
function StepSections({
  step,
  say,
  onCause,
}: {
  readonly step: StepDetail;
  readonly say: Translate;
  readonly onCause: (cause: Cause) => void;
}) {
  return (
    <>
      {step.rules.map((walked) => (
        <RulesSection key={`${walked.table} ${walked.hook}`} walked={walked} say={say} onCause={onCause} />
      ))}
      {step.routes.length > 0 && (
        <section className="inspector-section">
          <h3>{say(message('walk.inspector.routes'))}</h3>
          <ul className="route-rows mono">
            {step.routes.map((route) => (
              <li key={route.text} className={route.outcome}>
                <span className="mark" aria-hidden="true">
                  {route.outcome === 'won' ? '✓' : '–'}
                </span>
                <span className="route-text">{route.text}</span>
                <span className="dim">{say(message(`walk.inspector.route.${route.outcome}`, { length: route.prefixLength }))}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {step.facts.map((fact) => (
        <section key={fact.label.code} className="inspector-section">
          <h3>{say(fact.label)}</h3>
          <p className="mono fact">{fact.text}</p>
        </section>
      ))}
      {step.conntrack !== null && (
        <section className="inspector-section">
          <div className="section-head">
            <h3>{say(message('walk.inspector.conntrack'))}</h3>
            <span className="dim mono">{step.conntrack.state}</span>
          </div>
          <dl className="pairs mono">
            <dt>{say(message('walk.inspector.original'))}</dt>
            <dd>{step.conntrack.original}</dd>
            <dt>{say(message('walk.inspector.reply'))}</dt>
            <dd>{step.conntrack.reply}</dd>
          </dl>
        </section>
      )}
    </>
  );
}
