/**
 * From declared objects to a cluster at rest: bootstrap, controllers, scheduler, address management, endpoints, in the order in which a real
 * cluster settles. Every step is a pure function in a folder of its own; here they are only put one behind the other. There is no time:
 * what a cluster would pass through on its way (roll-outs, probes, evictions) is not modelled.
 */
import { compareText } from '../shared/compare.ts';
import type { Diagnostic } from './api/diagnostic.ts';
import { matchesLabelMap } from './api/labelSelector.ts';
import { referenceKey } from './api/origin.ts';
import { diagnosticOf } from './api/report.ts';
import type { AnyResource, Resource } from './api/resource.ts';
import { resourcesOfKind } from './api/resourceList.ts';
import { completeCluster } from './bootstrap/completeCluster.ts';
import { nginxControllerName, runsIngressNginx } from './bootstrap/ingressNginx.ts';
import type { ClusterState, IpamState, NodeState, PodState, ServiceState } from './clusterState.ts';
import { eligibleNodes } from './controllers/daemonSets.ts';
import { endpointSlices } from './controllers/endpointSlices.ts';
import { mirroredSlices } from './controllers/mirroredSlices.ts';
import { canonicalJson, templateHash } from './controllers/names.ts';
import { hasEnded, podState } from './controllers/podState.ts';
import type { PlannedPod, PodSpec } from './controllers/podTemplates.ts';
import { assignServices } from './controllers/services.ts';
import { storedMetadata } from './controllers/storedMetadata.ts';
import { statusWriter } from './controllers/workloadStatus.ts';
import { expandWorkloads } from './controllers/workloads.ts';
import { allocateAddresses } from './ipam/allocate.ts';
import { emptyLedger, type Ledger, type LedgerEntry } from './ledger.ts';
import { type IpAddress, parseIpAddress } from './net/address.ts';
import { message } from './net/message.ts';
import { type Placement, schedulePods } from './scheduler/schedulePods.ts';

export interface Convergence {
  readonly state: ClusterState;
  /** Every assignment of this run. */
  readonly ledger: Ledger;
  readonly diagnostics: readonly Diagnostic[];
}

/** `declared`: validated objects in the order of the text. The same objects and the same ledger give the same cluster, always. */
export function convergeCluster(declared: readonly AnyResource[], ledger: Ledger): Convergence {
  const cluster = completeCluster(declared.map(storedMetadata), ledger);
  const workloads = expandWorkloads(cluster.resources, cluster.nodes);
  const assigned = assignServices(resourcesOfKind(cluster.resources, 'Service'), cluster.settings, ledger);
  const placements = placePods(workloads.pods, workloads.replicaSets, cluster.resources, cluster.nodes, assigned.services, ledger);
  const created = workloads.pods.filter((pod) => placements.get(pod.key)?.kind !== 'notCreated');
  const addressed = addressPods(created, placements, cluster.nodes, cluster.resources, ledger);
  const statedSlices = resourcesOfKind(cluster.resources, 'EndpointSlice');
  const mirrored = mirroredSlices({
    services: assigned.services,
    endpoints: resourcesOfKind(cluster.resources, 'Endpoints'),
    declared: statedSlices,
  });
  const slices = endpointSlices({
    services: assigned.services,
    declared: [...statedSlices, ...mirrored.slices],
    pods: addressed.pods,
    nodes: cluster.nodes,
  });
  const writeStatus = statusWriter({
    pods: addressed.pods,
    ...ingressAddresses(cluster.resources, assigned.services, addressed.pods),
    daemonSetSizes: new Map(
      resourcesOfKind(cluster.resources, 'DaemonSet').map((set) => [
        `${set.reference.namespace}/${set.reference.name}`,
        eligibleNodes(set, cluster.nodes).length,
      ]),
    ),
  });
  const standing = cluster.resources.filter((resource) => !replacedKinds.has(resource.kind)).map(writeStatus);
  const resources = inPrintOrder([
    ...standing,
    ...cluster.nodes.map((node) => node.resource),
    ...workloads.replicaSets.map(writeStatus),
    ...addressed.pods.map((pod) => pod.resource),
    ...assigned.services.map((service) => service.resource),
    ...slices.map((slice) => slice.resource),
  ]);
  const state: ClusterState = {
    settings: cluster.settings,
    resources,
    nodes: cluster.nodes,
    pods: addressed.pods,
    services: assigned.services,
    endpointSlices: slices,
    ingresses: resourcesOfKind(resources, 'Ingress'),
    ingressClasses: resourcesOfKind(resources, 'IngressClass'),
    ipam: addressed.ipam,
  };
  return {
    state,
    ledger: { version: 1, entries: { ...nodeEntries(declared, cluster.nodes), ...assigned.ledgerEntries, ...podEntries(addressed.pods) } },
    diagnostics: [
      ...cluster.diagnostics,
      ...workloads.diagnostics,
      ...assigned.diagnostics,
      ...mirrored.diagnostics,
      ...addressed.diagnostics,
      ...pendingDiagnostics(addressed.pods, placements, created),
      ...hostPortDiagnostics(cluster.resources),
    ],
  };
}

