/** Headers before and after, changed rows marked, outer headers on top; below them the layers in bytes against the MTU. */
import { message, type Translate } from '../../shared/message.ts';
import type { HeaderRow, StepDetail } from '../../view/model.ts';

export interface PacketTableProps {
  readonly step: StepDetail;
  readonly whole: boolean;
  readonly first: StepDetail;
  readonly last: StepDetail;
  readonly say: Translate;
  readonly onWhole: (whole: boolean) => void;
}

export function PacketTable({ step, whole, first, last, say, onWhole }: PacketTableProps) {
  const rows = whole ? acrossHop(first.headers, last.headers) : step.headers;
  const layers = whole ? last.layers : step.layers;
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  return (
    <section className="inspector-section">
      <div className="section-head">
        <h3>{say(message('walk.inspector.packet'))}</h3>
        <fieldset className="segmented" aria-label={say(message('walk.inspector.packetSpan'))}>
          <button type="button" aria-pressed={!whole} onClick={() => onWhole(false)}>
            {say(message('walk.inspector.thisStep'))}
          </button>
          <button type="button" aria-pressed={whole} onClick={() => onWhole(true)}>
            {say(message('walk.inspector.wholeHop'))}
          </button>
        </fieldset>
      </div>
      <table className="packet-table">
        <thead>
          <tr>
            <th scope="col">{say(message('walk.inspector.field'))}</th>
            <th scope="col">{say(message('walk.inspector.before'))}</th>
            <th scope="col">{say(message('walk.inspector.after'))}</th>
          </tr>
        </thead>
        <tbody className="mono">
          {rows.map((row) => (
            <PacketRow key={`${row.outer} ${row.field.code}`} row={row} say={say} />
          ))}
        </tbody>
      </table>
      <div className="layers mono" role="img" aria-label={layers.map((layer) => `${layer.name} ${layer.bytes}`).join(', ')}>
        {layers.map((layer, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same layer may stand twice, outside and inside
          <span key={index} className={layer.outer ? 'outer' : undefined} style={{ flexGrow: layer.bytes }}>
            {layer.name}
            <small>{layer.bytes}</small>
          </span>
        ))}
        <span className="layers-sum">
          {bytes} B{step.mtu === null ? '' : <small>MTU {step.mtu}</small>}
        </span>
      </div>
    </section>
  );
}

function PacketRow({ row, say }: { readonly row: HeaderRow; readonly say: Translate }) {
  const tone = `${row.changed ? 'changed' : ''} ${row.outer ? 'outer' : ''}`;
  const unchanged = row.before === row.after;
  return (
    <tr className={tone}>
      <th scope="row">{say(row.field)}</th>
      {unchanged ? (
        <td colSpan={2}>{row.after}</td>
      ) : (
        <>
          <td>{row.before ?? '–'}</td>
          <td className="after">{row.after ?? '–'}</td>
        </>
      )}
    </tr>
  );
}

/** From what came in to what went out: the first step's before and the last step's after. */
function acrossHop(first: readonly HeaderRow[], last: readonly HeaderRow[]): readonly HeaderRow[] {
  const keyOf = (row: HeaderRow): string => `${row.outer} ${row.field.code}`;
  const before = new Map(first.map((row) => [keyOf(row), row]));
  const after = new Map(last.map((row) => [keyOf(row), row]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const row = after.get(key) ?? before.get(key);
    if (row === undefined) return [];
    const start = before.get(key);
    const was = start?.before ?? start?.after ?? null;
    const is = after.get(key)?.after ?? null;
    return [{ ...row, before: was, after: is, changed: was !== null && is !== null && was !== is }];
  });
}
