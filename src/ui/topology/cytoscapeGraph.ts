/**
 * The graph's boxes and links in Cytoscape, and what the pointer does to them. The one file that imports Cytoscape. It draws shapes only:
 * texts, ports and icons are ink (inkLayer.ts), the walk is a canvas of its own (packetLayer.ts), so that a moving packet redraws nothing here.
 */
import cytoscape from 'cytoscape';
import type { Point } from '../../view/scene.ts';
import type { Camera } from './camera.ts';
import { zoomRange } from './camera.ts';
import { diffById } from './elementDiff.ts';
import { type Depth, type GraphEdge, type GraphElement, type GraphNode, sameGraphElement } from './graphElements.ts';
import { graphStyle } from './graphStyle.ts';
import type { Palette } from './palette.ts';

export interface GraphEvents {
  /** A click on a thing, and where in the scene; null on nothing. */
  readonly onTap: (element: string | null, at: Point) => void;
  readonly onHover: (element: string | null) => void;
  /** After each redraw, in the same frame: for the canvases above. */
  readonly onRender: () => void;
  readonly onCamera: (camera: Camera) => void;
}

export interface Graph {
  show(elements: readonly GraphElement[], animated: boolean): void;
  setPalette(palette: Palette): void;
  setDepth(depth: Depth): void;
  /** Which kinds of links are hidden. */
  setHidden(hidden: { readonly underlay: boolean; readonly overlay: boolean }): void;
  camera(): Camera;
  setCamera(camera: Camera): void;
  /** How much of an element is there: 0 to 1 while it appears or goes, and how far it still has to rise. */
  presence(id: string): { readonly opacity: number; readonly rise: number };
  /** Elements that fade out and are in no scene any more. */
  leaving(): readonly GraphNode[];
  resize(): void;
  destroy(): void;
}

const appear = { milliseconds: 200, rise: 6 } as const;
const vanish = { milliseconds: 160 } as const;

