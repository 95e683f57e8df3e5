/**
 * The Pods of one node, by how many they are: up to 3 as full cards in a column, up to 10 as full cards in two columns or as small cards,
 * up to 50 as a grid of glyphs by owner, more as one counted tile an owner. From 11 on the Pods of the walk stand below as full cards.
 */
import { type CardForm, emitCard, labelAbovePort, planCard } from './layoutCards.ts';
import { element, type Geometry, nativeText, type PodPlace, portBox, portKey } from './layoutGeometry.ts';
import type { Placement } from './layoutPlacement.ts';
import { textWidth, wrapText } from './layoutText.ts';
import type { NodeModel, PodModel } from './model.ts';
import { ownerKey, type Point, type StageSettings } from './scene.ts';

export interface PodsInput {
  readonly node: NodeModel;
  readonly placement: Placement;
  readonly stage: StageSettings;
  /** Ids of the Pods on the shown walk. */
  readonly walked: ReadonlySet<string>;
}

interface PlacedCard {
  readonly pod: PodModel;
  readonly form: CardForm;
  readonly plan: ReturnType<typeof planCard>;
  /** Relative to the Pods' area. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Where a veth to the second column leaves the rail, when it can't go straight; relative. */
  readonly laneY: number | null;
}

interface OwnerBlock {
  readonly owner: string;
  readonly pods: readonly PodModel[];
  readonly y: number;
  readonly tile: boolean;
  readonly dots: readonly Point[];
}

export interface PodsPlan {
  readonly cards: readonly PlacedCard[];
  readonly blocks: readonly OwnerBlock[];
  readonly height: number;
}

const dot = { size: 14, pitch: 19, perLine: 10, title: 18 } as const;
const tileHeight = 30;
const secondColumnGap = 30;
const laneAbove = 9;

export function planPods(geometry: Geometry, input: PodsInput): PodsPlan {
  const { metrics } = geometry;
  const slotOf = (pod: PodModel): number => input.placement.slots[pod.id]?.slot ?? 0;
  const pods = [...input.node.pods].sort((left, right) => slotOf(left) - slotOf(right));
  if (pods.length <= 3) return planColumn(geometry, input, pods, slotOf, 'full', metrics.podGap);
  if (pods.length <= 10) {
    if (metrics.twoColumns) return planTwoColumns(pods, slotOf, metrics.podWidth);
    return planColumn(geometry, input, pods, slotOf, 'compact', metrics.vethLines === 2 ? 12 : 8);
  }
  return planCrowd(geometry, input, pods);
}

/** A slot keeps the room of the largest card it held, also while it is empty. What packetwalk added and no packet visits stays small. */
function planColumn(
  geometry: Geometry,
  { node, placement, walked }: PodsInput,
  pods: readonly PodModel[],
  slotOf: (pod: PodModel) => number,
  form: CardForm,
  gap: number,
): PodsPlan {
  const width = geometry.metrics.podWidth;
  const known = placement.heights[node.id];
  const heights: Record<number, number> = known?.form === form ? { ...known.bySlot } : {};
  const bySlot = new Map(pods.map((pod) => [slotOf(pod), pod]));
  const cards: PlacedCard[] = [];
  const last = Math.max(-1, ...bySlot.keys());
  let y = 0;
  for (let slot = 0; slot <= last; slot += 1) {
    const pod = bySlot.get(slot);
    const shown = pod?.added === true && !walked.has(pod.id) ? 'compact' : form;
    const plan = pod === undefined ? null : planCard(pod, shown, width);
    if (pod !== undefined && plan !== null) cards.push({ pod, form: shown, plan, x: 0, y, width, laneY: null });
    const height = Math.max(heights[slot] ?? 0, plan?.height ?? 0);
    heights[slot] = height;
    y += height + gap;
  }
  geometry.slotHeights.set(node.id, { form, bySlot: heights });
  return { cards, blocks: [], height: Math.max(0, y - gap) };
}

