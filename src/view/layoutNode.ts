/** One node: its header, uplink and tunnel port, the host's stack with a row per hook, the rail to its veths, and its Pods; or one folded row. */
import { message } from '../shared/message.ts';
import { labelAbovePort } from './layoutCards.ts';
import { element, type Geometry, nativeText, portBox, portKey, type StackPlace } from './layoutGeometry.ts';
import type { Metrics } from './layoutMetrics.ts';
import { emitPods, type PodsInput, type PodsPlan, planPods } from './layoutPods.ts';
import { textWidth, wrapText } from './layoutText.ts';
import type { NodeModel, PortModel } from './model.ts';
import type { Box, Point, SceneElement, SceneText } from './scene.ts';

/** The rows of a stack from top to bottom. INPUT and OUTPUT take FORWARD's row when the walk takes them. */
export const stackRows = ['PREROUTING', 'ROUTING', 'FORWARD', 'POSTROUTING'] as const;

export const rowId = (node: string, row: number): string => `row ${node} ${row}`;

export interface NodePlan {
  readonly height: number;
  readonly headerHeight: number;
  readonly headerTexts: readonly SceneText[];
  readonly pods: PodsPlan;
}

const textLeft = 44;

/** The line in a lane keeps to the stack's edge, so that the lane's word stands clear of it. */
const laneInset = (metrics: Metrics): number => Math.round(metrics.laneHeight * 0.35);

/** The header's texts relative to the node's top left; in one line where they fit. */
function planHeader(node: NodeModel, geometry: Geometry): { readonly texts: readonly SceneText[]; readonly height: number } {
  const { header, nodeWidth } = geometry.metrics;
  const baseline = header < 40 ? 18 : 22;
  const addresses = node.addresses.join(' ');
  const blocks = node.podBlocks.join(' ');
  const podsText = { ...nativeText(blocks, 0, 0, 'hint', 'right'), words: message('topology.podBlocks', { blocks }) };
  const nameWidth = textWidth(node.name, 'nodeName');
  const addressWidth = textWidth(addresses, 'address');
  const blocksWidth = blocks === '' ? 0 : textWidth(`pods ${blocks}`, 'hint') + 22;
  const badge = 24;
  if (textLeft + nameWidth + 12 + addressWidth + blocksWidth + badge <= nodeWidth) {
    return {
      height: header,
      texts: [
        nativeText(node.name, textLeft, baseline, 'nodeName'),
        nativeText(addresses, textLeft + nameWidth + 12, baseline, 'address'),
        ...(blocks === '' ? [] : [{ ...podsText, x: nodeWidth - 32, y: baseline }]),
      ],
    };
  }
  const room = nodeWidth - textLeft - badge;
  const names = wrapText(node.name, 'nodeName', room);
  const below = wrapText(addresses, 'address', room);
  const oneLine = below.length === 1 && textWidth(addresses, 'address') + 12 + blocksWidth <= room;
  const texts = names.map((line, index) => nativeText(line, textLeft, 18 + index * 15, 'nodeName'));
  let y = 18 + names.length * 15;
  for (const line of below) {
    texts.push(nativeText(line, textLeft, y, 'address'));
    y += 14;
  }
  if (blocks !== '') {
    if (oneLine) texts.push({ ...podsText, x: nodeWidth - 32, y: y - 14 });
    else {
      for (const line of wrapText(blocks, 'hint', room - 30)) {
        texts.push({ ...podsText, text: line, words: message('topology.podBlocks', { blocks: line }), align: 'left', x: textLeft, y });
        y += 14;
      }
    }
  }
  return { texts, height: Math.max(header, y - 2) };
}

export function planNode(geometry: Geometry, input: PodsInput): NodePlan {
  const { metrics } = geometry;
  const header = planHeader(input.node, geometry);
  const pods = planPods(geometry, input);
  const stackHeight = metrics.laneHeight * 2 + metrics.rowHeight * 4;
  const height = header.height + Math.max(stackHeight + metrics.foot, pods.height + 10);
  return { height, headerHeight: header.height, headerTexts: header.texts, pods };
}

const stateOf = (node: NodeModel): SceneElement['state'] => (node.ready ? 'normal' : 'notReady');

const uplinkOf = (node: NodeModel): PortModel | undefined => node.ports.find((port) => port.device === 'ethernet');
const tunnelOf = (node: NodeModel): PortModel | undefined => node.ports.find((port) => port.device === 'vxlan' || port.device === 'ipip');

