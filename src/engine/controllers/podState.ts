/**
 * A planned Pod with its node, addresses and status. A Pod of the text keeps the phase and readiness that its status states; every other
 * bound Pod with an address runs and is ready: probes, images and crashes are not modelled here.
 */
import type { KindTypes } from '../api/resource.ts';
import { withObject } from '../api/resourceList.ts';
import type { NodeState, PodState } from '../clusterState.ts';
import type { IpAddress } from '../net/address.ts';
import type { PlannedPod } from './podTemplates.ts';

type Status = NonNullable<KindTypes['Pod']['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];

export interface PodPlacement {
  readonly node: NodeState | null;
  readonly addresses: readonly IpAddress[];
  /** Why the Pod has no node or no address, in the words of the scheduler or of IPAM. */
  readonly message: string | null;
  /** The reason of the condition PodScheduled. */
  readonly reason?: string;
}

/** Whether the Pod has come to its end: it holds neither addresses nor resources. */
export function hasEnded({ resource }: PlannedPod): boolean {
  const phase = resource.object.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

export function podState(planned: PlannedPod, placement: PodPlacement): PodState {
  const { resource, owners } = planned;
  const { object, reference } = resource;
  const { node, message } = placement;
  const phase = phaseOf(planned, placement);
  const addresses = hasEnded(planned) ? [] : placement.addresses;
  const ready = phase === 'Running' && readyOf(object.status, node);
  const labels = object.metadata?.labels ?? {};
  const spec = object.spec ?? { containers: [] };
  return {
    resource: withObject(resource, {
      ...object,
      metadata: { ...object.metadata, name: reference.name, namespace: reference.namespace ?? 'default' },
      spec: node === null ? spec : { ...spec, nodeName: node.name },
      status: { ...object.status, ...statusOf(planned, placement, phase, ready) },
    }),
    namespace: reference.namespace ?? 'default',
    name: reference.name,
    labels,
    node: node?.name ?? null,
    addresses,
    hostNetwork: spec.hostNetwork === true,
    phase,
    ready,
    terminating: object.metadata?.deletionTimestamp !== undefined,
    message,
    owners,
  };
}

function phaseOf(planned: PlannedPod, { node, addresses }: PodPlacement): PodState['phase'] {
  const stated = planned.resource.object.status?.phase;
  if (stated === 'Succeeded' || stated === 'Failed') return stated;
  if (node === null || addresses.length === 0) return 'Pending';
  const isBoundInText = planned.resource.object.spec?.nodeName !== undefined;
  return stated === 'Unknown' || (stated === 'Pending' && isBoundInText) ? stated : 'Running';
}

/** What the text states; else a Pod is as ready as its node (pkg/controller/nodelifecycle MarkPodsNotReady). */
function readyOf(status: Status | undefined, node: NodeState | null): boolean {
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  if (condition !== undefined) return condition.status === 'True';
  if (node?.ready === false) return false;
  return (status?.containerStatuses ?? []).every((container) => container.ready);
}

function statusOf(
  planned: PlannedPod,
  { node, addresses, message, reason }: PodPlacement,
  phase: PodState['phase'],
  ready: boolean,
): Status {
  const stated = planned.resource.object.status;
  const conditions =
    stated?.conditions ??
    (node === null
      ? [{ type: 'PodScheduled', status: 'False', reason: reason ?? 'Unschedulable', ...(message === null ? {} : { message }) }]
      : ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
          type,
          status: ready || type === 'PodScheduled' ? 'True' : 'False',
        })));
  const [first] = addresses;
  const hostAddress = node?.addresses[0]?.address;
  const isHeld = phase === 'Running' || phase === 'Unknown' || (phase === 'Pending' && first !== undefined);
  return {
    phase,
    conditions,
    ...(hostAddress === undefined ? {} : { hostIP: hostAddress, hostIPs: (node?.addresses ?? []).map(({ address }) => ({ ip: address })) }),
    ...(isHeld && first !== undefined ? { podIP: first, podIPs: addresses.map((ip) => ({ ip })) } : {}),
    ...(stated?.containerStatuses !== undefined || node === null ? {} : { containerStatuses: containerStatuses(planned, phase, ready) }),
  };
}

function containerStatuses(planned: PlannedPod, phase: PodState['phase'], ready: boolean): ContainerStatus[] {
  return (planned.resource.object.spec?.containers ?? []).map((container) => ({
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready,
    restartCount: 0,
    started: phase === 'Running',
    state: phase === 'Running' ? { running: {} } : { waiting: { reason: 'ContainerCreating' } },
  }));
}
