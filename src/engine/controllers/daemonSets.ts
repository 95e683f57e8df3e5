/** DaemonSet → one Pod for each eligible node (pkg/controller/daemon: NodeShouldRunDaemonPod). Roll-outs are not modelled. */
import { matchesRequiredNodeAffinity, type Toleration, untoleratedTaint } from '../api/nodeSelection.ts';
import type { Resource } from '../api/resource.ts';
import type { NodeState } from '../clusterState.ts';
import { type DeclaredPods, isActive, namespaceOf } from './declaredPods.ts';
import { nameGenerator, templateHash } from './names.ts';
import { defaultPodSpec, makePod, type PlannedPod, type PodSpec, podKey, templatePlace } from './podTemplates.ts';

type AddedToleration = NonNullable<PodSpec['tolerations']>[number];

/** util.AddOrUpdateDaemonPodTolerations. */
const daemonTolerations: readonly AddedToleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const hostNetworkToleration: AddedToleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

function daemonPodSpec(daemonSet: Resource<'DaemonSet'>): PodSpec {
  const spec = defaultPodSpec(daemonSet.object.spec?.template.spec ?? { containers: [] });
  const added = spec.hostNetwork === true ? [...daemonTolerations, hostNetworkToleration] : daemonTolerations;
  return { ...spec, tolerations: [...(spec.tolerations ?? []), ...added] };
}

/** Nodes that should run the DaemonSet's Pod. */
export function eligibleNodes(daemonSet: Resource<'DaemonSet'>, nodes: readonly NodeState[]): readonly NodeState[] {
  const spec = daemonPodSpec(daemonSet);
  const tolerations: readonly Toleration[] = spec.tolerations ?? [];
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return nodes.filter(
    (node) =>
      (spec.nodeName === undefined || spec.nodeName === node.name) &&
      matchesRequiredNodeAffinity({ nodeSelector: spec.nodeSelector, terms }, node) &&
      untoleratedTaint(node.resource.object.spec?.taints ?? [], tolerations, ['NoSchedule', 'NoExecute']) === undefined,
  );
}

/** The Pods that the text does not hold yet; at most `limit` of them. */
export function podsOfDaemonSet(
  daemonSet: Resource<'DaemonSet'>,
  nodes: readonly NodeState[],
  pods: DeclaredPods,
  limit: number,
): readonly PlannedPod[] {
  const { spec } = daemonSet.object;
  if (spec === undefined) return [];
  const { name } = daemonSet.reference;
  const namespace = namespaceOf(daemonSet);
  const served = new Set(
    pods
      .ownedBy(namespace, 'DaemonSet', name)
      .filter(isActive)
      .map((pod) => pod.object.spec?.nodeName),
  );
  const podSpec = daemonPodSpec(daemonSet);
  const place = templatePlace(daemonSet);
  const labels = {
    ...spec.template.metadata?.labels,
    'controller-revision-hash': templateHash(spec.template),
    'pod-template-generation': '1',
  };
  const missing = eligibleNodes(daemonSet, nodes).filter((node) => !served.has(node.name));
  return missing.slice(0, limit).map((node) => {
    const nameOf = nameGenerator(`${name}-`, `DaemonSet ${namespace}/${name} ${node.name}`, (candidate) =>
      pods.hasName(namespace, candidate),
    );
    const podName = nameOf(0);
    const resource = makePod({
      name: podName,
      generateName: `${name}-`,
      labels,
      annotations: spec.template.metadata?.annotations,
      owner: daemonSet,
      spec: { ...podSpec, affinity: pinnedTo(node.name, podSpec) },
      place,
    });
    return {
      key: podKey(namespace, podName),
      resource,
      templateKey: `DaemonSet ${namespace}/${name}`,
      owners: [{ kind: 'DaemonSet', name }],
      targetNode: node.name,
      templateSpec: podSpec,
    };
  });
}

/** util.ReplaceDaemonSetPodNodeNameNodeAffinity. */
function pinnedTo(node: string, spec: PodSpec): NonNullable<PodSpec['affinity']> {
  const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values: [node] }];
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms === undefined ? [{ matchFields }] : terms.map((term) => ({ ...term, matchFields })),
      },
    },
  };
}
