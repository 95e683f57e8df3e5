/** What the lines of the picture mean: only those that are in it now. Wire and overlay stand in the toolbar, with their switches. */
import { message, type Translate } from '../../shared/message.ts';

export type LegendLine = 'veth' | 'added' | 'walked' | 'encapsulated' | 'toWalk' | 'notReached';

export function Legend({ lines, translate }: { readonly lines: readonly LegendLine[]; readonly translate: Translate }) {
  return (
    <ul className="topology-legend" aria-label={translate(message('topology.legend.label'))}>
      {lines.map((line) => (
        <li key={line}>
          <span className={`swatch ${line}`} aria-hidden="true" />
          {translate(message(`topology.legend.${line}`))}
        </li>
      ))}
    </ul>
  );
}