function planTwoColumns(pods: readonly PodModel[], slotOf: (pod: PodModel) => number, width: number): PodsPlan {
  const cards: PlacedCard[] = [];
  const gap = 26;
  const bySlot = new Map(pods.map((pod) => [slotOf(pod), pod]));
  const last = Math.max(...bySlot.keys());
  let y = 0;
  let height = 84;
  for (let row = 0; row * 2 <= last; row += 1) {
    const both = [bySlot.get(row * 2), bySlot.get(row * 2 + 1)];
    const plans = both.map((pod) => (pod === undefined ? null : planCard(pod, 'full', width)));
    height = Math.max(0, ...plans.map((plan) => plan?.height ?? 0)) || height;
    for (const [column, pod] of both.entries()) {
      const plan = plans[column];
      if (pod === undefined || plan === undefined || plan === null) continue;
      cards.push({
        pod,
        form: 'full',
        plan,
        x: column * (width + secondColumnGap),
        y: y + laneAbove,
        width,
        laneY: column === 0 ? null : y,
      });
    }
    y += height + gap;
  }
  return { cards, blocks: [], height: y - gap + laneAbove };
}

function planCrowd({ metrics }: Geometry, { node, placement, stage, walked }: PodsInput, pods: readonly PodModel[]): PodsPlan {
  const tiled = pods.length > 50;
  const areaWidth = metrics.twoColumns ? metrics.podWidth * 2 + secondColumnGap : metrics.podWidth;
  const perLine = Math.max(4, Math.min(dot.perLine, Math.floor(areaWidth / dot.pitch)));
  const byOwner = new Map<string, PodModel[]>();
  for (const pod of pods) byOwner.set(pod.owner, [...(byOwner.get(pod.owner) ?? []), pod]);
  const blocks: OwnerBlock[] = [];
  let y = 0;
  for (const owner of placement.owners[node.id] ?? []) {
    const members = byOwner.get(owner);
    if (members === undefined) continue;
    const titleLines = wrapText(ownerTitle(owner, members.length), 'podName', areaWidth - (tiled ? 60 : 0)).length;
    const title = tiled ? tileHeight + (titleLines - 1) * 13 : dot.title + (titleLines - 1) * 13;
    const open = !tiled || stage.expanded[ownerKey(node.id, owner)] === true;
    const dotTop = y + title + (tiled ? 6 : 0);
    const dots = open
      ? members.map((_, index) => ({ x: (index % perLine) * dot.pitch, y: dotTop + Math.floor(index / perLine) * dot.pitch }))
      : [];
    blocks.push({ owner, pods: members, y, tile: tiled, dots });
    y = dotTop + (open ? Math.ceil(members.length / perLine) * dot.pitch : 0) + (tiled ? 2 : 6);
  }
  const cards: PlacedCard[] = [];
  for (const pod of pods.filter((candidate) => walked.has(candidate.id))) {
    const plan = planCard(pod, 'full', metrics.podWidth);
    cards.push({ pod, form: 'full', plan, x: 0, y: y + 6, width: metrics.podWidth, laneY: null });
    y += plan.height + metrics.podGap;
  }
  const reserved = cards.length === 0 ? 84 + metrics.podGap : 0;
  return { cards, blocks, height: y + reserved };
}

const ownerTitle = (owner: string, count: number): string => `${owner}, ${count}`;

/** Emits the planned Pods with their veths from the rail at `railX`; returns the heights at which veths leave the rail. */
export function emitPods(geometry: Geometry, input: PodsInput, plan: PodsPlan, origin: Point, railX: number): readonly number[] {
  const heights: number[] = [];
  for (const block of plan.blocks) heights.push(...emitBlock(geometry, input, block, origin, railX));
  for (const card of plan.cards) {
    const box = { x: origin.x + card.x, y: origin.y + card.y, width: card.width, height: card.plan.height };
    const place = emitCard(geometry, card.pod, input.node.id, box, card.form, card.plan);
    heights.push(emitVeth(geometry, input.node, card, place, origin, railX));
  }
  return heights;
}

function emitVeth(geometry: Geometry, node: NodeModel, { pod, laneY }: PlacedCard, place: PodPlace, origin: Point, railX: number): number {
  const y = laneY === null ? place.port.y : origin.y + laneY;
  const bend = place.box.x - 14;
  const points: readonly Point[] =
    laneY === null ? [{ x: railX, y }, place.port] : [{ x: railX, y }, { x: bend, y }, { x: bend, y: place.port.y }, place.port];
  if (pod.hostNetwork || pod.hostInterface === null) {
    if (pod.hostNetwork) geometry.links.push({ id: `host ${pod.id}`, kind: 'inside', from: null, to: null, points });
    return y;
  }
  const hostPort = portKey(node.id, pod.hostInterface);
  const podPort = portKey(pod.id, 'eth0');
  geometry.elements.push(
    element({
      id: hostPort,
      shape: 'port',
      box: portBox({ x: railX, y }),
      thing: node.id,
      label: pod.hostInterface,
      variant: 'veth',
      texts: vethName(geometry, pod.hostInterface, railX, y),
    }),
  );
  geometry.ports.set(hostPort, { at: { x: railX, y }, element: hostPort });
  geometry.cables.set(`${hostPort}|${podPort}`, points);
  geometry.links.push({ id: `veth ${pod.id}`, kind: 'veth', from: hostPort, to: podPort, points });
  return y;
}