export function emitNode(geometry: Geometry, input: PodsInput, plan: NodePlan, top: number, folds: boolean): void {
  const { metrics } = geometry;
  const { node } = input;
  const box: Box = { x: metrics.nodeX, y: top, width: metrics.nodeWidth, height: plan.height };
  geometry.elements.push(
    element({
      id: `node ${node.id}`,
      shape: 'node',
      box,
      thing: node.id,
      label: node.name,
      detail: node.addresses.join(', '),
      texts: plan.headerTexts.map((text) => ({ ...text, x: text.x + box.x, y: text.y + box.y })),
      icon: { name: 'node', x: box.x + 24, y: top + (metrics.header < 40 ? 13 : 16), size: metrics.header < 40 ? 20 : 23 },
      added: node.added,
      state: stateOf(node),
      variant: 'expanded',
      toggles: folds ? node.id : null,
    }),
  );
  const stack = emitStack(geometry, node, box, top + plan.headerHeight);
  emitPorts(geometry, node, stack);
  const origin = { x: stack.railX + metrics.vethWidth, y: top + plan.headerHeight };
  const heights = emitPods(geometry, input, plan.pods, origin, stack.railX);
  emitInsideLines(geometry, node, stack, heights);
}

function emitStack(geometry: Geometry, node: NodeModel, nodeBox: Box, top: number): StackPlace {
  const { metrics } = geometry;
  const x = nodeBox.x + metrics.gutter;
  const height = metrics.laneHeight * 2 + metrics.rowHeight * 4;
  const box = { x, y: top, width: metrics.stackWidth, height };
  const rowTop = (row: number): number => top + metrics.laneHeight + row * metrics.rowHeight;
  const middle = (row: number): number => rowTop(row) + metrics.rowHeight / 2;
  const stack: StackPlace = {
    kind: 'stack',
    box: nodeBox,
    inY: top + laneInset(metrics),
    outY: top + height - laneInset(metrics),
    spineX: x + metrics.spine,
    rowY: [middle(0), middle(1), middle(2), middle(3)],
    railX: x + metrics.stackWidth + metrics.rail,
    exitX: nodeBox.x + metrics.exitX,
    tunnelX: nodeBox.x + metrics.tunnelX,
  };
  geometry.elements.push(
    element({
      id: `stack ${node.id}`,
      shape: 'stack',
      box,
      thing: node.id,
      texts:
        metrics.laneHeight < 20
          ? []
          : [
              { ...nativeText('in', x + metrics.stackWidth - 9, stack.inY + 13, 'lane', 'right'), words: message('topology.lane.in') },
              { ...nativeText('out', x + metrics.stackWidth - 9, stack.outY - 7, 'lane', 'right'), words: message('topology.lane.out') },
            ],
    }),
  );
  for (const [row, hook] of stackRows.entries()) {
    const left = x + metrics.spine + (metrics.vethLines === 2 ? 13 : 20);
    const rowBox = { x: left, y: rowTop(row), width: x + metrics.stackWidth - 6 - left, height: metrics.rowHeight };
    geometry.elements.push(
      element({
        id: rowId(node.id, row),
        shape: 'stackRow',
        box: rowBox,
        thing: node.id,
        label: hook,
        variant: row === 0 ? 'first' : '',
        texts: [nativeText(hook, left + 5, middle(row) + 3.5, 'hook')],
      }),
    );
  }
  geometry.places.set(node.id, stack);
  return stack;
}

function emitPorts(geometry: Geometry, node: NodeModel, stack: StackPlace): void {
  const uplink = uplinkOf(node);
  const at = { x: stack.box.x, y: stack.inY };
  if (uplink !== undefined) {
    const label = nativeText(uplink.name, at.x + 8, at.y - labelAbovePort, 'interface');
    emitPort(geometry, node, uplink, at, [label]);
  }
  const tunnel = tunnelOf(node);
  const below = stack.outY + laneInset(geometry.metrics) + (geometry.metrics.foot < 22 ? 15 : 13);
  if (tunnel !== undefined) {
    const label = nativeText(
      [tunnel.name, ...tunnel.addresses].join(' '),
      stack.box.x + geometry.metrics.gutter - (geometry.metrics.vethLines === 2 ? 13 : -3),
      below,
      'interface',
    );
    emitPort(geometry, node, tunnel, { x: stack.tunnelX, y: stack.outY }, [label]);
  }
  const others = node.ports.filter((port) => port !== uplink && port !== tunnel && port.device !== 'loopback');
  for (const [index, port] of others.entries()) {
    const place = { x: stack.box.x, y: stack.inY + 22 * (index + 1) };
    emitPort(geometry, node, port, place, [nativeText(port.name, place.x + 8, place.y - labelAbovePort + 6, 'interface')]);
  }
}

