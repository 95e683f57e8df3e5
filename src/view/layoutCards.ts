/** One Pod's card: name, address, its port and a chip for each container; and the small card that stands in where there are many. */
import { element, type Geometry, nativeText, type PodPlace, portBox, portKey } from './layoutGeometry.ts';
import { textWidth, wrapText } from './layoutText.ts';
import type { PodModel } from './model.ts';
import type { Box, SceneElement, SceneText, TextRole } from './scene.ts';

export type CardForm = 'full' | 'compact';

interface NameLine {
  readonly text: string;
  readonly role: TextRole;
}

interface Chip {
  readonly name: string;
  readonly ports: readonly string[];
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface CardPlan {
  readonly lines: readonly NameLine[];
  readonly chips: readonly Chip[];
  readonly height: number;
  /** From the card's top to its port. */
  readonly portY: number;
}

const roomyText = { full: 37, compact: 33 } as const;
const narrowText = 31;
const narrowCard = 160;
const textX = (form: CardForm, width: number): number => (width < narrowCard ? narrowText : roomyText[form]);
const top = { full: 19, compact: 16 } as const;
const lineHeight = 13;
const chipHeight = 20;
const chipPadding = 10;
/** Right of a packet that stands on the port. */
const chipsX = 20;
/** Above a packet that stands on the port. */
export const labelAbovePort = 13;

/** The owner's name large, the generated rest and the addresses below it: a long Pod name needs no ellipsis. */
function nameLines(pod: PodModel, width: number): readonly NameLine[] {
  const hasOwnerPrefix = pod.name.startsWith(`${pod.owner}-`) && textWidth(pod.name, 'podName') > width;
  const [head, rest] = hasOwnerPrefix ? [pod.owner, pod.name.slice(pod.owner.length + 1)] : [pod.name, ''];
  const line =
    (role: TextRole) =>
    (text: string): NameLine => ({ text, role });
  return [
    ...wrapText(head, 'podName', width).map(line('podName')),
    ...(rest === '' ? [] : wrapText(`-${rest}`, 'interface', width).map(line('interface'))),
    ...pod.addresses.flatMap((address) => wrapText(address, 'address', width)).map(line('address')),
  ];
}

/** Chips in rows; one that does not fit beside the others breaks its ports into a second line before it takes a row of its own. */
function planChips(pod: PodModel, left: number, top: number, width: number): readonly Chip[] {
  const chips: Chip[] = [];
  const right = width - 6;
  let [x, y, rowHeight] = [left, top, chipHeight];
  for (const container of [{ name: 'pause', ports: [] }, ...pod.containers]) {
    const label = [container.name, ...container.ports.map((port) => `:${port}`)].join(' ');
    const beside = wrapText(label, 'chip', right - x - chipPadding);
    const breaks = x > left && (beside.length > 2 || textWidth(container.name, 'chip') > right - x - chipPadding);
    if (breaks) {
      x = left;
      y += rowHeight + 4;
      rowHeight = chipHeight;
    }
    const lines = breaks ? wrapText(label, 'chip', right - left - chipPadding) : beside;
    const chipWidth = Math.max(...lines.map((line) => textWidth(line, 'chip'))) + chipPadding;
    const height = chipHeight + (lines.length - 1) * 12;
    rowHeight = Math.max(rowHeight, height);
    chips.push({ name: container.name, ports: container.ports, lines, x, y, width: chipWidth, height });
    x += chipWidth + 4;
  }
  return chips;
}

export function planCard(pod: PodModel, form: CardForm, width: number): CardPlan {
  const lines = nameLines(pod, width - textX(form, width) - 7);
  const textEnd = top[form] + (lines.length - 1) * lineHeight;
  if (form === 'compact') {
    const height = Math.max(34, textEnd + 9);
    return { lines, chips: [], height, portY: Math.round(height / 2) };
  }
  const chipTop = Math.max(pod.hostNetwork ? 36 : 45, textEnd + 7);
  const left = pod.hostNetwork ? 10 : chipsX;
  const chips = planChips(pod, left, chipTop, width);
  const bottom = Math.max(...chips.map((chip) => chip.y + chip.height));
  return { lines, chips, height: bottom + 8, portY: chipTop + chipHeight / 2 };
}

const stateOf = (pod: PodModel): SceneElement['state'] =>
  pod.phase === 'Pending' ? 'pending' : pod.phase === 'Terminating' ? 'terminating' : pod.ready ? 'normal' : 'notReady';

/** Emits a Pod's card at `box` and remembers where its port and its containers are. */
export function emitCard(geometry: Geometry, pod: PodModel, node: string, box: Box, form: CardForm, plan: CardPlan): PodPlace {
  const port = { x: box.x, y: box.y + plan.portY };
  const texts: SceneText[] = plan.lines.map((line, index) =>
    nativeText(line.text, box.x + textX(form, box.width), box.y + top[form] + index * lineHeight, line.role),
  );
  const hasPort = !pod.hostNetwork && pod.hostInterface !== null;
  if (hasPort && form === 'full')
    texts.push(nativeText('eth0', box.x + (box.width < narrowCard ? 5 : 7), port.y - labelAbovePort, 'interface'));
  geometry.elements.push(
    element({
      id: `pod ${pod.id}`,
      shape: form === 'full' ? 'pod' : 'compactPod',
      box,
      thing: pod.id,
      label: pod.name,
      detail: [pod.addresses.join(', '), pod.trouble ?? ''].filter((part) => part !== '').join('; '),
      texts,
      icon: iconOf(box, form),
      added: pod.added,
      state: stateOf(pod),
      variant: pod.hostNetwork ? 'hostNetwork' : '',
    }),
  );
  const containers = plan.chips.map((chip) => emitChip(geometry, pod, box, chip));
  if (hasPort) {
    const id = portKey(pod.id, 'eth0');
    geometry.elements.push(element({ id, shape: 'port', box: portBox(port), thing: pod.id, label: 'eth0', variant: 'veth' }));
    geometry.ports.set(id, { at: port, element: id });
  }
  const place: PodPlace = { kind: 'pod', box, node, port, containers: containers.filter((container) => container.name !== 'pause') };
  geometry.places.set(pod.id, place);
  return place;
}

function iconOf(box: Box, form: CardForm): SceneElement['icon'] {
  if (box.width < narrowCard) return { name: 'pod', x: box.x + 16.5, y: box.y + 18, size: 21 };
  return form === 'full'
    ? { name: 'pod', x: box.x + 20, y: box.y + 20, size: 24 }
    : { name: 'pod', x: box.x + 18, y: box.y + 18, size: 20 };
}

function emitChip(geometry: Geometry, pod: PodModel, card: Box, chip: Chip): PodPlace['containers'][number] {
  const box = { x: card.x + chip.x, y: card.y + chip.y, width: chip.width, height: chip.height };
  const id = `container ${pod.id} ${chip.name}`;
  geometry.elements.push(
    element({
      id,
      shape: 'container',
      box,
      thing: pod.id,
      label: chip.lines.join(' '),
      texts: chip.lines.map((line, index) => nativeText(line, box.x + box.width / 2, box.y + 13.5 + index * 12, 'chip', 'center')),
      variant: chip.name === 'pause' ? 'pause' : 'app',
    }),
  );
  return { name: chip.name, ports: chip.ports, element: id, at: { x: box.x, y: box.y + chipHeight / 2 } };
}
