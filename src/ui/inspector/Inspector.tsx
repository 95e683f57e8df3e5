/** The right-hand area: the hop under the playhead, or the thing that was clicked. */
import { X } from 'lucide-react';
import { message, type Translate } from '../../shared/message.ts';
import type { Cause, HopDetail, ThingDetail } from '../../view/model.ts';
import { CauseLink } from './CauseLink.tsx';
import { HopInspector, type UpstreamChoice } from './HopInspector.tsx';
import { NativeText } from './NativeText.tsx';
import './inspector.css';

export interface InspectorProps {
  readonly hop: HopDetail | null;
  /** Index of the step under the playhead within the hop. */
  readonly step: number;
  readonly hopNumber: number;
  readonly hopCount: number;
  readonly thing: ThingDetail | null;
  readonly upstream: UpstreamChoice | null;
  readonly say: Translate;
  readonly onStep: (stepOfHop: number) => void;
  readonly onCause: (cause: Cause) => void;
  readonly onCloseThing: () => void;
}

export function Inspector(props: InspectorProps) {
  const { hop, thing, say } = props;
  if (thing !== null) return <ThingInspector thing={thing} say={say} onCause={props.onCause} onClose={props.onCloseThing} />;
  if (hop !== null) {
    return (
      <HopInspector
        detail={hop}
        step={props.step}
        hopNumber={props.hopNumber}
        hopCount={props.hopCount}
        upstream={props.upstream}
        say={say}
        onStep={props.onStep}
        onCause={props.onCause}
      />
    );
  }
  return <p className="inspector-empty">{say(message('walk.inspector.empty'))}</p>;
}

interface ThingInspectorProps {
  readonly thing: ThingDetail;
  readonly say: Translate;
  readonly onCause: (cause: Cause) => void;
  readonly onClose: () => void;
}

function ThingInspector({ thing, say, onCause, onClose }: ThingInspectorProps) {
  return (
    <div className="inspector">
      <header className="inspector-head">
        <div className="inspector-title-row">
          <h2>{thing.title}</h2>
          <button type="button" className="icon-button" onClick={onClose} aria-label={say(message('walk.inspector.close'))}>
            <X size={16} aria-hidden="true" />
          </button>
        </div>
        {thing.cause !== null && <CauseLink cause={thing.cause} say={say} onCause={onCause} />}
      </header>
      {thing.kubectl !== '' && (
        <section className="inspector-section">
          <h3>kubectl get -o wide</h3>
          <KubectlRow text={thing.kubectl} />
        </section>
      )}
      {thing.sections.map((section) => (
        <NativeText key={section.title.code} title={say(section.title)} text={section.text} say={say} />
      ))}
    </div>
  );
}

/** A kubectl table of one row, turned on its side: it is wider than the panel. */
function KubectlRow({ text }: { readonly text: string }) {
  const [header = '', row = ''] = text.split('\n');
  const columns = [...header.matchAll(/\S+(?: \S+)*/g)].map((match, index, all) => ({
    name: match[0],
    value: row.slice(match.index, all[index + 1]?.index ?? row.length).trim(),
  }));
  return (
    <dl className="kubectl-row mono">
      {columns.map((column) => (
        <div key={column.name}>
          <dt>{column.name}</dt>
          <dd>{column.value}</dd>
        </div>
      ))}
    </dl>
  );
}
