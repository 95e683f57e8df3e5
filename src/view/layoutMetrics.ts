/**
 * Sizes of the scene by the room there is, in model pixels. One table, so that the parts of the layout agree; a stage narrower than the
 * smallest table gets that one and is scrolled or zoomed.
 */
import type { StageSettings } from './scene.ts';

export interface Metrics {
  readonly width: number;
  readonly outside: { readonly x: number; readonly width: number; readonly inset: number };
  /** Left edge of the bus. */
  readonly busX: number;
  readonly busWidth: number;
  readonly overlayX: number;
  readonly nodeX: number;
  readonly nodeWidth: number;
  readonly nodeGap: number;
  readonly header: number;
  readonly foot: number;
  readonly collapsedHeight: number;
  /** From the node's border to its stack; the tunnel's port and the way out stand in it. */
  readonly gutter: number;
  readonly tunnelX: number;
  readonly exitX: number;
  readonly stackWidth: number;
  readonly laneHeight: number;
  readonly rowHeight: number;
  /** From the stack's left edge to the line that the packet walks down. */
  readonly spine: number;
  readonly rail: number;
  readonly vethWidth: number;
  readonly podWidth: number;
  readonly podGap: number;
  /** Two columns of full cards fit. */
  readonly twoColumns: boolean;
  /** The name of a veth stands in one line above it. */
  readonly vethLines: 1 | 2;
}

export const smallestStage = 600;
export const edge = 8;
/** A stage larger than this shows the scene larger, up to the scale below, rather than farther apart. */
const roomyStage = { width: 780, height: 600 } as const;
const largestScale = 1.25;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

export function metricsFor(stage: StageSettings): Metrics {
  const scale = clamp(Math.min(stage.width / roomyStage.width, stage.height / roomyStage.height), 1, largestScale);
  const width = Math.max(smallestStage, Math.floor(stage.width / scale));
  const narrow = width < 730;
  const low = stage.height > 0 && stage.height < 500;
  const nodeX = narrow ? 178 : 208;
  const nodeWidth = width - nodeX - edge - 4;
  const gutter = narrow ? 44 : 52;
  const rail = narrow ? 11 : 14;
  const vethLines = narrow ? 2 : 1;
  const leastVeth = narrow ? 58 : 99;
  const leastStack = narrow ? 150 : 176;
  const leastPod = narrow ? 142 : 190;
  const right = narrow ? 8 : 10;
  const spare = Math.max(0, nodeWidth - gutter - leastStack - rail - leastVeth - leastPod - right);
  const twoColumns = nodeWidth >= gutter + leastStack + rail + leastVeth + 2 * leastPod + 30 + right;
  const podWidth = leastPod + (twoColumns ? 0 : clamp(spare * 0.5, 0, 64));
  const stackWidth = leastStack + (twoColumns ? clamp(spare - leastPod - 30, 0, 24) : clamp(spare * 0.3, 0, 44));
  const used = gutter + stackWidth + rail + (twoColumns ? 2 * leastPod + 30 : podWidth) + right;
  return {
    width,
    outside: { x: edge, width: narrow ? 100 : 108, inset: narrow ? 6 : 9 },
    busX: narrow ? 137 : 155,
    busWidth: narrow ? 8 : 10,
    overlayX: nodeX - (narrow ? 17 : 21),
    nodeX,
    nodeWidth,
    nodeGap: 15,
    header: low ? 39 : 43,
    foot: low ? 20 : 22,
    collapsedHeight: low ? 38 : 43,
    gutter,
    tunnelX: narrow ? 20 : 24,
    exitX: narrow ? 32 : 39,
    stackWidth: Math.floor(stackWidth),
    laneHeight: low ? 15 : 20,
    rowHeight: low ? 27 : 30,
    spine: narrow ? 13 : 18,
    rail,
    vethWidth: Math.max(leastVeth, nodeWidth - Math.ceil(used)),
    podWidth: Math.floor(podWidth),
    podGap: 10,
    twoColumns,
    vethLines,
  };
}
