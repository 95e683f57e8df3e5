/**
 * The shown walk as lines over the topology's own links: for each step the line that leads to it and where the packet then stands. It
 * follows the hops as the engine walked them and adds nothing; what stands in no picture (a Pod of a folded node) is walked at what hides it.
 */
import { assertNever } from '../shared/assertNever.ts';
import { type Geometry, type Place, type PodPlace, type PortPlace, portKey, type StackPlace } from './layoutGeometry.ts';
import { rowId } from './layoutNode.ts';
import type { BranchModel, HopModel, LegModel, StepModel } from './model.ts';
import { endOf, type LineEnd, routeInStack, type Spot, shiftLine } from './pathLines.ts';
import { rowOf, rowWords } from './pathRows.ts';
import { createTagPlacer, type PlaceTag } from './pathTags.ts';
import type { Point, SceneBadge, SceneLeg, SceneRow, SceneStep } from './scene.ts';

/** Model pixels between two passes over one line. */
export const lanePitch = 4;

/** The first pass of a request stands on the line itself, its second left of it; replies stand right of it. */
export const laneOffset = (reply: boolean, pass: number): number => (reply ? lanePitch * (1 + pass) : -lanePitch * pass);

/** The walker's pencil: where it is exactly, where it has drawn to, and what it has crossed. */
interface Cursor {
  readonly reply: boolean;
  spot: Spot;
  drawn: Point | null;
  place: Place | undefined;
  encapsulated: boolean;
  outer: HopModel['outer'];
  readonly cablePasses: Map<string, number>;
}

interface HopState {
  readonly hop: HopModel;
  readonly place: Place | undefined;
  /** Times the packet has entered this stack in this hop, less one. */
  pass: number;
  onSpine: boolean;
  translated: boolean;
  rejected: boolean;
  /** The row of the step before: a packet that is lost without naming a hook is lost there. */
  row: SceneRow | null;
}

export function walkLegs(geometry: Geometry, branch: BranchModel): readonly SceneLeg[] {
  const placeTag = createTagPlacer(geometry);
  return branch.legs.map((leg) => walkLeg(geometry, leg, placeTag));
}

function walkLeg(geometry: Geometry, leg: LegModel, placeTag: PlaceTag): SceneLeg {
  const cursor: Cursor = {
    reply: leg.direction === 'reply',
    spot: { kind: 'port', at: { x: 0, y: 0 } },
    drawn: null,
    place: undefined,
    encapsulated: false,
    outer: null,
    cablePasses: new Map(),
  };
  const steps: SceneStep[] = [];
  const badges: SceneBadge[] = [];
  for (const [index, hop] of leg.hops.entries()) {
    const before = leg.hops[index - 1];
    const from = steps.length;
    walkHop(geometry, cursor, hop, before, steps, placeTag);
    const badge = badgeOf(geometry, hop, steps.slice(from), badges);
    if (badge !== null) badges.push(badge);
  }
  return { id: leg.id, connection: leg.connection, reply: cursor.reply, shown: leg.shown, badges, steps };
}

function placeOf(geometry: Geometry, hop: HopModel): Place | undefined {
  return geometry.places.get(hop.namespace) ?? geometry.places.get(geometry.hiddenBehind.get(hop.namespace) ?? '');
}

function walkHop(
  geometry: Geometry,
  cursor: Cursor,
  hop: HopModel,
  before: HopModel | undefined,
  steps: SceneStep[],
  placeTag: PlaceTag,
): void {
  const place = placeOf(geometry, hop) ?? cursor.place;
  const state: HopState = { hop, place, pass: 0, onSpine: false, translated: false, rejected: false, row: null };
  const cable = enterHop(geometry, cursor, state, before);
  for (const [index, step] of hop.steps.entries()) {
    const way = moveTo(geometry, cursor, state, step, index);
    const line = joined(cursor.drawn, index === 0 ? [...cable, ...way] : way, cursor.spot);
    cursor.drawn = line.at(-1) ?? cursor.drawn;
    const encapsulatedBefore = cursor.encapsulated;
    cursor.encapsulated = step.encapsulated;
    if (step.effect === 'translated') state.translated = true;
    if (step.effect === 'rejected') state.rejected = true;
    if (hop.outer !== null) cursor.outer = hop.outer;
    steps.push(drawStep(geometry, cursor, state, { step, index, line, encapsulatedBefore }, placeTag));
  }
  cursor.place = place;
}

