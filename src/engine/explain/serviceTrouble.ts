/**
 * Why a Service has nobody to answer: its selector matches nothing, its Pods wait or are not ready, its target port's name is unknown.
 * Read from the objects alone; used for refused connections and for the problem list.
 */
import type { Origin } from '../api/origin.ts';
import { originOf } from '../api/resource.ts';
import { type ClusterIndex, endpointsOf, servicePorts } from '../clusterIndex.ts';
import type { PodState, ServiceState } from '../clusterState.ts';
import { type Message, message } from '../net/message.ts';

export interface Trouble {
  readonly message: Message;
  readonly origin: Origin;
}

type Labels = Readonly<Record<string, string>>;

/** Labels that controllers put on their Pods: nobody selects by them. */
const machineLabels: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'apps.kubernetes.io/pod-index',
  'statefulset.kubernetes.io/pod-name',
]);

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .filter(([key]) => !machineLabels.has(key))
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(', ');

/** What keeps one port of a Service (null: any) without ready endpoints; null when it has some. */
export function explainNoEndpoints(index: ClusterIndex, service: ServiceState, portName: string | null): Trouble | null {
  if (endpointsOf(index, service, portName).some((endpoint) => endpoint.ready)) return null;
  const name = `${service.namespace}/${service.name}`;
  const selector = service.resource.object.spec?.selector ?? {};
  if (Object.keys(selector).length === 0) {
    const slices = index.slices.get(name) ?? [];
    const key = slices.length === 0 ? 'noSlice' : 'sliceWithoutReady';
    return { message: message(`exchange.reason.${key}`, { service: name }), origin: originOf(service.resource, '/spec') };
  }
  const neighbours = index.state.pods.filter((pod) => pod.namespace === service.namespace);
  const selected = neighbours.filter((pod) => Object.entries(selector).every(([key, value]) => pod.labels[key] === value));
  if (selected.length === 0) return selectorMatchesNothing(service, selector, neighbours);
  const waiting = selected.filter((pod) => !pod.ready);
  const first = waiting[0];
  if (first !== undefined && waiting.length === selected.length) {
    const isOnUnreadyNode = first.node !== null && index.nodes.get(first.node)?.ready === false;
    const params = {
      service: name,
      count: selected.length,
      pod: `${first.namespace}/${first.name}`,
      why: first.message ?? (isOnUnreadyNode ? `node ${first.node} is not Ready` : `phase ${first.phase}, not Ready`),
    };
    return { message: message('exchange.reason.podsNotReady', params), origin: originOf(first.resource) };
  }
  const port = servicePorts(service).find((entry) => entry.name === portName);
  const field = port === undefined ? '/spec/ports' : `/spec/ports/${port.position}/targetPort`;
  const params = { service: name, targetPort: String(port?.targetPort ?? '') };
  return { message: message('exchange.reason.targetPortUnknown', params), origin: originOf(service.resource, field) };
}

function selectorMatchesNothing(service: ServiceState, selector: Labels, pods: readonly PodState[]): Trouble {
  const origin = originOf(service.resource, '/spec/selector');
  const params = { service: `${service.namespace}/${service.name}`, selector: labelText(selector) };
  const closest = closestPod(selector, pods);
  if (closest === null) return { message: message('exchange.reason.selectorMatchesNothing', params), origin };
  const seen = { ...params, pod: closest.name, labels: labelText(closest.labels) };
  return { message: message('exchange.reason.selectorMatchesNothingClosest', seen), origin };
}

/** The Pod that shares most with a selector: pairs first, then the nearest spelling; null when none comes near. */
export function closestPod(selector: Labels, pods: readonly PodState[]): PodState | null {
  let best: { readonly pod: PodState; readonly score: number } | null = null;
  for (const pod of pods) {
    const score = Object.entries(selector).reduce((sum, [key, value]) => sum + similarity(value, pod.labels[key]), 0);
    if (score > 0 && (best === null || score > best.score)) best = { pod, score };
  }
  return best?.pod ?? null;
}

function similarity(wanted: string, found: string | undefined): number {
  if (found === undefined) return 0;
  if (wanted === found) return 100;
  const longest = Math.max(wanted.length, found.length, 1);
  const likeness = 1 - editDistance(wanted, found) / longest;
  // A name with little in common is another name, not a slip of the pen.
  const isLonger = found.length > 0 && wanted.length > 0 && (wanted.includes(found) || found.includes(wanted));
  return likeness < 0.4 && !isLonger ? 0 : 1 + 50 * likeness;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [position, letter] of [...left].entries()) {
    const next = [position + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
