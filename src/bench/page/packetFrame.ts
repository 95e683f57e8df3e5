/** In the browser: two graphs of different size, and frames of moving packets above the one that is shown. The product's own layers. */

import { homeCamera } from '../../ui/topology/camera.ts';
import { fitCanvas } from '../../ui/topology/canvas.ts';
import { createGraph } from '../../ui/topology/cytoscapeGraph.ts';
import { graphElements } from '../../ui/topology/graphElements.ts';
import { drawInk } from '../../ui/topology/inkLayer.ts';
import { drawPackets, drawWalk, type PacketInput } from '../../ui/topology/packetLayer.ts';
import { type Palette, readPalette } from '../../ui/topology/palette.ts';
import { arrangeScene } from '../../view/arrange.ts';
import type { Point, SceneElement, SceneModel } from '../../view/scene.ts';
import type { ClusterPicture } from '../clusters.ts';
import { afterPaint, frame, part } from './painted.ts';

export interface Frames {
  /** Milliseconds from one frame to the next, and those of them that our own drawing took. */
  readonly interval: readonly number[];
  readonly script: readonly number[];
  /** How often Cytoscape drew meanwhile. */
  readonly graphDraws: number;
}

export interface PacketFrames {
  /** Draws a cluster on a stage of its own; returns how many elements its graph has. */
  prepare(name: string, picture: ClusterPicture): Promise<number>;
  /** Shows that stage alone and moves packets over it. */
  run(name: string, frames: number): Promise<Frames>;
}

declare global {
  interface Window {
    packetFrames: PacketFrames;
  }
}

interface Stage {
  readonly element: HTMLElement;
  readonly graphDraws: () => number;
  /** Draws one frame; `turn` counts them. */
  readonly draw: (turn: number) => void;
}

const packets = 100;
/** Places that packets take in turn, so that every frame moves them all. */
const places = 600;

/** Points along the walk's first leg, evenly. */
function pointsOfWalk(scene: SceneModel): readonly Point[] {
  const way = scene.legs[0]?.steps.flatMap((step) => step.via) ?? [];
  return Array.from({ length: places }, (_, index) => {
    const at = (index / places) * (way.length - 1);
    const [from, to] = [way[Math.floor(at)], way[Math.ceil(at)]];
    if (from === undefined || to === undefined) throw new Error('the walk has no way');
    return { x: from.x + (to.x - from.x) * (at % 1), y: from.y + (to.y - from.y) * (at % 1) };
  });
}

function createStage({ topology, request, stage }: ClusterPicture): { readonly stage: Stage; readonly elements: number } {
  const { scene } = arrangeScene({ topology, request, stage, previous: null, revision: 1 });
  const palette = readPalette();
  const { element, graph: container, ink, walk } = layers(stage);
  const byId: ReadonlyMap<string, SceneElement> = new Map(scene.elements.map((found) => [found.id, found]));
  const walked = new Set(scene.legs.flatMap((leg) => leg.steps.map((step) => step.thing)));
  const translate = ({ code }: { readonly code: string }): string => code;
  let graphDraws = 0;
  const graph = createGraph(container, palette, {
    onTap: () => undefined,
    onHover: () => undefined,
    onCamera: () => undefined,
    onRender: () => {
      graphDraws += 1;
      const hidden = { underlay: false, overlay: false };
      const { presence } = graph;
      drawInk(ink, {
        scene,
        depth: 'pods',
        camera: graph.camera(),
        stage,
        palette,
        translate,
        presence,
        leaving: [],
        walked,
        hidden,
        hovered: null,
      });
    },
  });
  const elements = graphElements(scene);
  graph.show(elements, false);
  graph.setCamera(homeCamera(scene, stage));
  const input = { scene, palette, translate, reducedMotion: false, elements: byId, selected: null, focused: null };
  const draw = drawing(walk, input, () => graph.camera(), palette);
  // The far depth's elements are not in the graph before someone looks there.
  const drawn = elements.filter(({ depth }) => depth === 'pods').length;
  return { elements: drawn, stage: { element, graphDraws: () => graphDraws, draw } };
}

/** The walk as the player shows it in the middle of its first leg, and above it a hundred packets on their way. */
function drawing(
  canvas: HTMLCanvasElement,
  input: Omit<PacketInput, 'camera' | 'playhead'>,
  camera: () => PacketInput['camera'],
  palette: Palette,
): (turn: number) => void {
  const way = pointsOfWalk(input.scene);
  const step = Math.floor((input.scene.legs[0]?.steps.length ?? 0) / 2);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  return (turn) => {
    drawWalk(canvas, { ...input, camera: camera(), playhead: { leg: 0, step, progress: (turn % 60) / 60 } });
    const now = Array.from({ length: packets }, (_, index) => part(way, index * (places / packets) + turn));
    drawPackets(context, now, palette);
  };
}

function layers(size: { readonly width: number; readonly height: number }) {
  const element = document.createElement('div');
  element.style.cssText = `position: relative; width: ${size.width}px; height: ${size.height}px`;
  const graph = document.createElement('div');
  graph.style.cssText = 'position: absolute; inset: 0';
  const canvases = [document.createElement('canvas'), document.createElement('canvas')] as const;
  for (const canvas of canvases) {
    canvas.style.cssText = `position: absolute; inset: 0; width: ${size.width}px; height: ${size.height}px; pointer-events: none`;
    fitCanvas(canvas, size);
  }
  element.append(graph, ...canvases);
  document.body.append(element);
  return { element, graph, ink: canvases[0], walk: canvases[1] };
}

const stages = new Map<string, Stage>();

function stageNamed(name: string): Stage {
  const found = stages.get(name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
}

window.packetFrames = {
  async prepare(name, picture) {
    const { stage, elements } = createStage(picture);
    stages.set(name, stage);
    await afterPaint();
    return elements;
  },
  async run(name, frames) {
    const stage = stageNamed(name);
    for (const other of stages.values()) other.element.style.visibility = other === stage ? 'visible' : 'hidden';
    for (let turn = 0; turn < 20; turn += 1) {
      await frame();
      stage.draw(turn);
    }
    const drawsBefore = stage.graphDraws();
    const interval: number[] = [];
    const script: number[] = [];
    let last = await frame();
    for (let turn = 0; turn < frames; turn += 1) {
      const start = performance.now();
      stage.draw(turn);
      script.push(performance.now() - start);
      const now = await frame();
      interval.push(now - last);
      last = now;
    }
    return { interval, script, graphDraws: stage.graphDraws() - drawsBefore };
  },
};