/** Crosses the cable from the hop before; an unknown cable is a straight line to where the packet comes in. */
function enterHop(geometry: Geometry, cursor: Cursor, state: HopState, before: HopModel | undefined): readonly Point[] {
  const { hop, place } = state;
  const inPort = hop.interfaceIn === null ? undefined : portKey(hop.namespace, hop.interfaceIn);
  const outPort = before?.interfaceOut == null ? undefined : portKey(before.namespace, before.interfaceOut);
  const arrival = (inPort === undefined ? undefined : geometry.ports.get(inPort))?.at ?? restingPoint(geometry, state);
  if (before === undefined || inPort === undefined || outPort === undefined) {
    cursor.spot = startSpot(state, arrival);
    cursor.drawn = null;
    return [];
  }
  cursor.spot = { kind: 'port', at: arrival };
  if (place !== undefined && place === cursor.place) return [];
  const forward = geometry.cables.get(`${outPort}|${inPort}`);
  const backward = geometry.cables.get(`${inPort}|${outPort}`);
  const points = forward ?? (backward === undefined ? [] : [...backward].reverse());
  const key = [outPort, inPort].sort().join('|');
  const pass = cursor.cablePasses.get(key) ?? 0;
  cursor.cablePasses.set(key, pass + 1);
  if (points.length === 0) return [arrival];
  return shiftLine(points, laneOffset(cursor.reply, pass), endOf(geometry.ports.get(outPort)), endOf(geometry.ports.get(inPort)));
}

/** Where a packet begins: in a stack at its top, elsewhere at the port it will leave by. */
function startSpot({ place }: HopState, arrival: Point): Spot {
  return place?.kind === 'stack' ? { kind: 'spine', y: place.inY } : { kind: 'port', at: arrival };
}

/** Where the packet stands in a place that has no rows: the port it leaves by, else the place's own point. */
function restingPoint(geometry: Geometry, { hop, place }: HopState): Point {
  const out = hop.interfaceOut === null ? undefined : geometry.ports.get(portKey(hop.namespace, hop.interfaceOut))?.at;
  if (out !== undefined) return out;
  if (place === undefined) return { x: 0, y: 0 };
  switch (place.kind) {
    case 'stack':
      return { x: place.spineX, y: place.inY };
    case 'folded':
    case 'card':
      return place.at;
    case 'pod':
      return place.port;
    case 'bus':
      return { x: place.x, y: place.box.y + place.box.height / 2 };
    default:
      return assertNever(place);
  }
}

/** Moves the cursor to where the step happens; returns the shifted line that leads there. */
function moveTo(geometry: Geometry, cursor: Cursor, state: HopState, step: StepModel, index: number): readonly Point[] {
  const { hop, place } = state;
  const port = step.interface === null ? undefined : geometry.ports.get(portKey(hop.namespace, step.interface));
  if (place?.kind === 'stack') return moveInStack(cursor, state, place, step, port);
  const moves = step.kind === 'transmit' || step.kind === 'bridge' || (step.kind === 'receive' && index === 0);
  const from = cursor.spot;
  if (!moves || port === undefined || from.kind !== 'port') return [];
  cursor.spot = { kind: 'port', at: port.at };
  const end: LineEnd = place?.kind === 'bus' ? 'corner' : 'port';
  return shiftLine([from.at, port.at], laneOffset(cursor.reply, 0), end, end);
}

function moveInStack(cursor: Cursor, state: HopState, stack: StackPlace, step: StepModel, port: PortPlace | undefined): readonly Point[] {
  const target = targetInStack(stack, step, port);
  if (target === null) return [];
  const from = cursor.spot;
  if (from.kind === 'port' && target.kind === 'spine' && state.onSpine) state.pass += 1;
  if (target.kind === 'spine') state.onSpine = true;
  cursor.spot = target;
  const lineEnd = (spot: Spot): LineEnd => (spot.kind === 'port' ? 'port' : 'row');
  return shiftLine(routeInStack(stack, from, target), laneOffset(cursor.reply, state.pass), lineEnd(from), lineEnd(target));
}

/** Null: the packet stays where it is. ARP for a next hop happens without the packet. */
function targetInStack(stack: StackPlace, step: StepModel, port: PortPlace | undefined): Spot | null {
  const row = rowOf(step.hook);
  if (row !== null) return { kind: 'spine', y: stack.rowY[row] };
  const atPort = step.kind === 'receive' || step.kind === 'encapsulate' || step.kind === 'decapsulate' || step.kind === 'transmit';
  return atPort && port !== undefined ? { kind: 'port', at: port.at } : null;
}

/** A line that begins where the pencil is. */
function joined(drawn: Point | null, line: readonly Point[], spot: Spot): readonly Point[] {
  const start = drawn ?? line[0] ?? (spot.kind === 'port' ? spot.at : null);
  if (start === null || start === undefined) return line;
  const result: Point[] = [start];
  for (const point of line) {
    const last = result.at(-1);
    if (last === undefined || last.x !== point.x || last.y !== point.y) result.push(point);
  }
  return result;
}

interface Drawn {
  readonly step: StepModel;
  readonly index: number;
  readonly line: readonly Point[];
  readonly encapsulatedBefore: boolean;
}

