/**
 * The far view: Services beside the workloads that answer for them, large enough to read when the picture is small. It shows who is
 * behind whom, not how packets get there.
 */
import { compareText } from '../shared/compare.ts';
import { element, nativeText } from './layoutGeometry.ts';
import { textWidth, wrapText } from './layoutText.ts';
import type { PodModel, ServiceModel, TopologyModel } from './model.ts';
import type { Box, SceneElement, SceneLink, SceneModel } from './scene.ts';

const cardWidth = 460;
const columnGap = 190;
const rowGap = 26;
const margin = 24;
const inset = 84;

interface Workload {
  readonly key: string;
  readonly owner: string;
  readonly namespace: string;
  readonly pods: PodModel[];
}

export function emitServices(topology: TopologyModel): SceneModel['services'] {
  const workloads = collectWorkloads(topology);
  const byPod = new Map<string, Workload>();
  for (const workload of workloads.values()) for (const pod of workload.pods) byPod.set(pod.id, workload);
  const elements: SceneElement[] = [];
  const links: SceneLink[] = [];
  const boxes = new Map<string, Box>();
  const rightX = margin + cardWidth + columnGap;
  let [left, right] = [margin, margin];
  for (const service of topology.services) {
    const behind = [...new Set(service.pods.flatMap((pod) => byPod.get(pod) ?? []))];
    const top = Math.max(left, behind.some((workload) => !boxes.has(workload.key)) ? right : left);
    const box = emitService(elements, service, { x: margin, y: top });
    left = box.y + box.height + rowGap;
    let next = top;
    for (const workload of behind) {
      const known = boxes.get(workload.key);
      const target = known ?? emitWorkload(elements, workload, { x: rightX, y: Math.max(next, right) });
      if (known === undefined) {
        boxes.set(workload.key, target);
        next = target.y + target.height + rowGap;
        right = next;
      }
      links.push(connect(service.id, workload.key, box, target));
    }
  }
  for (const workload of workloads.values()) {
    if (boxes.has(workload.key)) continue;
    const box = emitWorkload(elements, workload, { x: rightX, y: right });
    right = box.y + box.height + rowGap;
  }
  return { width: rightX + cardWidth + margin, height: Math.max(left, right) + margin, elements, links };
}

function collectWorkloads(topology: TopologyModel): ReadonlyMap<string, Workload> {
  const workloads = new Map<string, Workload>();
  const pods = [...topology.nodes.flatMap((node) => node.pods), ...topology.pending].sort((one, other) => compareText(one.id, other.id));
  for (const pod of pods) {
    const key = `${pod.namespace}/${pod.owner}`;
    const workload = workloads.get(key) ?? { key, owner: pod.owner, namespace: pod.namespace, pods: [] };
    workload.pods.push(pod);
    workloads.set(key, workload);
  }
  return workloads;
}

function emitService(elements: SceneElement[], service: ServiceModel, at: { readonly x: number; readonly y: number }): Box {
  const details = [`${service.type} ${service.addresses[0] ?? ''}`.trim(), ...service.addresses.slice(1), service.ports.join(' ')].filter(
    (line) => line !== '',
  );
  const names = wrapText(service.name, 'serviceName', cardWidth - inset - 16);
  const lines = details.flatMap((line) => wrapText(line, 'serviceDetail', cardWidth - inset - 16));
  const box = { ...at, width: cardWidth, height: 34 + names.length * 29 + lines.length * 26 };
  elements.push(
    element({
      id: `service ${service.id}`,
      shape: 'service',
      box,
      label: service.name,
      detail: details.join(', '),
      texts: cardTexts(names, lines, box),
      icon: { name: 'service', x: box.x + 44, y: box.y + box.height / 2, size: 52 },
      added: service.added,
      variant: service.pods.length === 0 && service.type !== 'ExternalName' ? 'noEndpoints' : '',
    }),
  );
  return box;
}

function emitWorkload(elements: SceneElement[], workload: Workload, at: { readonly x: number; readonly y: number }): Box {
  const ready = workload.pods.filter((pod) => pod.ready).length;
  const names = wrapText(workload.owner, 'serviceName', cardWidth - inset - 16);
  const line = `${ready}/${workload.pods.length} ready`;
  const lines = textWidth(line, 'serviceDetail') < cardWidth - inset ? [line] : [`${ready}/${workload.pods.length}`];
  const box = { ...at, width: cardWidth, height: 34 + names.length * 29 + lines.length * 26 };
  elements.push(
    element({
      id: `workload ${workload.key}`,
      shape: 'service',
      box,
      label: workload.owner,
      detail: line,
      texts: cardTexts(names, lines, box),
      icon: { name: 'pod', x: box.x + 44, y: box.y + box.height / 2, size: 52 },
      added: workload.pods.every((pod) => pod.added),
      state: ready === workload.pods.length ? 'normal' : 'notReady',
      variant: 'workload',
    }),
  );
  return box;
}

const cardTexts = (names: readonly string[], lines: readonly string[], box: Box) => [
  ...names.map((text, index) => nativeText(text, box.x + inset, box.y + 38 + index * 29, 'serviceName')),
  ...lines.map((text, index) => nativeText(text, box.x + inset, box.y + 38 + names.length * 29 + index * 26, 'serviceDetail')),
];

function connect(service: string, workload: string, from: Box, to: Box): SceneLink {
  const middle = from.x + from.width + columnGap / 2;
  const [y, targetY] = [from.y + from.height / 2, to.y + to.height / 2];
  const start = { x: from.x + from.width, y };
  const end = { x: to.x, y: targetY };
  const points = y === targetY ? [start, end] : [start, { x: middle, y }, { x: middle, y: targetY }, end];
  return { id: `backs ${service} ${workload}`, kind: 'wire', from: `service ${service}`, to: `workload ${workload}`, points };
}
