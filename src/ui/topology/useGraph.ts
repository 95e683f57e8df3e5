/** Keeps graph, ink and walk together on one stage: creates them, feeds them, and draws each no more often than it must. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Translate } from '../../shared/message.ts';
import type { Playhead } from '../../view/motion.ts';
import { stepAt } from '../../view/motion.ts';
import type { Point, SceneElement, SceneModel } from '../../view/scene.ts';
import { between, type Camera, fitCamera, homeCamera, isInside, reveal, type Size, sameCamera, servicesBelow } from './camera.ts';
import { fitCanvas } from './canvas.ts';
import { createGraph, type Graph } from './cytoscapeGraph.ts';
import { type Depth, graphElements } from './graphElements.ts';
import { chevronAt, drawInk } from './inkLayer.ts';
import { drawWalk, packetBox } from './packetLayer.ts';
import { type Palette, readPalette, watchTheme } from './palette.ts';

export interface GraphInput {
  readonly scene: SceneModel | null;
  readonly playhead: Playhead | null;
  readonly unfolded: boolean;
  readonly selected: string | null;
  readonly focused: string | null;
  readonly hidden: { readonly underlay: boolean; readonly overlay: boolean };
  readonly reducedMotion: boolean;
  readonly translate: Translate;
  readonly onSelect: (thing: string | null) => void;
  readonly onToggle: (key: string, expanded: boolean) => void;
  readonly onStage: ((width: number, height: number) => void) | undefined;
}

export interface GraphControl {
  readonly stageRef: RefObject<HTMLDivElement | null>;
  readonly graphRef: RefObject<HTMLDivElement | null>;
  readonly inkRef: RefObject<HTMLCanvasElement | null>;
  readonly walkRef: RefObject<HTMLCanvasElement | null>;
  readonly zoom: number;
  readonly depth: Depth;
  readonly hovered: string | null;
  /** Screen pixels free below the outside's region, where the legend may stand. */
  readonly freeBelowOutside: number;
  moveTo(view: (camera: Camera, stage: Size, scene: SceneModel) => Camera): void;
  home(): void;
  fit(): void;
}

const follow = 350;

const elementsById = (scene: SceneModel | null): ReadonlyMap<string, SceneElement> =>
  new Map([...(scene?.elements ?? []), ...(scene?.services.elements ?? [])].map((element) => [element.id, element]));

