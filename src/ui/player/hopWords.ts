/** A hop as one sentence: what a screen reader says for its row, its place on the timeline, and the live region while playing. */
import { message, type Translate } from '../../shared/message.ts';
import type { HopModel, Text } from '../../view/model.ts';

export type Say = Translate;

export const sayText = (text: Text, say: Say): string => (text.kind === 'native' ? text.text : say(text.message));

/** "3, kind-worker, in eth0, out calid8b9…, destination 198.51.100.20:80 becomes 10.244.162.129:80, DNAT, -A KUBE-SEP-…" */
export function hopSentence(hop: HopModel, number: number, say: Say): string {
  const parts = [String(number), hop.name];
  if (hop.interfaceIn !== null) parts.push(say(message('walk.hop.in', { interface: hop.interfaceIn })));
  if (hop.interfaceOut !== null) parts.push(say(message('walk.hop.out', { interface: hop.interfaceOut })));
  parts.push(addressWords('source', hop.source, say), addressWords('destination', hop.destination, say));
  if (hop.outer !== null) parts.push(say(message('walk.hop.outer', { source: hop.outer.source, destination: hop.outer.destination })));
  if (hop.badge !== null) parts.push(say(message(`walk.badge.${hop.badge}`)));
  parts.push(sayText(hop.decided, say));
  return parts.join(', ');
}

function addressWords(field: 'source' | 'destination', text: HopModel['source'], say: Say): string {
  const code = text.before === text.after ? `walk.hop.${field}` : `walk.hop.${field}Becomes`;
  return say(message(code, { before: text.before, after: text.after }));
}