function drawStep(geometry: Geometry, cursor: Cursor, state: HopState, drawn: Drawn, placeTag: PlaceTag): SceneStep {
  const { hop, place } = state;
  const { step, index, encapsulatedBefore } = drawn;
  const line = drawn.line.length > 0 ? drawn.line : [startPoint(cursor.spot, place)];
  if (cursor.drawn === null) cursor.drawn = line.at(-1) ?? null;
  const at = line.at(-1) ?? { x: 0, y: 0 };
  const effect = state.rejected && step.effect === 'dropped' ? 'rejected' : step.effect;
  const lost = effect === 'dropped' || effect === 'rejected';
  const named = place?.kind === 'stack' ? rowWords(hop, step, cursor.reply) : null;
  const row = named ?? (lost && cursor.spot.kind === 'spine' ? state.row : null);
  if (named !== null) state.row = named;
  const reach = lost && place?.kind === 'stack' && cursor.spot.kind === 'spine';
  return {
    id: `${hop.id}.${index}`,
    hop: hop.id,
    thing: hop.namespace,
    via: line,
    at,
    elements: litElements(geometry, state, step),
    encapsulated: step.encapsulated,
    encapsulatedBefore,
    effect,
    decided: step.decided,
    row,
    beside: cursor.spot.kind === 'spine' ? (state.row?.element ?? null) : null,
    tag: row === null ? placeTag(at, tagLines(cursor, state, step), effect !== 'none') : null,
    notReached: reach && place?.kind === 'stack' ? [at, { x: at.x, y: place.outY }] : [],
  };
}

const startPoint = (spot: Spot, place: Place | undefined): Point =>
  spot.kind === 'port' ? spot.at : { x: place?.kind === 'stack' ? place.spineX : 0, y: spot.y };

/** The addresses as the packet bears them after the step. */
function tagLines(cursor: Cursor, { hop, translated }: HopState, step: StepModel) {
  const inner = { text: `→ ${translated ? hop.destination.after : hop.destination.before}`, outer: false };
  if (!step.encapsulated || cursor.outer === null) return [inner];
  return [{ text: `→ ${cursor.outer.destination}`, outer: true }, inner];
}

/** Steps in which the packet is at the interface; a route or a neighbour only names it. */
const crossing: ReadonlySet<string> = new Set(['receive', 'transmit', 'bridge', 'encapsulate', 'decapsulate']);

function litElements(geometry: Geometry, { hop, place }: HopState, step: StepModel): readonly string[] {
  const crosses = step.interface !== null && crossing.has(step.kind);
  const port = crosses ? geometry.ports.get(portKey(hop.namespace, step.interface ?? ''))?.element : undefined;
  const row = rowOf(step.hook);
  return [
    ...(port === undefined || port === null ? [] : [port]),
    ...(place?.kind === 'stack' && row !== null ? [rowId(hop.namespace, row)] : []),
    ...(place?.kind === 'pod' ? containerOf(place, hop, step) : []),
  ];
}

/** The container whose process sent or takes the packet: by its name in the step, else by its port. */
function containerOf(place: PodPlace, hop: HopModel, step: StepModel): readonly string[] {
  if (step.kind !== 'deliver' && step.kind !== 'originate') return [];
  const endpoint = step.kind === 'deliver' ? hop.destination.after : hop.source.before;
  const port = endpoint.slice(endpoint.lastIndexOf(':') + 1);
  const found =
    place.containers.find((container) => step.line.split(/\W+/).includes(container.name) || step.line === container.name) ??
    place.containers.find((container) => container.ports.some((declared) => declared.split('/')[0] === port)) ??
    place.containers[0];
  return found === undefined ? [] : [found.element];
}

/** A disc on the thing's top right border; on a bus beside the packet's way; a second one of the same leg stands left of the first. */
function badgeOf(geometry: Geometry, hop: HopModel, steps: readonly SceneStep[], before: readonly SceneBadge[]): SceneBadge | null {
  const place = placeOf(geometry, hop);
  if (place === undefined) return null;
  const { box } = place;
  const ys = steps.flatMap((step) => step.via.map((point) => point.y));
  const middle = ys.length === 0 ? box.y : (Math.min(...ys) + Math.max(...ys)) / 2;
  const wanted =
    place.kind === 'bus'
      ? { x: box.x + box.width + 10, y: clamp(middle, box.y + 10, box.y + box.height - 10) }
      : { x: box.x + box.width - 15, y: box.y };
  let x = wanted.x;
  while (before.some((badge) => Math.abs(badge.at.y - wanted.y) < 18 && Math.abs(badge.at.x - x) < 19)) x -= 20;
  return { hop: hop.id, number: hop.number, at: { x, y: wanted.y } };
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
