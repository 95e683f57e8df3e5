/** The walk's line: unbroken, on the topology's own links, and by the rows that the engine named. */
import { describe, expect, it } from 'vitest';
import { createEngine, emptyKernelState, emptyLedger, runRequest } from '../engine/index.ts';
import { scenarios } from '../scenarios/index.ts';
import { droppedRequest, ingressRequest, ingressTopology, rejectedRequest } from '../ui/topology/fixture.test-data.ts';
import { arrangeScene } from './arrange.ts';
import type { RequestModel, TopologyModel } from './model.ts';
import { laneOffset, lanePitch } from './path.ts';
import { shiftLine } from './pathLines.ts';
import { buildRequest } from './request.ts';
import type { Point, SceneLeg, SceneModel } from './scene.ts';
import { buildTopology } from './topology.ts';

const stage = { width: 760, height: 545, expanded: {}, tidy: 0 };

const sceneOf = (topology: TopologyModel, request: RequestModel, expanded: Readonly<Record<string, boolean>> = {}): SceneModel =>
  arrangeScene({ topology, request, stage: { ...stage, expanded }, previous: null, revision: 1 }).scene;

function breaks(leg: SceneLeg): readonly string[] {
  return leg.steps.flatMap((step, index) => {
    const before = leg.steps[index - 1];
    const start = step.via[0];
    const found: string[] = [];
    if (step.via.at(-1)?.x !== step.at.x || step.via.at(-1)?.y !== step.at.y) found.push(`${step.id} does not end where it stands`);
    if (before !== undefined && (start?.x !== before.at.x || start.y !== before.at.y)) found.push(`${step.id} begins elsewhere`);
    return found;
  });
}

/** Pieces of a step's line that run neither level nor upright, nor are the short way between a port and its lane. */
const slanted = (points: readonly Point[]): number =>
  points.slice(1).filter((to, index) => {
    const from = points[index];
    return from !== undefined && from.x !== to.x && from.y !== to.y && Math.hypot(to.x - from.x, to.y - from.y) > lanePitch * 3;
  }).length;