export function createGraph(container: HTMLElement, palette: Palette, events: GraphEvents): Graph {
  const cy = cytoscape({
    container,
    style: graphStyle(palette),
    layout: { name: 'preset' },
    minZoom: zoomRange.least,
    maxZoom: zoomRange.most,
    autoungrabify: true,
    autounselectify: true,
    boxSelectionEnabled: false,
    pixelRatio: 'auto',
  });
  let shown: ReadonlyMap<string, GraphElement> = new Map();
  const leaving = new Map<string, GraphNode>();
  let depth: Depth = 'pods';
  /** All that is to be drawn, of which Cytoscape holds the depths that were looked at: an element costs it as much hidden as shown. */
  let scene: readonly GraphElement[] = [];
  const depths = new Set<Depth>([depth]);
  let hidden = { underlay: false, overlay: false };

  cy.on('tap', (event) => events.onTap(event.target === cy ? null : String(event.target.id()), event.position));
  cy.on('mouseover', 'node', (event) => events.onHover(String(event.target.id())));
  cy.on('mouseout', 'node', () => events.onHover(null));
  cy.on('render', events.onRender);
  cy.on('viewport', () => events.onCamera({ zoom: cy.zoom(), pan: { ...cy.pan() } }));

  const applyVisibility = (): void => {
    cy.batch(() => {
      cy.elements().forEach((element) => {
        const kind: unknown = element.data('kind');
        const gone =
          element.data('depth') !== depth ||
          (kind === 'overlay' && hidden.overlay) ||
          ((kind === 'wire' || kind === 'bus') && hidden.underlay);
        element.toggleClass('hidden', gone);
      });
    });
  };

  const update = (animated: boolean): void => {
    const elements = scene.filter((element) => depths.has(element.depth));
    const diff = diffById(shown, elements, sameGraphElement);
    const entering: string[] = [];
    cy.batch(() => {
      for (const id of diff.removed) remove(cy, shown.get(id), animated, leaving);
      for (const element of diff.changed) {
        if (element.kind === 'edge') {
          cy.getElementById(element.id).remove();
          continue;
        }
        const node = cy.getElementById(element.id);
        node.data(nodeData(element));
        node.position(centre(element));
      }
      const fresh = [...diff.added, ...diff.changed.filter((element) => element.kind === 'edge')];
      for (const element of diff.added) {
        const old = cy.getElementById(element.id);
        if (old.nonempty()) {
          old.stop(true).remove();
          leaving.delete(element.id);
        }
        if (animated && element.kind === 'node') entering.push(element.id);
      }
      cy.add(fresh.filter((element): element is GraphNode => element.kind === 'node').map(nodeDefinition));
      cy.add(fresh.filter((element): element is GraphEdge => element.kind === 'edge').map(edgeDefinition));
    });
    shown = new Map(elements.map((element) => [element.id, element]));
    applyVisibility();
    for (const id of entering) {
      const node = cy.getElementById(id);
      node.style('opacity', 0);
      node.animate({ style: { opacity: 1 } }, { duration: appear.milliseconds, complete: () => node.removeStyle('opacity') });
    }
  };

  return {
    show(elements, animated) {
      scene = elements;
      update(animated);
    },
    setPalette(next) {
      cy.style(graphStyle(next));
    },
    setDepth(next) {
      if (next === depth) return;
      depth = next;
      if (depths.has(next)) return applyVisibility();
      depths.add(next);
      update(false);
    },
    setHidden(next) {
      hidden = { ...next };
      applyVisibility();
    },
    camera: () => ({ zoom: cy.zoom(), pan: { ...cy.pan() } }),
    setCamera(camera) {
      cy.viewport({ zoom: camera.zoom, pan: { ...camera.pan } });
    },
    presence(id) {
      const element = cy.getElementById(id);
      if (element.empty() || element.hasClass('hidden')) return { opacity: 0, rise: 0 };
      const opacity = element.numericStyle('opacity');
      return { opacity, rise: leaving.has(id) ? 0 : (1 - opacity) * appear.rise };
    },
    leaving: () => [...leaving.values()],
    resize() {
      cy.resize();
    },
    destroy() {
      cy.destroy();
    },
  };
}

function remove(cy: cytoscape.Core, element: GraphElement | undefined, animated: boolean, leaving: Map<string, GraphNode>): void {
  if (element === undefined) return;
  const target = cy.getElementById(element.id);
  if (!animated || element.kind === 'edge') {
    target.remove();
    return;
  }
  leaving.set(element.id, element);
  target.animate(
    { style: { opacity: 0 } },
    {
      duration: vanish.milliseconds,
      complete: () => {
        leaving.delete(element.id);
        target.remove();
      },
    },
  );
}

const centre = ({ element }: GraphNode): cytoscape.Position => ({
  x: element.box.x + element.box.width / 2,
  y: element.box.y + element.box.height / 2,
});

const nodeData = (node: GraphNode) => ({
  kind: node.element.shape,
  depth: node.depth,
  w: node.element.box.width,
  h: node.element.box.height,
  layer: node.layer,
  state: node.element.state,
  variant: node.element.variant,
  added: node.element.added ? 1 : 0,
  off: node.off ? 1 : 0,
});

const nodeDefinition = (node: GraphNode): cytoscape.ElementDefinition => ({
  group: 'nodes',
  data: { id: node.id, ...nodeData(node) },
  position: centre(node),
});

const edgeDefinition = (edge: GraphEdge): cytoscape.ElementDefinition => ({
  group: 'edges',
  data: {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    kind: edge.link.kind,
    depth: edge.depth,
    bends: edge.weights.length > 0 ? 1 : 0,
    sourceEnd: `${edge.sourceEnd.x}px ${edge.sourceEnd.y}px`,
    targetEnd: `${edge.targetEnd.x}px ${edge.targetEnd.y}px`,
    weights: edge.weights.join(' '),
    distances: edge.distances.join(' '),
  },
});