/** The interface's name above its line; in a narrow stage half above and half below. */
function vethName({ metrics }: Geometry, name: string, railX: number, y: number) {
  const room = metrics.vethWidth - 8;
  if (textWidth(name, 'interface') <= room) return [nativeText(name, railX + 7, y - labelAbovePort + 1, 'interface')];
  const lines = wrapText(name, 'interface', room);
  const half = Math.ceil(name.length / 2);
  const [above, below] = lines.length <= 2 ? [name.slice(0, half), name.slice(half)] : [lines[0] ?? '', lines.slice(1).join('')];
  return [
    nativeText(above, railX + 7, y - labelAbovePort + 1, 'interface'),
    nativeText(below, railX + 7, y + labelAbovePort + 6, 'interface'),
  ];
}

function emitBlock(geometry: Geometry, { node, stage }: PodsInput, block: OwnerBlock, origin: Point, railX: number): readonly number[] {
  const { metrics } = geometry;
  const top = origin.y + block.y;
  const width = metrics.twoColumns ? metrics.podWidth * 2 + secondColumnGap : metrics.podWidth;
  const key = ownerKey(node.id, block.owner);
  const titleX = origin.x + (block.tile ? 34 : 0);
  const lines = wrapText(ownerTitle(block.owner, block.pods.length), 'podName', width - (block.tile ? 60 : 0));
  const height = (block.tile ? tileHeight : dot.title) + (lines.length - 1) * 13;
  geometry.elements.push(
    element({
      id: `owner ${key}`,
      shape: block.tile ? 'podTile' : 'label',
      box: { x: origin.x, y: top, width, height },
      thing: '',
      label: ownerTitle(block.owner, block.pods.length),
      texts: lines.map((line, index) => nativeText(line, titleX, top + (block.tile ? 19 : 11) + index * 13, 'podName')),
      icon: block.tile ? { name: 'pod', x: origin.x + 18, y: top + height / 2, size: 20 } : null,
      variant: stage.expanded[key] === true ? 'expanded' : 'collapsed',
      toggles: block.tile ? key : null,
    }),
  );
  for (const [index, at] of block.dots.entries()) {
    const pod = block.pods[index];
    if (pod === undefined) continue;
    geometry.elements.push(
      element({
        id: `dot ${pod.id}`,
        shape: 'podDot',
        box: { x: origin.x + at.x, y: origin.y + at.y, width: dot.size, height: dot.size },
        thing: pod.id,
        label: pod.name,
        detail: pod.addresses.join(', '),
        state: pod.phase === 'Pending' ? 'pending' : pod.ready ? 'normal' : 'notReady',
      }),
    );
  }
  return emitBundle(geometry, block, key, origin, top, height, railX);
}

/** The veths of an owner's Pods as one counted line. */
function emitBundle(
  geometry: Geometry,
  block: OwnerBlock,
  key: string,
  origin: Point,
  top: number,
  height: number,
  railX: number,
): readonly number[] {
  const veths = block.pods.filter((pod) => pod.hostInterface !== null).length;
  if (veths === 0) return [];
  const first = block.dots[0];
  const y = block.tile || first === undefined ? top + height / 2 : origin.y + first.y + dot.size / 2;
  geometry.elements.push(
    element({
      id: `bundle ${key}`,
      shape: 'label',
      box: { x: railX + 6, y: y - 15, width: 50, height: 11 },
      texts: [nativeText(`${veths} veth`, railX + 7, y - labelAbovePort + 1, 'interface')],
    }),
  );
  geometry.links.push({
    id: `bundle ${key}`,
    kind: 'inside',
    from: null,
    to: null,
    points: [
      { x: railX, y },
      { x: origin.x - 5, y },
    ],
  });
  return [y];
}
