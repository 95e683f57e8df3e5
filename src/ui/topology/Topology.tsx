/**
 * The animated graph: the cluster as boxes and links, the shown walk along them, and the packet at the playhead. It keeps nothing but its
 * own view (camera, search, which networks are shown); selection and time come from outside.
 */
import { useCallback, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { message, type Translate } from '../../shared/message.ts';
import type { Playhead } from '../../view/motion.ts';
import type { SceneElement, SceneModel } from '../../view/scene.ts';
import { reveal, servicesCamera, zoomAbout } from './camera.ts';
import type { Depth } from './graphElements.ts';
import { Legend, type LegendLine } from './Legend.tsx';
import { focusableThings, searchThings } from './neighbours.ts';
import { ThingList } from './ThingList.tsx';
import { Toolbar } from './Toolbar.tsx';
import { useGraph } from './useGraph.ts';
import { useGraphKeys } from './useGraphKeys.ts';
import './topology.css';

export interface TopologyProps {
  /** Null until the first answer. */
  readonly scene: SceneModel | null;
  /** Null without a request. */
  readonly playhead: Playhead | null;
  /** Whether the hop list shows every packet: the badges count as it does. */
  readonly unfolded?: boolean;
  /** The selected node, Pod or outside thing. */
  readonly selected: string | null;
  readonly translate: Translate;
  readonly onSelect: (thing: string | null) => void;
  /** A node's or an owner's key in StageSettings.expanded. */
  readonly onToggle: (key: string, expanded: boolean) => void;
  /** The room for the scene, whenever it changes. */
  readonly onStage?: (width: number, height: number) => void;
}

const reducedMotionQuery = '(prefers-reduced-motion: reduce)';

function useReducedMotion(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia(reducedMotionQuery);
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => matchMedia(reducedMotionQuery).matches,
  );
}

const shownAll = { underlay: false, overlay: false } as const;

export function Topology({ scene, playhead, unfolded = false, selected, translate, onSelect, onToggle, onStage }: TopologyProps) {
  const [hidden, setHidden] = useState<{ readonly underlay: boolean; readonly overlay: boolean }>(shownAll);
  const [focused, setFocused] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const foundIndex = useRef(-1);
  const reducedMotion = useReducedMotion();
  const root = useRef<HTMLDivElement>(null);
  const graph = useGraph({ scene, playhead, unfolded, selected, focused, hidden, reducedMotion, translate, onSelect, onToggle, onStage });
  const things = useMemo(
    () => (scene === null ? [] : focusableThings(graph.depth === 'services' ? scene.services.elements : scene.elements)),
    [scene, graph.depth],
  );
  const found = useMemo(() => searchThings(things, words), [things, words]);
  const lines = useMemo(() => legendLines(scene, playhead?.leg ?? -1), [scene, playhead?.leg]);

  const goTo = (element: SceneElement | undefined): void => {
    if (element === undefined) return;
    graph.moveTo((camera, stage) => reveal(camera, element.box, stage, 60));
    setFocused(element.id);
  };
  const activate = useCallback(
    (element: SceneElement): void => {
      if (element.toggles !== null && element.shape !== 'node') onToggle(element.toggles, element.variant !== 'expanded');
      else if (element.thing !== '') onSelect(element.thing);
    },
    [onToggle, onSelect],
  );
  const zoomBy = (factor: number): void =>
    graph.moveTo((camera, stage) => zoomAbout(camera, camera.zoom * factor, { x: stage.width / 2, y: stage.height / 2 }));

  const showDepth = (depth: Depth): void => {
    if (depth === 'services') graph.moveTo((_, stage, { services }) => servicesCamera(services, stage));
    else graph.home();
  };
  useGraphKeys(root, {
    '+': () => zoomBy(1.2),
    '=': () => zoomBy(1.2),
    '-': () => zoomBy(1 / 1.2),
    '0': graph.home,
    f: graph.fit,
    z: () => showDepth(graph.depth === 'services' ? 'pods' : 'services'),
    '/': () => root.current?.querySelector<HTMLElement>('[data-topology-search]')?.click(),
  });

  return (
    <div className="topology-view" ref={root}>
      <Toolbar
        depth={graph.depth}
        hasServices={(scene?.services.elements.length ?? 0) > 0}
        hasLayers={graph.depth === 'pods'}
        hasOverlay={scene?.links.some((link) => link.kind === 'overlay') ?? false}
        hidden={hidden}
        zoom={graph.zoom}
        translate={translate}
        found={words.trim() === '' ? null : found.length}
        onDepth={showDepth}
        onHidden={setHidden}
        onZoom={zoomBy}
        onReset={graph.home}
        onFit={graph.fit}
        onSearch={(next) => {
          setWords(next);
          foundIndex.current = -1;
          if (next === '') setFocused(null);
        }}
        onSearchNext={() => {
          foundIndex.current = (foundIndex.current + 1) % Math.max(1, found.length);
          goTo(found[foundIndex.current]);
        }}
      />
      <div ref={graph.stageRef} className={`topology-stage${graph.hovered === null ? '' : ' pointing'}`}>
        <div className="topology-canvases" aria-hidden="true">
          <div ref={graph.graphRef} className="topology-graph" />
          <canvas ref={graph.inkRef} />
          <canvas ref={graph.walkRef} />
        </div>
        {scene === null && <p className="topology-empty">{translate(message('topology.empty'))}</p>}
        {graph.depth === 'pods' && graph.freeBelowOutside > lines.length * 19 + 76 && <Legend lines={lines} translate={translate} />}
      </div>
      <ThingList things={things} selected={selected} focused={focused} translate={translate} onFocus={setFocused} onActivate={activate} />
    </div>
  );
}

function legendLines(scene: SceneModel | null, leg: number): readonly LegendLine[] {
  if (scene === null) return [];
  const steps = scene.legs[leg]?.steps ?? [];
  const lines: LegendLine[] = [];
  if (scene.links.some((link) => link.kind === 'veth')) lines.push('veth');
  if (scene.elements.some((element) => element.added)) lines.push('added');
  if (steps.length > 0) lines.push('walked');
  if (steps.some((step) => step.encapsulated)) lines.push('encapsulated');
  if (steps.length > 0) lines.push('toWalk');
  if (steps.some((step) => step.notReached.length > 0)) lines.push('notReached');
  return lines;
}
