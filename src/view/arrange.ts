/** The whole scene in one pure step: places for the topology (kept where they were), then the shown walk along them. */
import { createGeometry, type Geometry } from './layoutGeometry.ts';
import { edge, metricsFor } from './layoutMetrics.ts';
import { emitOutside, emitOutsideCables } from './layoutOutside.ts';
import { emitPending } from './layoutPending.ts';
import { type Placement, placeThings } from './layoutPlacement.ts';
import { emitRows, rowsTop } from './layoutRows.ts';
import { emitServices } from './layoutServices.ts';
import type { RequestModel, TopologyModel } from './model.ts';
import { walkLegs } from './path.ts';
import type { Point, SceneModel, StageSettings } from './scene.ts';

export type { Placement } from './layoutPlacement.ts';

export interface ArrangeInput {
  readonly topology: TopologyModel;
  readonly request: RequestModel | null;
  readonly stage: StageSettings;
  /** What the last call returned; null the first time. */
  readonly previous: Placement | null;
  readonly revision: number;
}

export function arrangeScene(input: ArrangeInput): { readonly scene: SceneModel; readonly placement: Placement } {
  const { topology, request, stage, previous, revision } = input;
  const walked = walkedThings(topology, request);
  const placement = placeThings(topology, stage, previous, walked.pods);
  const geometry = createGeometry(metricsFor(stage));
  for (const node of topology.nodes) for (const pod of node.pods) geometry.hiddenBehind.set(pod.id, node.id);
  const outsideBottom = emitOutside(geometry, topology, placement.outside);
  const rowsBottom = emitRows(
    geometry,
    { topology, placement, stage, walked: { nodes: walked.nodes, pods: new Set(walked.pods.keys()) } },
    rowsTop,
  );
  const bottom = emitPending(geometry, topology.pending, rowsBottom);
  emitOutsideCables(geometry, topology);
  emitBusCables(geometry, topology);
  return {
    placement: { ...placement, heights: { ...placement.heights, ...Object.fromEntries(geometry.slotHeights) } },
    scene: {
      revision,
      width: geometry.metrics.width,
      height: Math.ceil(Math.max(outsideBottom, bottom) + edge),
      elements: geometry.elements,
      links: geometry.links,
      legs: request === null ? [] : walkLegs(geometry, request.shown),
      services: emitServices(topology),
    },
  };
}

/** Nodes and Pods that some packet of the shown branch visits; Pods with the order in which they are first met. */
function walkedThings(
  topology: TopologyModel,
  request: RequestModel | null,
): { readonly nodes: ReadonlySet<string>; readonly pods: ReadonlyMap<string, number> } {
  const nodes = new Set<string>();
  const pods = new Map<string, number>();
  for (const leg of request?.shown.legs ?? []) {
    for (const hop of leg.hops) {
      if (hop.namespaceKind === 'node') nodes.add(hop.namespace);
      if (hop.namespaceKind === 'pod' && !pods.has(hop.namespace)) pods.set(hop.namespace, pods.size);
    }
  }
  for (const node of topology.nodes) if (node.pods.some((pod) => pods.has(pod.id))) nodes.add(node.id);
  return { nodes, pods };
}

/** Cables to a segment: straight to the bus where it passes, else along the corridor to its nearer end. */
function emitBusCables(geometry: Geometry, topology: TopologyModel): void {
  const segmentOf = new Map<string, string>();
  for (const segment of topology.segments) {
    for (const link of topology.links) {
      for (const end of [link.from, link.to]) if (end.startsWith(`${segment.id} `)) segmentOf.set(end, segment.id);
    }
  }
  let brackets = 0;
  for (const link of topology.links) {
    const fromSegment = segmentOf.get(link.from);
    const segment = fromSegment ?? segmentOf.get(link.to);
    if (segment === undefined || link.kind !== 'wire') continue;
    const [port, busEnd] = fromSegment === undefined ? [link.from, link.to] : [link.to, link.from];
    const bus = geometry.places.get(segment);
    const at = geometry.ports.get(port)?.at;
    if (bus?.kind !== 'bus' || at === undefined) continue;
    const grid = geometry.cables.get(`${port}|bus`);
    const y = Math.max(bus.box.y + 8, Math.min(bus.box.y + bus.box.height - 8, at.y));
    if (y !== at.y && grid === undefined) brackets += 1;
    const bend = bus.box.x - 9 - brackets * 6;
    const points: readonly Point[] =
      grid ?? (y === at.y ? [at, { x: bus.x, y }] : [at, { x: bend, y: at.y }, { x: bend, y }, { x: bus.x, y }]);
    geometry.cables.set(`${port}|${busEnd}`, points);
    geometry.ports.set(busEnd, { at: points.at(-1) ?? at, element: `bus ${segment}` });
    geometry.links.push({ id: link.id, kind: 'wire', from: port, to: `bus ${segment}`, points });
  }
}