/**
 * The least ledger that leads to the same cluster: only what the text alone would assign otherwise, so that a link carries no more. Costs three
 * convergences; for the moment of sharing, not for every keystroke.
 */
export function compactLedger(declared: readonly AnyResource[], ledger: Ledger): Ledger {
  const fresh = convergeCluster(declared, emptyLedger).ledger.entries;
  const moved = Object.entries(ledger.entries).filter(([key, entry]) => canonicalJson(entry) !== canonicalJson(fresh[key]));
  const compact: Ledger = { version: 1, entries: Object.fromEntries(moved) };
  const settled = convergeCluster(declared, compact).ledger;
  return canonicalJson(settled) === canonicalJson(convergeCluster(declared, ledger).ledger) ? compact : ledger;
}

/** Kinds that later stages return anew. */
const replacedKinds: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'Service', 'EndpointSlice', 'Node']);

function inPrintOrder(resources: readonly AnyResource[]): readonly AnyResource[] {
  return [...resources].sort(
    (left, right) =>
      compareText(left.reference.namespace ?? '', right.reference.namespace ?? '') ||
      compareText(left.reference.name, right.reference.name) ||
      compareText(left.kind, right.kind),
  );
}

/** Schedules the Pods that hold a place; those at their end do not. */
function placePods(
  pods: readonly PlannedPod[],
  replicaSets: readonly Resource<'ReplicaSet'>[],
  resources: readonly AnyResource[],
  nodes: readonly NodeState[],
  services: readonly ServiceState[],
  ledger: Ledger,
): ReadonlyMap<string, Placement> {
  const controllers = [...replicaSets, ...resourcesOfKind(resources, 'StatefulSet')];
  return schedulePods({
    nodes,
    pods: pods
      .filter((pod) => !hasEnded(pod))
      .map(({ key, resource, templateKey, templateSpec, targetNode, after }) => ({
        key,
        namespace: resource.reference.namespace ?? 'default',
        labels: resource.object.metadata?.labels ?? {},
        spec: templateSpec ?? resource.object.spec ?? { containers: [] },
        templateKey,
        boundNode: resource.object.spec?.nodeName,
        keptNode: keptEntry(ledger, key, resource)?.node,
        targetNode,
        after,
      })),
    namespaceLabels: new Map(
      resourcesOfKind(resources, 'Namespace').map(({ reference, object }) => [reference.name, object.metadata?.labels ?? {}]),
    ),
    grouping: [
      ...services.flatMap(({ namespace, resource }) => {
        const { selector } = resource.object.spec ?? {};
        return selector === undefined || Object.keys(selector).length === 0 ? [] : [{ namespace, selector: { matchLabels: selector } }];
      }),
      ...controllers.flatMap(({ reference, object }) =>
        object.spec?.selector === undefined ? [] : [{ namespace: reference.namespace ?? 'default', selector: object.spec.selector }],
      ),
    ],
  });
}

interface AddressedPods {
  readonly pods: readonly PodState[];
  readonly ipam: IpamState;
  readonly diagnostics: readonly Diagnostic[];
}

