/**
 * The scene: the topology with places, and the packet's way through it. Pure geometry in model pixels (zoom 100 %), made by arrange.ts
 * and path.ts; drawn by ui/topology with Cytoscape (elements, links), an ink canvas (texts, ports, lines inside a node) and a canvas for
 * the walk. Plain data: it survives a structured clone.
 */
import type { Message } from '../shared/message.ts';
import type { StepModel } from './model.ts';

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
  /** Things that the user opened or closed: id → expanded. A node's id, or {@link ownerKey} of a counted tile. */
  readonly expanded: Readonly<Record<string, boolean>>;
  /** Counts the user's "tidy": when it changes, every slot is given out anew. */
  readonly tidy: number;
}

/** The key in {@link StageSettings.expanded} of the Pods that one owner has on one node. */
export const ownerKey = (node: string, owner: string): string => `${node} ${owner}`;

export type SceneShape =
  | 'outsideRegion'
  | 'card'
  | 'bus'
  | 'node'
  | 'collapsedNode'
  | 'stack'
  | 'stackRow'
  | 'port'
  | 'pod'
  | 'compactPod'
  | 'container'
  | 'podDot'
  | 'podTile'
  | 'pendingTray'
  | 'service'
  | 'label';

export type SceneIcon = 'pod' | 'node' | 'service' | 'client' | 'internet' | 'loadBalancer' | 'router' | 'switch';

/** What a text is: its size, weight, family and colour follow from it. */
export type TextRole =
  | 'region'
  | 'nodeName'
  | 'podName'
  | 'cardName'
  | 'address'
  | 'hint'
  | 'interface'
  | 'hook'
  | 'lane'
  | 'chip'
  | 'overlay'
  | 'serviceName'
  | 'serviceDetail';

/** A line of text: `x` is its left, middle or right by `align`; `y` its baseline. Either native text or words. */
export interface SceneText {
  readonly text: string;
  readonly words: Message | null;
  readonly x: number;
  readonly y: number;
  readonly align: 'left' | 'center' | 'right';
  readonly role: TextRole;
}

/** One thing drawn. */
export interface SceneElement {
  readonly id: string;
  readonly shape: SceneShape;
  /** `x`, `y` are its top left corner. */
  readonly box: Box;
  /** The thing it belongs to, for selection ("kind-worker", "default/web-1"); empty for scenery. */
  readonly thing: string;
  /** Its name in one line, for the list that assistive technology reads; native text. */
  readonly label: string;
  readonly detail: string;
  readonly texts: readonly SceneText[];
  readonly icon: { readonly name: SceneIcon; readonly x: number; readonly y: number; readonly size: number } | null;
  readonly added: boolean;
  readonly state: 'normal' | 'pending' | 'notReady' | 'terminating';
  /** Port: its device; container: "pause" or "app"; collapsed node and tile: "collapsed" or "expanded". */
  readonly variant: string;
  /** The key in {@link StageSettings.expanded} that a click on its chevron toggles; null when it neither opens nor closes. */
  readonly toggles: string | null;
  /** Names of Pods that are folded into it, for the search; none where they would be too many to send. */
  readonly contains: readonly string[];
}

/** A line between two things, or inside one. The ends name the elements that it hangs on; null for lines inside a node. */
export interface SceneLink {
  readonly id: string;
  readonly kind: 'wire' | 'veth' | 'overlay' | 'inside';
  readonly from: string | null;
  readonly to: string | null;
  readonly points: readonly Point[];
}

/** What a row of the host's stack says once the packet was there. */
export interface SceneRow {
  /** The stackRow element. */
  readonly element: string;
  readonly hook: string;
  /** A native word: "DNAT", "accept", "/26". */
  readonly verdict: string;
  readonly line: string;
}

/** The packet's addresses, in a free place near the packet; `outer` lines are those of the tunnel. */
export interface SceneTag {
  readonly box: Box;
  /** When something happened to the packet here, the first line is left for its word. */
  readonly word: boolean;
  readonly lines: readonly { readonly text: string; readonly outer: boolean }[];
}

/** Where one step of a hop takes the packet: along `via` from where the step before left it, to `at`. */
export interface SceneStep {
  /** "CONNECTION.LEG.HOP.STEP" */
  readonly id: string;
  /** HopModel.id */
  readonly hop: string;
  /** The network namespace that the step is in. */
  readonly thing: string;
  /** Begins where the last step ended; a single point when the packet stays. */
  readonly via: readonly Point[];
  readonly at: Point;
  /** The elements that light up: ports, the row, the container. */
  readonly elements: readonly string[];
  readonly encapsulated: boolean;
  /** True when the packet was already encapsulated on its way here: the colour of `via`. */
  readonly encapsulatedBefore: boolean;
  readonly effect: StepModel['effect'];
  readonly decided: boolean;
  readonly row: SceneRow | null;
  /** The stackRow that the packet stands beside, also when the step itself is in no hook. */
  readonly beside: string | null;
  readonly tag: SceneTag | null;
  /** What the packet would still have crossed in this stack, had it not been dropped here. */
  readonly notReached: readonly Point[];
}

export interface SceneBadge {
  readonly hop: string;
  readonly number: number;
  /** The disc's centre. */
  readonly at: Point;
}

export interface SceneLeg {
  /** LegModel.id */
  readonly id: string;
  readonly connection: number;
  readonly reply: boolean;
  readonly shown: boolean;
  readonly badges: readonly SceneBadge[];
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
  /** Services and workloads, drawn instead when the picture is small; in the same coordinates. */
  readonly services: {
    readonly width: number;
    readonly height: number;
    readonly elements: readonly SceneElement[];
    readonly links: readonly SceneLink[];
  };
}
