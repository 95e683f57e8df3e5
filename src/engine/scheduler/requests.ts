/** What a Pod asks of a node: resources (resourcehelper.PodRequests) and host ports. */
import type { KindTypes } from '../api/resource.ts';
import { parseQuantity } from './quantity.ts';

export type PodSpec = NonNullable<KindTypes['Pod']['spec']>;
type Container = PodSpec['containers'][number];
/** Resource name → amount in base units (cores, bytes, pieces). */
export type Amounts = Readonly<Record<string, number>>;

/** What scoring assumes of a container that requests nothing (schedutil.DefaultMilliCPURequest, DefaultMemoryRequest). */
const assumedCpu = 0.1;
const assumedMemory = 200 * 2 ** 20;

export interface HostPort {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

export function readAmounts(resources: Readonly<Record<string, string | number>> | undefined): Amounts {
  const amounts: Record<string, number> = {};
  for (const [name, value] of Object.entries(resources ?? {})) amounts[name] = parseQuantity(value) ?? 0;
  return amounts;
}

const add = (left: Amounts, right: Amounts): Amounts => combine(left, right, (first, second) => first + second);
const largest = (left: Amounts, right: Amounts): Amounts => combine(left, right, Math.max);

function combine(left: Amounts, right: Amounts, join: (left: number, right: number) => number): Amounts {
  const result: Record<string, number> = { ...left };
  for (const [name, amount] of Object.entries(right)) result[name] = join(result[name] ?? 0, amount);
  return result;
}

const plain = (container: Container): Amounts => readAmounts(container.resources?.requests);

const assumed = (container: Container): Amounts => {
  const requests = plain(container);
  return { ...requests, cpu: requests.cpu ?? assumedCpu, memory: requests.memory ?? assumedMemory };
};

/** Containers and sidecars together, or the largest moment of initialisation, and the overhead. */
function sumRequests(spec: PodSpec, requestOf: (container: Container) => Amounts): Amounts {
  let sidecars: Amounts = {};
  let initialising: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const request = requestOf(container);
    if (container.restartPolicy === 'Always') sidecars = add(sidecars, request);
    initialising = largest(initialising, container.restartPolicy === 'Always' ? sidecars : add(sidecars, request));
  }
  const running = (spec.containers ?? []).reduce<Amounts>((sum, container) => add(sum, requestOf(container)), sidecars);
  const total = { ...largest(running, initialising), ...readAmounts(spec.resources?.requests) };
  return add(total, readAmounts(spec.overhead));
}

export const podRequests = (spec: PodSpec): Amounts => sumRequests(spec, plain);
export const assumedRequests = (spec: PodSpec): Amounts => sumRequests(spec, assumed);

/** Ports that the Pod takes on its node. */
export function hostPorts(spec: PodSpec): readonly HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...(spec.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? []).flatMap((port) => {
      const number = port.hostPort ?? (spec.hostNetwork === true ? port.containerPort : 0);
      return number === 0 ? [] : [{ protocol: port.protocol ?? 'TCP', address: port.hostIP ?? '', port: number }];
    }),
  );
}

const isAnyAddress = (address: string): boolean => address === '' || address === '0.0.0.0';

export const portsConflict = (left: HostPort, right: HostPort): boolean =>
  left.port === right.port &&
  left.protocol === right.protocol &&
  (left.address === right.address || isAnyAddress(left.address) || isAnyAddress(right.address));