/** Asks for an address for every bound Pod with a network of its own; hostNetwork Pods have their node's. */
function addressPods(
  pods: readonly PlannedPod[],
  placements: ReadonlyMap<string, Placement>,
  nodes: readonly NodeState[],
  resources: readonly AnyResource[],
  ledger: Ledger,
): AddressedPods {
  const nodeByName = new Map(nodes.map((node) => [node.name, node]));
  const nodeOf = (pod: PlannedPod): NodeState | null => {
    const placement = placements.get(pod.key);
    return placement?.kind === 'bound' ? (nodeByName.get(placement.node) ?? null) : null;
  };
  const placed = pods.map((pod) => ({ pod, node: nodeOf(pod) }));
  const asking = placed.filter(({ pod, node }) => node !== null && pod.resource.object.spec?.hostNetwork !== true && !isStarting(pod));
  const { ipam, podAddresses, failures, diagnostics } = allocateAddresses({
    pools: resourcesOfKind(resources, 'IPPool'),
    nodes,
    pods: asking.map(({ pod, node }) => ({
      key: pod.key,
      namespace: pod.resource.reference.namespace ?? 'default',
      name: pod.resource.reference.name,
      node: node?.name ?? '',
      pinned: statedAddresses(pod.resource),
      kept: keptAddresses(ledger, pod, node?.name),
      annotations: pod.resource.object.metadata?.annotations ?? {},
      resource: pod.resource,
    })),
  });
  const states = placed.map(({ pod, node }) => {
    const placement = placements.get(pod.key);
    const isHost = pod.resource.object.spec?.hostNetwork === true;
    const addresses = isHost ? (node?.addresses ?? []).map(({ address }) => address) : (podAddresses.get(pod.key) ?? []);
    const pending = placement?.kind === 'pending' ? placement : undefined;
    return podState(pod, {
      node,
      addresses,
      message: pending?.message ?? failures.get(pod.key) ?? null,
      ...(pending === undefined ? {} : { reason: pending.reason }),
    });
  });
  return { pods: states, ipam, diagnostics };
}

/** A Pod whose name does not change with its spec is recreated when the spec does: what the ledger holds is then another Pod's. */
function keptEntry(ledger: Ledger, key: string, pod: Resource<'Pod'>): LedgerEntry | undefined {
  const entry = ledger.entries[key];
  return entry?.fingerprint === undefined || entry.fingerprint === fingerprintOf(pod.object.spec) ? entry : undefined;
}

/** An address belongs to the node where it was given. */
function keptAddresses(ledger: Ledger, pod: PlannedPod, node: string | undefined): readonly IpAddress[] {
  const entry = keptEntry(ledger, pod.key, pod.resource);
  return entry?.node === node ? (entry?.addresses ?? []).flatMap((text) => parseIpAddress(text) ?? []) : [];
}

const fingerprintOf = ({ nodeName: _node, ...spec }: PodSpec = { containers: [] }): string => templateHash(spec);

/** A Pod of a dump that was bound but had no address yet: its containers were being created. */
function isStarting({ resource }: PlannedPod): boolean {
  const { spec, status } = resource.object;
  return status?.phase === 'Pending' && spec?.nodeName !== undefined && statedAddresses(resource).length === 0;
}

function statedAddresses({ object }: Resource<'Pod'>): readonly IpAddress[] {
  const texts = object.status?.podIPs?.map(({ ip }) => ip) ?? [object.status?.podIP ?? ''];
  return texts.flatMap((text) => parseIpAddress(text) ?? []);
}

/** Where the ingress controller is reached from outside, and the classes it serves. */
function ingressAddresses(
  resources: readonly AnyResource[],
  services: readonly ServiceState[],
  pods: readonly PodState[],
): { readonly ingressAddresses: readonly string[]; readonly servedClasses: ReadonlySet<string> } {
  const controllers = pods.filter((pod) => runsIngressNginx(pod.resource));
  const front = services.find(
    ({ namespace, loadBalancerIngress, resource }) =>
      loadBalancerIngress.length > 0 &&
      controllers.some((pod) => pod.namespace === namespace && matchesLabelMap(resource.object.spec?.selector ?? {}, pod.labels)),
  );
  const classes = resourcesOfKind(resources, 'IngressClass').filter(({ object }) => object.spec?.controller === nginxControllerName);
  return {
    ingressAddresses: (front?.loadBalancerIngress ?? []).map(({ ip }) => ip),
    servedClasses: new Set(classes.map(({ reference }) => reference.name)),
  };
}

