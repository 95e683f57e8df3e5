/** In the browser: the product's topology and mermaid, each given the same cluster and timed until its picture is painted. */
import mermaid from 'mermaid';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Topology } from '../../ui/topology/Topology.tsx';
import { arrangeScene } from '../../view/arrange.ts';
import type { SceneModel } from '../../view/scene.ts';
import type { ClusterPicture } from '../clusters.ts';
import { afterPaint } from './painted.ts';

export interface FirstFrame {
  /** Keeps the data at hand: the clock starts later. `flowchart` is the same graph in mermaid's words. */
  load(picture: ClusterPicture, flowchart: string): Promise<void>;
  /** Milliseconds from the data to the painted picture. */
  topology(): Promise<number>;
  mermaid(): Promise<number>;
}

declare global {
  interface Window {
    firstFrame: FirstFrame;
  }
}

mermaid.initialize({ startOnLoad: false, theme: 'dark', maxEdges: 10_000, maxTextSize: 10_000_000, securityLevel: 'loose' });

let picture: ClusterPicture | null = null;
let flowchart = '';
const nothing = (): void => undefined;
const translate = ({ code }: { readonly code: string }): string => code;

function host(): HTMLElement {
  const element = document.createElement('div');
  element.style.cssText = 'width: 1000px; height: 640px; display: flex; flex-direction: column; overflow: auto';
  document.body.replaceChildren(element);
  return element;
}

/** The page as it stands before there is anything to show, and how to give it a scene. */
async function mountTopology() {
  const root = createRoot(host());
  const show = (scene: SceneModel | null): void =>
    flushSync(() =>
      root.render(<Topology scene={scene} playhead={null} selected={null} translate={translate} onSelect={nothing} onToggle={nothing} />),
    );
  show(null);
  await afterPaint();
  await afterPaint();
  return { show, unmount: () => root.unmount() };
}

/** Resolves when Cytoscape has drawn; it leaves itself on its container. */
async function graphDrawn(): Promise<void> {
  const container = document.querySelector('.topology-graph');
  const registered: unknown = container === null ? undefined : Reflect.get(container, '_cyreg');
  const cy: unknown = typeof registered === 'object' && registered !== null ? Reflect.get(registered, 'cy') : undefined;
  if (typeof cy !== 'object' || cy === null || !('one' in cy) || typeof cy.one !== 'function') throw new Error('the graph is not there');
  const { one } = cy;
  await new Promise<void>((resolve) => one.call(cy, 'render', () => resolve()));
}

/** Whether anything but the background is on Cytoscape's canvases. */
function isDrawn(): boolean {
  return [...document.querySelectorAll<HTMLCanvasElement>('.topology-graph canvas')].some((canvas) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels?.some((value) => value !== 0) ?? false;
  });
}

let drawings = 0;

window.firstFrame = {
  async load(data, text) {
    picture = data;
    flowchart = text;
    await mermaid.render('warm', 'flowchart TD\n a[one] --> b[two]');
  },
  async topology() {
    if (picture === null) throw new Error('no data');
    const { topology, stage } = picture;
    const page = await mountTopology();
    const start = performance.now();
    const { scene } = arrangeScene({ topology, request: null, stage, previous: null, revision: 1 });
    // In the product the scene comes from the worker.
    page.show(structuredClone(scene));
    await graphDrawn();
    await afterPaint();
    const time = performance.now() - start;
    if (!isDrawn()) throw new Error('the graph is empty');
    page.unmount();
    return time;
  },
  async mermaid() {
    const element = host();
    await afterPaint();
    drawings += 1;
    const start = performance.now();
    const { svg } = await mermaid.render(`drawing${drawings}`, flowchart);
    element.innerHTML = svg;
    await afterPaint();
    const time = performance.now() - start;
    if (element.querySelectorAll('.node').length === 0) throw new Error('mermaid drew nothing');
    return time;
  },
};
