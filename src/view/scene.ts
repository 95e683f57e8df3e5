/**
 * The scene: the topology with places, and the packet's way through it. Pure geometry in model pixels (zoom 100 %), made by layout.ts
 * and path.ts; drawn by ui/topology with Cytoscape (elements) and a canvas above it (packet, path).
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** The stage as the page shows it now. */
export interface StageSettings {
  readonly width: number;
  readonly height: number;
  /** Things that the user opened or closed: id → expanded. */
  readonly expanded: Readonly<Record<string, boolean>>;
  readonly tidy: number;
}

export type SceneShape =
  | 'outsideRegion'
  | 'card'
  | 'bus'
  | 'overlay'
  | 'node'
  | 'stack'
  | 'stackRow'
  | 'port'
  | 'pod'
  | 'container'
  | 'podDot'
  | 'podTile'
  | 'collapsedNode'
  | 'service'
  | 'label';

/** One thing drawn. `x`, `y` are its top left corner. */
export interface SceneElement {
  readonly id: string;
  readonly shape: SceneShape;
  readonly box: Box;
  /** The thing it belongs to, for selection ("kind-worker", "default/web-1"). */
  readonly thing: string;
  readonly label: string;
  readonly detail: string;
  readonly icon: 'pod' | 'node' | 'service' | 'client' | 'internet' | 'loadBalancer' | 'router' | 'switch' | null;
  readonly added: boolean;
  readonly state: 'normal' | 'pending' | 'notReady' | 'terminating';
  /** Port: its device; container: "pause" or "app"; collapsed: how many Pods. */
  readonly variant: string;
}

export interface SceneLink {
  readonly id: string;
  readonly kind: 'wire' | 'veth' | 'overlay' | 'inside';
  readonly points: readonly Point[];
}

/** Where one step of a hop takes the packet: along `via` from where the step before left it, to `at`. */
export interface SceneStep {
  /** "CONNECTION.LEG.HOP.STEP" */
  readonly id: string;
  readonly via: readonly Point[];
  readonly at: Point;
  /** The elements that light up. */
  readonly elements: readonly string[];
  readonly encapsulated: boolean;
}

export interface SceneLeg {
  readonly id: string;
  readonly reply: boolean;
  readonly steps: readonly SceneStep[];
}

export interface SceneModel {
  readonly revision: number;
  readonly width: number;
  readonly height: number;
  readonly elements: readonly SceneElement[];
  readonly links: readonly SceneLink[];
  /** One entry per leg of the shown branch, in its order; empty without a request. */
  readonly legs: readonly SceneLeg[];
}
