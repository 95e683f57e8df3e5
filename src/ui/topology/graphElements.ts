/** Scene elements and links as plain data for the graph: rectangles with explicit sizes at fixed places, and lines through given points. */
import type { Point, SceneElement, SceneLink, SceneModel, SceneShape } from '../../view/scene.ts';

/** Which of the two depths a thing belongs to. */
export type Depth = 'services' | 'pods';

export interface GraphNode {
  readonly kind: 'node';
  readonly id: string;
  readonly depth: Depth;
  readonly element: SceneElement;
  /** A walk is shown and does not come here. */
  readonly off: boolean;
  readonly layer: number;
}

export interface GraphEdge {
  readonly kind: 'edge';
  readonly id: string;
  readonly depth: Depth;
  readonly link: SceneLink;
  readonly source: string;
  readonly target: string;
  /** The line's ends, relative to the middles of its things. */
  readonly sourceEnd: Point;
  readonly targetEnd: Point;
  /** Its corners: along the straight line between the things' middles (0 to 1), and away from it. */
  readonly weights: readonly number[];
  readonly distances: readonly number[];
}

export type GraphElement = GraphNode | GraphEdge;

/** Rows and texts are ink, not elements of the graph: nothing hangs on them. */
const layers: Readonly<Partial<Record<SceneShape, number>>> = {
  outsideRegion: 1,
  bus: 2,
  node: 3,
  collapsedNode: 3,
  pendingTray: 3,
  card: 4,
  stack: 4,
  pod: 6,
  compactPod: 6,
  podTile: 6,
  podDot: 6,
  service: 6,
  container: 7,
  port: 9,
};

export function graphElements(scene: SceneModel): readonly GraphElement[] {
  const walked = new Set(scene.legs.flatMap((leg) => leg.steps.map((step) => step.thing)));
  const near = elementsOf(scene.elements, scene.links, 'pods', walked);
  const far = elementsOf(scene.services.elements, scene.services.links, 'services', new Set());
  return [...near, ...far];
}

function elementsOf(
  elements: readonly SceneElement[],
  links: readonly SceneLink[],
  depth: Depth,
  walked: ReadonlySet<string>,
): readonly GraphElement[] {
  const drawn = new Map<string, SceneElement>();
  const result: GraphElement[] = [];
  for (const element of elements) {
    const layer = layers[element.shape];
    if (layer === undefined) continue;
    drawn.set(element.id, element);
    const off = walked.size > 0 && element.thing !== '' && !walked.has(element.thing);
    result.push({ kind: 'node', id: element.id, depth, element, off, layer });
  }
  for (const link of links) {
    const [source, target] = [drawn.get(link.from ?? ''), drawn.get(link.to ?? '')];
    if (source !== undefined && target !== undefined) result.push(edgeOf(link, source, target, depth));
  }
  return result;
}

const middle = ({ box }: SceneElement): Point => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

function edgeOf(link: SceneLink, source: SceneElement, target: SceneElement, depth: Depth): GraphEdge {
  const first = link.points[0] ?? middle(source);
  const last = link.points.at(-1) ?? middle(target);
  const [from, to] = [middle(source), middle(target)];
  const along = { x: to.x - from.x, y: to.y - from.y };
  const length = Math.hypot(along.x, along.y) || 1;
  const corners = link.points.slice(1, -1).map((point) => {
    const offset = { x: point.x - from.x, y: point.y - from.y };
    return {
      weight: (offset.x * along.x + offset.y * along.y) / (length * length),
      distance: (offset.y * along.x - offset.x * along.y) / length,
    };
  });
  return {
    kind: 'edge',
    id: `link ${link.id}`,
    depth,
    link,
    source: source.id,
    target: target.id,
    sourceEnd: { x: first.x - from.x, y: first.y - from.y },
    targetEnd: { x: last.x - to.x, y: last.y - to.y },
    weights: corners.map((corner) => corner.weight),
    distances: corners.map((corner) => corner.distance),
  };
}

const sameBox = (one: SceneElement['box'], other: SceneElement['box']): boolean =>
  one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;

const samePoint = (one: Point, other: Point): boolean => one.x === other.x && one.y === other.y;

/** Whether the graph need not touch an element. Texts are ink and drawn anew anyway. */
export function sameGraphElement(one: GraphElement, other: GraphElement): boolean {
  if (one.kind === 'node' && other.kind === 'node') {
    return (
      sameBox(one.element.box, other.element.box) &&
      one.off === other.off &&
      one.element.state === other.element.state &&
      one.element.variant === other.element.variant &&
      one.element.added === other.element.added
    );
  }
  if (one.kind === 'edge' && other.kind === 'edge') {
    const points = other.link.points;
    return (
      one.source === other.source &&
      one.target === other.target &&
      samePoint(one.sourceEnd, other.sourceEnd) &&
      samePoint(one.targetEnd, other.targetEnd) &&
      one.link.points.length === points.length &&
      one.link.points.every((point, index) => point.x === points[index]?.x && point.y === points[index]?.y)
    );
  }
  return false;
}