describe('walkLegs', () => {
  it.each([
    ['delivered', ingressRequest],
    ['dropped', droppedRequest],
    ['rejected', rejectedRequest],
  ])('draws an unbroken, rectangular line: %s', (_name, request) => {
    for (const leg of sceneOf(ingressTopology, request).legs) {
      expect(breaks(leg)).toEqual([]);
      for (const step of leg.steps) expect(slanted(step.via), step.id).toBe(0);
    }
  });

  it('keeps the line unbroken when a walked node is folded', () => {
    for (const leg of sceneOf(ingressTopology, ingressRequest, { 'kind-worker': false, 'kind-worker2': false }).legs) {
      expect(breaks(leg)).toEqual([]);
    }
  });

  it('has one step for each of the engine, in the engine’s order', () => {
    const scene = sceneOf(ingressTopology, ingressRequest);
    for (const [index, leg] of ingressRequest.shown.legs.entries()) {
      const ids = leg.hops.flatMap((hop) => hop.steps.map((_, step) => `${hop.id}.${step}`));
      expect(scene.legs[index]?.steps.map((step) => step.id)).toEqual(ids);
    }
  });

  it('puts a step with a hook in that hook’s row', () => {
    const scene = sceneOf(ingressTopology, ingressRequest);
    const elements = new Map(scene.elements.map((element) => [element.id, element]));
    const rows = scene.legs.flatMap((leg) => leg.steps).filter((step) => step.row !== null);
    expect(rows.length).toBeGreaterThan(20);
    for (const step of rows) {
      const box = elements.get(step.row?.element ?? '')?.box;
      expect(step.at.y, step.id).toBeGreaterThan(box?.y ?? Number.POSITIVE_INFINITY);
      expect(step.at.y, step.id).toBeLessThan((box?.y ?? 0) + (box?.height ?? 0));
    }
  });

  it('goes through the stack a second time for the outer packet, beside the first', () => {
    const steps = sceneOf(ingressTopology, ingressRequest).legs[1]?.steps.filter((step) => step.id.startsWith('1.0.1.')) ?? [];
    const inner = steps.find((step) => step.row?.hook === 'POSTROUTING' && !step.encapsulated);
    const outer = steps.find((step) => step.row?.hook === 'POSTROUTING' && step.encapsulated);
    expect(inner?.at.y).toBe(outer?.at.y);
    expect(Math.abs((inner?.at.x ?? 0) - (outer?.at.x ?? 0))).toBe(lanePitch);
  });

  it('draws a reply beside the request, nowhere on it', () => {
    const [, request, reply] = sceneOf(ingressTopology, ingressRequest).legs;
    const bus = (leg: SceneLeg | undefined) => leg?.steps.find((step) => step.thing === 'node-network' && step.via.length > 1)?.at.x;
    expect(bus(reply)).toBe((bus(request) ?? 0) + lanePitch);
  });

  it('lights the container that takes the packet', () => {
    const last = sceneOf(ingressTopology, ingressRequest).legs[1]?.steps.at(-1);
    expect(last?.effect).toBe('delivered');
    expect(last?.elements.some((id) => id.endsWith(' app'))).toBe(true);
  });

  it('says what of the stack a dropped packet did not reach', () => {
    const last = sceneOf(ingressTopology, droppedRequest).legs[1]?.steps.at(-1);
    expect(last?.notReached).toHaveLength(2);
    expect(sceneOf(ingressTopology, rejectedRequest).legs[1]?.steps.at(-1)?.effect).toBe('rejected');
  });

  it('numbers a leg’s hops with discs that do not touch', () => {
    for (const leg of sceneOf(ingressTopology, ingressRequest).legs) {
      for (const [index, badge] of leg.badges.entries()) {
        for (const other of leg.badges.slice(index + 1)) {
          expect(Math.hypot(badge.at.x - other.at.x, badge.at.y - other.at.y)).toBeGreaterThan(17);
        }
      }
    }
  });
});

describe('the engine’s own walks', () => {
  const engine = createEngine();

  it.each(scenarios.map((scenario) => [scenario.id, scenario.text] as const))(
    '%s: every leg is one unbroken line over known places',
    (_id, text) => {
      const simulation = engine.simulate([{ name: 'manifest.yaml', text }], emptyLedger);
      const topology = buildTopology(simulation, 1);
      for (const probe of simulation.scenarios.flatMap((document) => document.spec.requests)) {
        const { result } = runRequest(simulation, emptyKernelState, probe, { branchLimit: 8 });
        for (const index of result.branches.keys()) {
          const request = buildRequest(simulation, result, index);
          const scene = sceneOf(topology, request);
          const elements = new Set(scene.elements.map((element) => element.id));
          for (const [at, leg] of scene.legs.entries()) {
            expect(breaks(leg)).toEqual([]);
            expect(leg.badges).toHaveLength(request.shown.legs[at]?.hops.length ?? -1);
            for (const step of leg.steps) {
              expect(slanted(step.via), `${step.id} ${JSON.stringify(step.via)}`).toBe(0);
              for (const lit of step.elements) expect(elements.has(lit), lit).toBe(true);
            }
          }
        }
      }
    },
  );
});

describe('shiftLine', () => {
  const corner: readonly Point[] = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 20 },
  ];

  it('leaves a line on its own lane alone', () => {
    expect(shiftLine(corner, 0, 'port', 'row')).toEqual(corner);
  });

  it('moves a line to its lane with square corners, starting from the port', () => {
    expect(shiftLine(corner, 4, 'port', 'row')).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 4 },
      { x: 14, y: 4 },
      { x: 14, y: 20 },
    ]);
  });

  it('gives every pass of request and reply a lane of its own', () => {
    const offsets = [laneOffset(false, 0), laneOffset(false, 1), laneOffset(true, 0), laneOffset(true, 1)];
    expect(new Set(offsets).size).toBe(4);
  });
});
