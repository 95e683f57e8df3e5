/**
 * All nodes from top to bottom, the buses of their segments beside them, and the overlay between. Few nodes stand open, one below the
 * other; of many only those on the walk do, and the rest are folded into rows or, when even those are too many, a grid of tiles.
 */
import { message } from '../shared/message.ts';
import { element, type Geometry, nativeText } from './layoutGeometry.ts';
import { edge } from './layoutMetrics.ts';
import { emitFolded, emitNode, planFolded, planNode, tunnelPort, uplinkPort } from './layoutNode.ts';
import type { Placement } from './layoutPlacement.ts';
import { textWidth } from './layoutText.ts';
import type { NodeModel, TopologyModel } from './model.ts';
import type { Point, StageSettings } from './scene.ts';

export interface RowsInput {
  readonly topology: TopologyModel;
  readonly placement: Placement;
  readonly stage: StageSettings;
  readonly walked: { readonly nodes: ReadonlySet<string>; readonly pods: ReadonlySet<string> };
}

const mostOpen = 6;
const mostRows = 14;
const tileGap = 10;
const leastTileWidth = 230;

/** Whether a node stands open: as the user left it, else by how many there are, who is walked, and its role. */
export function isOpen(node: NodeModel, { topology, stage, walked }: RowsInput): boolean {
  const chosen = stage.expanded[node.id];
  if (chosen !== undefined) return chosen;
  if (walked.nodes.has(node.id)) return true;
  if (topology.nodes.length > mostOpen) return false;
  return node.role === 'worker' || topology.nodes.length === 1;
}

interface RowState {
  y: number;
  readonly overlay: Point[];
  readonly reached: Map<string, number[]>;
  overlayLabelY: number | null;
}

/** Emits everything right of the outside; returns the lowest y. */
export function emitRows(geometry: Geometry, input: RowsInput, top: number): number {
  const { topology, placement } = input;
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const rows = placement.rows.flatMap((id) => byId.get(id) ?? []);
  const state: RowState = { y: top, overlay: [], reached: new Map(), overlayLabelY: null };
  const segments = [...new Set(rows.map((node) => node.segment))];
  for (const [index, segment] of segments.entries()) {
    if (index > 0) state.y += 34;
    emitSegmentRows(
      geometry,
      input,
      rows.filter((node) => node.segment === segment),
      state,
    );
  }
  emitOverlay(geometry, topology, state);
  emitBuses(geometry, topology, state.reached, top);
  return Math.max(top, state.y - geometry.metrics.nodeGap);
}

function emitSegmentRows(geometry: Geometry, input: RowsInput, rows: readonly NodeModel[], state: RowState): void {
  const gridded = rows.filter((node) => !isOpen(node, input)).length > mostRows;
  for (const node of rows) {
    const open = isOpen(node, input);
    if (!open && gridded) continue;
    const { placement, stage, walked } = input;
    const podsInput = { node, placement, stage, walked: walked.pods };
    if (open) {
      const plan = planNode(geometry, podsInput);
      const folds = input.topology.nodes.length > 1;
      emitNode(geometry, podsInput, plan, state.y, folds);
      state.y += plan.height;
    } else {
      state.y += emitRow(geometry, node, state.y);
    }
    reach(geometry, node, state);
    if (state.overlayLabelY === null && open && state.overlay.length > 0) state.overlayLabelY = state.y + 11.5;
    state.y += geometry.metrics.nodeGap;
  }
  if (gridded) emitGrid(geometry, input, rows, state);
}

function emitRow(geometry: Geometry, node: NodeModel, y: number): number {
  const { nodeX, nodeWidth } = geometry.metrics;
  const { height } = planFolded(geometry, node, nodeWidth);
  const box = { x: nodeX, y, width: nodeWidth, height };
  const tunnelAt = tunnelPort(node) === null ? null : { x: nodeX, y: y + Math.round(height * 0.7) };
  const at = { x: nodeX, y: y + Math.round(height * (tunnelAt === null ? 0.5 : 0.3)) };
  emitFolded(geometry, { node, box, at, tunnelAt });
  return height;
}

/** Notes where a node hangs on its bus and on the overlay. */
function reach(geometry: Geometry, node: NodeModel, state: RowState): void {
  const uplink = geometry.ports.get(uplinkPort(node));
  if (uplink !== undefined) state.reached.set(node.segment, [...(state.reached.get(node.segment) ?? []), uplink.at.y]);
  const tunnel = tunnelPort(node);
  const at = tunnel === null ? undefined : geometry.ports.get(tunnel)?.at;
  if (at !== undefined) state.overlay.push(at);
}

