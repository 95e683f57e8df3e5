/** Pods without a node, in a tray below the nodes: small cards while they are few, counted tiles by owner when they are many. */
import { message } from '../shared/message.ts';
import { emitCard, planCard } from './layoutCards.ts';
import { element, type Geometry, nativeText } from './layoutGeometry.ts';
import type { PodModel } from './model.ts';

const mostCards = 12;
const gap = 8;
const head = 30;

/** Emits the tray below `top` when something is pending; returns the lowest y. */
export function emitPending(geometry: Geometry, pending: readonly PodModel[], top: number): number {
  if (pending.length === 0) return top;
  const { nodeX, nodeWidth, nodeGap } = geometry.metrics;
  const y = top + nodeGap;
  const perLine = Math.max(1, Math.floor((nodeWidth - 16) / 190));
  const width = Math.floor((nodeWidth - 20 - (perLine - 1) * gap) / perLine);
  const trayIndex = geometry.elements.length;
  const bottom =
    pending.length <= mostCards
      ? emitCards(geometry, pending, nodeX + 10, y + head, width, perLine)
      : emitTiles(geometry, pending, nodeX + 10, y + head, width, perLine);
  const box = { x: nodeX, y, width: nodeWidth, height: bottom - y + 10 };
  geometry.elements.splice(
    trayIndex,
    0,
    element({
      id: 'pending',
      shape: 'pendingTray',
      box,
      label: 'Pending',
      texts: [
        {
          ...nativeText('Pending', nodeX + 12, y + 19, 'region'),
          words: message('topology.pending', { count: pending.length }),
        },
      ],
    }),
  );
  return y + box.height;
}

function emitCards(geometry: Geometry, pods: readonly PodModel[], left: number, top: number, width: number, perLine: number): number {
  let [y, height] = [top, 0];
  for (const [index, pod] of pods.entries()) {
    const plan = planCard(pod, 'compact', width);
    if (index > 0 && index % perLine === 0) {
      y += height + gap;
      height = 0;
    }
    height = Math.max(height, plan.height);
    const box = { x: left + (index % perLine) * (width + gap), y, width, height: plan.height };
    emitCard(geometry, pod, '', box, 'compact', plan);
  }
  return y + height;
}

function emitTiles(geometry: Geometry, pods: readonly PodModel[], left: number, top: number, width: number, perLine: number): number {
  const counts = new Map<string, number>();
  for (const pod of pods) counts.set(pod.owner, (counts.get(pod.owner) ?? 0) + 1);
  let index = 0;
  for (const [owner, count] of counts) {
    const box = { x: left + (index % perLine) * (width + gap), y: top + Math.floor(index / perLine) * 38, width, height: 30 };
    geometry.elements.push(
      element({
        id: `pending owner ${owner}`,
        shape: 'podTile',
        box,
        label: `${owner}, ${count}`,
        state: 'pending',
        texts: [nativeText(`${owner}, ${count}`, box.x + 34, box.y + 19, 'podName')],
        icon: { name: 'pod', x: box.x + 18, y: box.y + 15, size: 20 },
      }),
    );
    index += 1;
  }
  return top + Math.ceil(counts.size / perLine) * 38 - 8;
}
