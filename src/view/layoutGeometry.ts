/** What the layout knows about places while it builds the scene: where ports, stacks, cards and cables are, so that a path can follow them. */
import type { Metrics } from './layoutMetrics.ts';
import type { SlotHeights } from './layoutPlacement.ts';
import type { Box, Point, SceneElement, SceneLink, SceneText, TextRole } from './scene.ts';

/** A node drawn with its stack. */
export interface StackPlace {
  readonly kind: 'stack';
  readonly box: Box;
  /** The middle of the lane at the stack's top, where every packet enters, and of the one at its bottom, where it leaves. */
  readonly inY: number;
  readonly outY: number;
  readonly spineX: number;
  /** The middle of each row: PREROUTING, ROUTING, FORWARD (or INPUT, OUTPUT), POSTROUTING. */
  readonly rowY: readonly [number, number, number, number];
  readonly railX: number;
  readonly exitX: number;
  readonly tunnelX: number;
}

/** A node folded into one row: all of it is walked at its uplink. */
export interface FoldedPlace {
  readonly kind: 'folded';
  readonly box: Box;
  readonly at: Point;
}

/** A Pod with a card of its own. */
export interface PodPlace {
  readonly kind: 'pod';
  readonly box: Box;
  readonly node: string;
  readonly port: Point;
  readonly containers: readonly {
    readonly name: string;
    readonly ports: readonly string[];
    readonly element: string;
    readonly at: Point;
  }[];
}

/** A client, balancer or router. */
export interface CardPlace {
  readonly kind: 'card';
  readonly box: Box;
  readonly at: Point;
}

/** A switch: the packet goes along `x`. */
export interface BusPlace {
  readonly kind: 'bus';
  readonly box: Box;
  readonly x: number;
}

export type Place = StackPlace | FoldedPlace | PodPlace | CardPlace | BusPlace;

export interface PortPlace {
  readonly at: Point;
  readonly element: string | null;
}

export interface Geometry {
  readonly metrics: Metrics;
  readonly elements: SceneElement[];
  readonly links: SceneLink[];
  /** By network namespace. */
  readonly places: Map<string, Place>;
  /** By "NAMESPACE INTERFACE". */
  readonly ports: Map<string, PortPlace>;
  /** By "PORT|PORT" in the direction of the points. */
  readonly cables: Map<string, readonly Point[]>;
  /** Pod without a card of its own → the node that it stands on. */
  readonly hiddenBehind: Map<string, string>;
  /** Node id → heights of its slots, as now laid out. */
  readonly slotHeights: Map<string, SlotHeights>;
}

export const createGeometry = (metrics: Metrics): Geometry => ({
  metrics,
  elements: [],
  links: [],
  places: new Map(),
  ports: new Map(),
  cables: new Map(),
  hiddenBehind: new Map(),
  slotHeights: new Map(),
});

export const portKey = (namespace: string, device: string): string => `${namespace} ${device}`;
export const cableKey = (from: string, to: string): string => `${from}|${to}`;

export const nativeText = (text: string, x: number, y: number, role: TextRole, align: SceneText['align'] = 'left'): SceneText => ({
  text,
  words: null,
  x,
  y,
  align,
  role,
});

type ElementParts = Pick<SceneElement, 'id' | 'shape' | 'box'> & Partial<SceneElement>;

/** An element with nothing on it but what is given. */
export const element = (parts: ElementParts): SceneElement => ({
  thing: '',
  label: '',
  detail: '',
  texts: [],
  icon: null,
  added: false,
  state: 'normal',
  variant: '',
  toggles: null,
  contains: [],
  ...parts,
});

export const portSize = 9;

export const portBox = (at: Point): Box => ({ x: at.x - portSize / 2, y: at.y - portSize / 2, width: portSize, height: portSize });
