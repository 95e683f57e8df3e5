/**
 * What is outside the cluster: clients, the internet, balancers and routers as cards in one column, their cables in a corridor right of
 * it. Ports stand on the cards' right border beside the icon, so that a packet on one covers no text.
 */
import { message } from '../shared/message.ts';
import { element, type Geometry, nativeText, portBox, portSize } from './layoutGeometry.ts';
import { edge } from './layoutMetrics.ts';
import { wrapText } from './layoutText.ts';
import type { OutsideModel, TopologyModel } from './model.ts';

const portPitch = 13;
const firstPort = 17;
const cardGap = 14;
const regionHead = 32;

/** Emits the column; returns its lowest y. */
export function emitOutside(geometry: Geometry, topology: TopologyModel, order: readonly string[]): number {
  const { outside } = geometry.metrics;
  const byId = new Map(topology.outside.map((thing) => [thing.id, thing]));
  let y = edge + 4 + regionHead;
  for (const id of order) {
    const thing = byId.get(id);
    if (thing === undefined) continue;
    y += emitCard(geometry, thing, y) + cardGap;
  }
  if (order.length === 0) return edge;
  const box = { x: outside.x, y: edge + 4, width: outside.width, height: y - edge - 4 };
  geometry.elements.unshift(
    element({
      id: 'outside',
      shape: 'outsideRegion',
      box,
      texts: [
        { ...nativeText('outside', box.x + box.width / 2, box.y + 17, 'region', 'center'), words: message('topology.outside.region') },
      ],
    }),
  );
  return y;
}

function emitCard(geometry: Geometry, thing: OutsideModel, top: number): number {
  const { outside } = geometry.metrics;
  const width = outside.width - outside.inset * 2;
  const x = outside.x + outside.inset;
  const middle = x + width / 2;
  const title = titleOf(thing);
  const titleLines = wrapText(title, 'cardName', width - 10);
  const addresses = [...new Set(thing.addresses)].flatMap((address) => wrapText(address, 'address', width - 4));
  const head = Math.max(34, firstPort + (thing.ports.length - 1) * portPitch + 10);
  const height = head + titleLines.length * 14 + addresses.length * 13 + 9;
  const box = { x, y: top, width, height };
  geometry.elements.push(
    element({
      id: `card ${thing.id}`,
      shape: 'card',
      box,
      thing: thing.id,
      label: title,
      detail: thing.addresses.join(', '),
      texts: [
        ...titleLines.map((line, index) => ({
          ...nativeText(line, middle, top + head + 9 + index * 14, 'cardName', 'center'),
          words: titleLines.length === 1 ? wordsOf(thing) : null,
        })),
        ...addresses.map((line, index) =>
          nativeText(line, middle, top + head + 9 + titleLines.length * 14 + index * 13, 'address', 'center'),
        ),
      ],
      icon: { name: thing.kind, x: middle, y: top + 19, size: 18 },
      added: thing.added,
    }),
  );
  for (const [index, port] of thing.ports.entries()) {
    const at = { x: x + width, y: top + firstPort + index * portPitch };
    geometry.elements.push(
      element({ id: port.id, shape: 'port', box: portBox(at), thing: thing.id, label: port.name, variant: port.device }),
    );
    geometry.ports.set(port.id, { at, element: port.id });
  }
  geometry.places.set(thing.id, { kind: 'card', box, at: { x: x + width, y: top + firstPort } });
  return height;
}

/** The thing's own id in words: "load-balancer" is "load balancer". */
const titleOf = (thing: OutsideModel): string => thing.id.replaceAll('-', ' ');

/** Things that packetwalk adds have a name of the kind; others keep their own. */
const wordsOf = (thing: OutsideModel) => (thing.added && thing.id === thing.kind ? message(`topology.outside.${thing.kind}`) : null);

/** Cables between outside things: a straight line where the cards are neighbours, else a bracket in the corridor, one track for each overlap. */
export function emitOutsideCables(geometry: Geometry, topology: TopologyModel): void {
  const { outside, busX } = geometry.metrics;
  const tracks: { readonly low: number; readonly high: number }[][] = [];
  const ids = new Set(topology.outside.flatMap((thing) => thing.ports.map((port) => port.id)));
  const inner = topology.links.filter((link) => ids.has(link.from) && ids.has(link.to));
  const sized = inner
    .flatMap((link) => {
      const [from, to] = [geometry.ports.get(link.from)?.at, geometry.ports.get(link.to)?.at];
      return from === undefined || to === undefined ? [] : [{ link, from, to, low: Math.min(from.y, to.y), high: Math.max(from.y, to.y) }];
    })
    .sort((left, right) => left.high - left.low - (right.high - right.low) || left.low - right.low);
  const firstTrack = outside.x + outside.width + 7;
  for (const { link, from, to, low, high } of sized) {
    let track = tracks.findIndex((taken) => taken.every((other) => other.high + portSize < low || other.low - portSize > high));
    if (track === -1) track = tracks.push([]) - 1;
    tracks[track]?.push({ low, high });
    const x = Math.min(firstTrack + track * 8, busX - 6);
    const points = [from, { x, y: from.y }, { x, y: to.y }, to];
    geometry.cables.set(`${link.from}|${link.to}`, points);
    geometry.links.push({ id: link.id, kind: 'wire', from: link.from, to: link.to, points });
  }
}