/** Every folded node of the segment in a grid; a node that stands open now keeps its place in it empty. A branch of the bus runs above each line. */
function emitGrid(geometry: Geometry, input: RowsInput, rows: readonly NodeModel[], state: RowState): void {
  const { nodeX, nodeWidth, busX, busWidth } = geometry.metrics;
  const perLine = Math.max(1, Math.floor((nodeWidth + tileGap) / (leastTileWidth + tileGap)));
  const width = Math.floor((nodeWidth - (perLine - 1) * tileGap) / perLine);
  const height = rows.reduce((most, node) => Math.max(most, planFolded(geometry, node, width).height), 0);
  const pitch = height + 18;
  const segment = rows[0]?.segment ?? '';
  const branches: number[] = [];
  for (const [index, node] of rows.entries()) {
    const lineTop = state.y + Math.floor(index / perLine) * pitch;
    if (index % perLine === 0) branches.push(lineTop + 4);
    if (isOpen(node, input)) continue;
    const x = nodeX + (index % perLine) * (width + tileGap);
    const box = { x, y: lineTop + 14, width, height };
    const at = { x: x + 24, y: box.y };
    emitFolded(geometry, { node, box, at, tunnelAt: null });
    geometry.cables.set(`${uplinkPort(node)}|bus`, [at, { x: at.x, y: lineTop + 4 }, { x: busX + busWidth / 2, y: lineTop + 4 }]);
  }
  state.reached.set(segment, [...(state.reached.get(segment) ?? []), ...branches]);
  state.y += Math.ceil(rows.length / perLine) * pitch + geometry.metrics.nodeGap;
}

/** The dashed line in the corridor, one piece from each tunnel port to the next. */
function emitOverlay(geometry: Geometry, topology: TopologyModel, state: RowState): void {
  const { overlayX, nodeX } = geometry.metrics;
  if (topology.overlay === null || state.overlay.length < 2) return;
  const portIds = new Map([...geometry.ports].map(([id, port]) => [port.at, id]));
  for (const [index, at] of state.overlay.entries()) {
    const next = state.overlay[index + 1];
    if (next === undefined) break;
    geometry.links.push({
      id: `overlay ${portIds.get(at) ?? index}`,
      kind: 'overlay',
      from: portIds.get(at) ?? null,
      to: portIds.get(next) ?? null,
      points: [...(index === 0 ? [at] : []), { x: overlayX, y: at.y }, { x: overlayX, y: next.y }, next],
    });
  }
  if (state.overlayLabelY === null) return;
  const text = { ...nativeText(topology.overlay.label, nodeX + 4, state.overlayLabelY, 'overlay'), words: overlayWords(topology.overlay) };
  const width = textWidth(text.text, 'overlay') + (topology.overlay.crossSubnetOnly ? 130 : 50);
  geometry.elements.push(
    element({
      id: 'overlay label',
      shape: 'label',
      box: { x: nodeX + 2, y: state.overlayLabelY - 10, width, height: 13 },
      label: topology.overlay.label,
      variant: 'overlay',
      texts: [text],
    }),
  );
}

const overlayWords = (overlay: NonNullable<TopologyModel['overlay']>) =>
  message(overlay.crossSubnetOnly ? 'topology.overlayCrossSubnet' : 'topology.overlay', { label: overlay.label });

/** The heights at which outside things' cables to a segment leave their cards: a lone bus reaches as far. */
function cablesFromOutside(geometry: Geometry, topology: TopologyModel, segment: string): readonly number[] {
  return topology.outside.flatMap((thing) =>
    thing.ports.flatMap((port) => {
      const link = topology.links.find((candidate) => candidate.from === port.id || candidate.to === port.id);
      const other = link?.from === port.id ? link.to : link?.from;
      const at = geometry.ports.get(port.id)?.at;
      return at !== undefined && other?.startsWith(`${segment} `) === true ? [at.y] : [];
    }),
  );
}

/** One bus a segment, as long as its nodes reach; a segment without nodes gets a short one below. */
function emitBuses(geometry: Geometry, topology: TopologyModel, reached: ReadonlyMap<string, readonly number[]>, top: number): void {
  const { busX, busWidth, nodeX } = geometry.metrics;
  let bottom = top;
  for (const ys of reached.values()) for (const y of ys) bottom = Math.max(bottom, y);
  for (const segment of topology.segments) {
    const own = reached.get(segment.id);
    if (own === undefined) bottom += 60;
    const ys = [...(own ?? [bottom]), ...(topology.segments.length === 1 ? cablesFromOutside(geometry, topology, segment.id) : [])];
    const first = ys.reduce((low, y) => Math.min(low, y), Number.POSITIVE_INFINITY);
    const last = ys.reduce((high, y) => Math.max(high, y), first);
    const box = { x: busX, y: first - 14, width: busWidth, height: last - first + 28 };
    const right = nodeX - 6;
    geometry.elements.push(
      element({
        id: `bus ${segment.id}`,
        shape: 'bus',
        box,
        thing: segment.id,
        label: segment.id,
        detail: segment.cidr,
        texts: [
          { ...nativeText(segment.id, right, box.y - 18, 'region', 'right'), words: message('topology.nodeNetwork') },
          nativeText(segment.cidr, right, box.y - 5, 'address', 'right'),
        ],
      }),
    );
    geometry.places.set(segment.id, { kind: 'bus', box, x: busX + busWidth / 2 });
  }
}

export const rowsTop = edge + 4;