export function useGraph(input: GraphInput): GraphControl {
  const stageRef = useRef<HTMLDivElement>(null);
  const graphRef = useRef<HTMLDivElement>(null);
  const inkRef = useRef<HTMLCanvasElement>(null);
  const walkRef = useRef<HTMLCanvasElement>(null);
  const graph = useRef<Graph | null>(null);
  const palette = useRef<Palette | null>(null);
  const latest = useRef(input);
  latest.current = input;
  const stage = useRef<Size>({ width: 0, height: 0 });
  const touched = useRef(false);
  const animation = useRef(0);
  /** Where a running move of the camera ends: the next move starts from there. */
  const target = useRef<Camera | null>(null);
  const hoveredThing = useRef<string | null>(null);
  const [zoom, setZoom] = useState(1);
  const [freeBelowOutside, setFree] = useState(0);
  const [hovered, setHovered] = useState<string | null>(null);
  const byId = useMemo(() => elementsById(input.scene), [input.scene]);
  const walked = useMemo(() => new Set((input.scene?.legs ?? []).flatMap((leg) => leg.steps.map((step) => step.thing))), [input.scene]);
  const known = useRef({ byId, walked });
  known.current = { byId, walked };
  const farThings = (input.scene?.services.elements.length ?? 0) > 0;
  const depth: Depth = zoom < servicesBelow && farThings ? 'services' : 'pods';
  const depthNow = useRef<Depth>(depth);

  const drawPacketNow = useCallback(() => {
    const { scene, playhead, unfolded, translate, reducedMotion, selected, focused } = latest.current;
    const canvas = walkRef.current;
    if (scene === null || canvas === null || graph.current === null || palette.current === null) return;
    const near = depthNow.current === 'pods';
    drawWalk(canvas, {
      scene,
      playhead: near ? playhead : null,
      unfolded,
      camera: graph.current.camera(),
      palette: palette.current,
      translate,
      reducedMotion,
      elements: known.current.byId,
      selected: near ? selected : null,
      focused: focused === null ? null : (known.current.byId.get(focused)?.box ?? null),
    });
  }, []);

  const drawAll = useCallback(() => {
    const { scene, translate, hidden } = latest.current;
    const current = graph.current;
    const canvas = inkRef.current;
    if (scene === null || canvas === null || current === null || palette.current === null) return;
    drawInk(canvas, {
      scene,
      depth: depthNow.current,
      camera: current.camera(),
      stage: stage.current,
      palette: palette.current,
      translate,
      presence: current.presence,
      leaving: current.leaving().map((node) => node.element),
      walked: known.current.walked,
      hidden,
      hovered: hoveredThing.current,
    });
    drawPacketNow();
  }, [drawPacketNow]);

  const moveTo = useCallback<GraphControl['moveTo']>((view) => {
    const current = graph.current;
    const { scene, reducedMotion } = latest.current;
    if (current === null || scene === null || stage.current.width === 0) return;
    const from = current.camera();
    const expected = target.current ?? from;
    const to = view(expected, stage.current, scene);
    if (sameCamera(to, expected)) return;
    cancelAnimationFrame(animation.current);
    target.current = to;
    if (reducedMotion) {
      target.current = null;
      current.setCamera(to);
      return;
    }
    const start = performance.now();
    const frame = (now: number): void => {
      const part = Math.min(1, (now - start) / follow);
      current.setCamera(between(from, to, 1 - (1 - part) ** 3));
      if (part < 1) animation.current = requestAnimationFrame(frame);
      else target.current = null;
    };
    animation.current = requestAnimationFrame(frame);
  }, []);

  const goHome = useCallback(() => {
    const { scene } = latest.current;
    if (scene === null || stage.current.width === 0) return;
    graph.current?.setCamera(homeCamera(scene, stage.current));
  }, []);

  useLayoutEffect(() => {
    const container = graphRef.current;
    const element = stageRef.current;
    if (container === null || element === null) return;
    palette.current = readPalette();
    const created = createGraph(container, palette.current, {
      onTap: (id, at) => tap(id, at, known.current.byId, latest.current),
      onHover: (id) => {
        const found = id === null ? undefined : known.current.byId.get(id);
        hoveredThing.current = found?.thing ?? null;
        setHovered(found === undefined || (found.thing === '' && found.toggles === null) ? null : found.id);
      },
      onRender: () => drawAll(),
      onCamera: (camera) => {
        setZoom(camera.zoom);
        setFree(Math.round(freeBelow(known.current.byId.get('outside'), camera, stage.current)));
      },
    });
    graph.current = created;
    const stopTheme = watchTheme(() => {
      palette.current = readPalette();
      created.setPalette(palette.current);
      drawAll();
    });
    const measure = (): void => {
      stage.current = { width: element.clientWidth, height: element.clientHeight };
      for (const canvas of [inkRef.current, walkRef.current]) if (canvas !== null) fitCanvas(canvas, stage.current);
      created.resize();
      latest.current.onStage?.(stage.current.width, stage.current.height);
      if (!touched.current) goHome();
      drawAll();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    const touch = (): void => {
      touched.current = true;
      target.current = null;
      cancelAnimationFrame(animation.current);
    };
    element.addEventListener('wheel', touch, { passive: true });
    element.addEventListener('pointerdown', touch);
    // The page's typefaces come after the first walk is drawn: what was painted in the system's own is painted again.
    document.fonts.addEventListener('loadingdone', drawAll);
    return () => {
      observer.disconnect();
      stopTheme();
      document.fonts.removeEventListener('loadingdone', drawAll);
      element.removeEventListener('wheel', touch);
      element.removeEventListener('pointerdown', touch);
      cancelAnimationFrame(animation.current);
      graph.current = null;
      created.destroy();
    };
  }, [drawAll, goHome]);

  const shownBefore = useRef<SceneModel | null>(null);
  useLayoutEffect(() => {
    const { scene, reducedMotion } = latest.current;
    if (scene === null || scene !== input.scene || graph.current === null) return;
    const before = shownBefore.current;
    graph.current.show(graphElements(scene), before !== null && !reducedMotion);
    shownBefore.current = scene;
    if (before === null || (!touched.current && (before.width !== scene.width || before.height !== scene.height))) goHome();
    drawAll();
  }, [input.scene, drawAll, goHome]);

  useLayoutEffect(() => {
    depthNow.current = depth;
    graph.current?.setDepth(depth);
    drawAll();
  }, [depth, drawAll]);

  useEffect(() => {
    graph.current?.setHidden(input.hidden);
    drawAll();
  }, [input.hidden, drawAll]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when any of these changes, read through `latest`
  useLayoutEffect(drawPacketNow, [input.playhead, input.unfolded, input.selected, input.focused, input.reducedMotion, drawPacketNow]);

  useFollow(input, moveTo, depth);
  useEffect(() => {
    const box = input.focused === null ? undefined : known.current.byId.get(input.focused)?.box;
    if (box !== undefined) moveTo((camera, size) => reveal(camera, box, size));
  }, [input.focused, moveTo]);

  const home = useCallback(() => {
    touched.current = false;
    moveTo((_, size, scene) => homeCamera(scene, size));
  }, [moveTo]);
  const fit = useCallback(() => {
    touched.current = true;
    moveTo((_, size, scene) => fitCamera(depthNow.current === 'services' ? scene.services : scene, size));
  }, [moveTo]);

  return { stageRef, graphRef, inkRef, walkRef, zoom, depth, hovered, freeBelowOutside, moveTo, home, fit };
}

/** A click on a chevron opens or closes, on a thing selects it. */
function tap(id: string | null, at: Point, byId: ReadonlyMap<string, SceneElement>, { onSelect, onToggle }: GraphInput): void {
  const element = id === null ? undefined : byId.get(id);
  if (element === undefined) onSelect(null);
  else if (element.toggles !== null && (element.shape !== 'node' || onChevron(element, at)))
    onToggle(element.toggles, element.variant !== 'expanded');
  else onSelect(element.thing === '' ? null : element.thing);
}

/** All of the stage's height when there is no outside. */
function freeBelow(region: SceneElement | undefined, camera: Camera, stage: Size): number {
  if (region === undefined) return stage.height;
  return stage.height - (region.box.y + region.box.height) * camera.zoom - camera.pan.y;
}

const onChevron = ({ box, shape }: SceneElement, at: Point): boolean => {
  const chevron = chevronAt(box, shape);
  return Math.abs(chevron.x - at.x) < 13 && Math.abs(chevron.y - at.y) < 12;
};

/** The camera goes after the packet only when the packet leaves the inner part of the stage. */
function useFollow({ scene, playhead }: GraphInput, moveTo: GraphControl['moveTo'], depth: Depth): void {
  const leg = playhead?.leg;
  const step = playhead?.step;
  useEffect(() => {
    if (scene === null || leg === undefined || step === undefined || depth === 'services') return;
    const here = stepAt(scene, { leg, step, progress: 1 });
    if (here === null) return;
    const { at } = here.step;
    moveTo((camera, size) =>
      isInside(camera, at, size, 0.94) ? camera : reveal(camera, packetBox(at), size, Math.min(size.height * 0.22, 120)),
    );
  }, [scene, leg, step, depth, moveTo]);
}