/** Nodes of the text whose address was chosen here. */
function nodeEntries(declared: readonly AnyResource[], nodes: readonly NodeState[]): Readonly<Record<string, LedgerEntry>> {
  const withoutAddress = new Set(
    resourcesOfKind(declared, 'Node')
      .filter(({ object }) => !(object.status?.addresses ?? []).some(({ type }) => type === 'InternalIP'))
      .map(({ reference }) => reference.name),
  );
  return Object.fromEntries(
    nodes
      .filter(({ name }) => withoutAddress.has(name))
      .map(({ resource, addresses }) => [referenceKey(resource.reference), { addresses: addresses.map(({ address }) => address) }]),
  );
}

function podEntries(pods: readonly PodState[]): Readonly<Record<string, LedgerEntry>> {
  return Object.fromEntries(
    pods.flatMap((pod) => {
      if (pod.node === null) return [];
      const addresses = pod.hostNetwork || pod.addresses.length === 0 ? {} : { addresses: pod.addresses };
      const [owner] = pod.owners;
      const fingerprint =
        owner === undefined || owner.kind === 'StatefulSet' ? { fingerprint: fingerprintOf(pod.resource.object.spec) } : {};
      return [[referenceKey(pod.resource.reference), { node: pod.node, ...addresses, ...fingerprint }] as const];
    }),
  );
}

/** One diagnostic for all Pods of an owner that wait for the same reason. */
function pendingDiagnostics(
  pods: readonly PodState[],
  placements: ReadonlyMap<string, Placement>,
  planned: readonly PlannedPod[],
): readonly Diagnostic[] {
  const groups = new Map<string, { readonly first: PodState; count: number; preemptable: boolean }>();
  pods.forEach((pod, index) => {
    if (pod.message === null) return;
    const placement = placements.get(planned[index]?.key ?? '');
    const owner = pod.owners.at(-1);
    const key = `${pod.namespace} ${owner === undefined ? pod.name : `${owner.kind}/${owner.name}`} ${pod.message}`;
    const group = groups.get(key) ?? { first: pod, count: 0, preemptable: false };
    group.count += 1;
    group.preemptable ||= placement?.kind === 'pending' && placement.preemptable && (pod.resource.object.spec?.priority ?? 0) > 0;
    groups.set(key, group);
  });
  return [...groups.values()].flatMap(({ first, count, preemptable }) => {
    const params = { pod: first.name, count, text: first.message ?? '' };
    const [one, many] =
      first.node === null
        ? ['controlplane.pod.pending', 'controlplane.pod.pendingMany']
        : ['controlplane.pod.noAddress', 'controlplane.pod.noAddressMany'];
    const pending = diagnosticOf('warning', message(count === 1 ? one : many, params), first.resource);
    const preemption = diagnosticOf('info', message('controlplane.pod.preemptionNotModelled', { pod: first.name }), first.resource);
    return preemptable ? [pending, preemption] : [pending];
  });
}

/** hostPort is the CNI portmap plugin's work, which is not rendered. */
function hostPortDiagnostics(resources: readonly AnyResource[]): readonly Diagnostic[] {
  return resources.flatMap((resource) => {
    const found = hostPortField(resource);
    if (found === undefined || resource.provenance !== 'declared') return [];
    const params = { kind: resource.kind, name: resource.reference.name, port: found.port };
    return [diagnosticOf('warning', message('controlplane.pod.hostPortNotModelled', params), resource, found.field)];
  });
}

function hostPortField(resource: AnyResource): { readonly port: number; readonly field: string } | undefined {
  switch (resource.kind) {
    case 'Pod':
      return hostPortOfSpec(resource.object.spec, '/spec');
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      return hostPortOfSpec(resource.object.spec?.template?.spec, '/spec/template/spec');
    default:
      return undefined;
  }
}

function hostPortOfSpec(spec: PodSpec | undefined, prefix: string): { readonly port: number; readonly field: string } | undefined {
  if (spec === undefined || spec.hostNetwork === true) return undefined;
  for (const [container, { ports }] of (spec.containers ?? []).entries()) {
    for (const [index, { hostPort }] of (ports ?? []).entries()) {
      if (hostPort !== undefined) return { port: hostPort, field: `${prefix}/containers/${container}/ports/${index}/hostPort` };
    }
  }
  return undefined;
}