function emitPort(geometry: Geometry, node: NodeModel, port: PortModel, at: Point, texts: readonly SceneText[]): void {
  geometry.elements.push(
    element({
      id: port.id,
      shape: 'port',
      box: portBox(at),
      thing: node.id,
      label: port.name,
      detail: port.addresses.join(', '),
      texts,
      variant: port.device,
    }),
  );
  geometry.ports.set(port.id, { at, element: port.id });
}

/** The lines that packets take inside: from the uplink to the stack, around its left, down to the tunnel, and the rail to the veths. */
function emitInsideLines(geometry: Geometry, node: NodeModel, stack: StackPlace, heights: readonly number[]): void {
  const { box, inY, outY, spineX, railX, exitX, tunnelX } = stack;
  const line = (name: string, ...points: readonly Point[]): void => {
    geometry.links.push({ id: `inside ${node.id} ${name}`, kind: 'inside', from: null, to: null, points });
  };
  line('in', { x: box.x, y: inY }, { x: spineX, y: inY });
  line('spine', { x: spineX, y: inY }, { x: spineX, y: outY });
  line('exit', { x: spineX, y: outY }, { x: exitX, y: outY }, { x: exitX, y: inY });
  if (tunnelOf(node) !== undefined) line('tunnel', { x: exitX, y: outY }, { x: tunnelX, y: outY }, { x: tunnelX, y: inY });
  if (heights.length === 0) return;
  line('rail', { x: spineX, y: inY }, { x: railX, y: inY }, { x: railX, y: outY }, { x: spineX, y: outY });
  const [top, bottom] = [Math.min(...heights), Math.max(...heights)];
  if (top < inY) line('railTop', { x: railX, y: top }, { x: railX, y: inY });
  if (bottom > outY) line('railBottom', { x: railX, y: outY }, { x: railX, y: bottom });
}

/** Pods of a folded node that the search knows. */
const mostSearched = 110;

export interface FoldedInput {
  readonly node: NodeModel;
  readonly box: Box;
  /** Where its uplink stands: on the left border, or on the top border of a tile in the grid. */
  readonly at: Point;
  /** Where the overlay reaches it; null when it has none or stands in the grid. */
  readonly tunnelAt: Point | null;
}

interface FoldedPlan {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly height: number;
}

/** Name and addresses of a folded node in lines that fit, and the height they need. */
export function planFolded(geometry: Geometry, node: NodeModel, width: number): FoldedPlan {
  const room = width - textLeft - 32;
  const names = wrapText(node.name, 'nodeName', room - textWidth('1000 Pods', 'hint'));
  const addresses = wrapText(node.addresses.join(' '), 'address', room);
  return { names, addresses, height: Math.max(geometry.metrics.collapsedHeight, names.length * 15 + addresses.length * 13 + 12) };
}

/** A node folded into a row or tile: name, address and how many Pods; its uplink, and its tunnel port when it has one. */
export function emitFolded(geometry: Geometry, { node, box, at, tunnelAt }: FoldedInput): void {
  const pods = node.pods.length;
  const plan = planFolded(geometry, node, box.width);
  const middle = box.y + box.height / 2;
  const first = middle - (plan.names.length * 15 + plan.addresses.length * 13) / 2 + 11;
  const left = box.x + textLeft;
  geometry.elements.push(
    element({
      id: `node ${node.id}`,
      shape: 'collapsedNode',
      box,
      thing: node.id,
      label: node.name,
      detail: node.addresses.join(', '),
      texts: [
        ...plan.names.map((line, index) => nativeText(line, left, first + index * 15, 'nodeName')),
        ...plan.addresses.map((line, index) => nativeText(line, left, first + plan.names.length * 15 + index * 13 - 1, 'address')),
        {
          ...nativeText(String(pods), box.x + box.width - 30, first, 'hint', 'right'),
          words: message('topology.podCount', { count: pods }),
        },
      ],
      icon: { name: 'node', x: box.x + 24, y: middle, size: 24 },
      added: node.added,
      state: stateOf(node),
      variant: 'collapsed',
      toggles: node.id,
      contains: node.pods.slice(0, mostSearched).map((pod) => `${pod.name} ${pod.addresses.join(' ')}`),
    }),
  );
  const uplink = uplinkOf(node);
  if (uplink !== undefined) emitPort(geometry, node, uplink, at, []);
  const tunnel = tunnelOf(node);
  if (tunnel !== undefined && tunnelAt !== null) emitPort(geometry, node, tunnel, tunnelAt, []);
  geometry.places.set(node.id, { kind: 'folded', box, at });
}

/** The id of a node's tunnel port, when it has one. */
export const tunnelPort = (node: NodeModel): string | null => tunnelOf(node)?.id ?? null;
export const uplinkPort = (node: NodeModel): string => uplinkOf(node)?.id ?? portKey(node.id, 'eth0');
