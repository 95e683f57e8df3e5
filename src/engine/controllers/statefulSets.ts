/** StatefulSet → Pods with an ordinal, in order. Volume claims and roll-outs (partition) are not modelled. */
import type { Resource } from '../api/resource.ts';
import { type DeclaredPods, namespaceOf } from './declaredPods.ts';
import { templateHash } from './names.ts';
import { defaultPodSpec, makePod, type PlannedPod, podKey, templatePlace } from './podTemplates.ts';

/** The Pods that the text does not hold yet; at most `limit` of them. */
export function podsOfStatefulSet(statefulSet: Resource<'StatefulSet'>, pods: DeclaredPods, limit: number): readonly PlannedPod[] {
  const { spec } = statefulSet.object;
  if (spec === undefined) return [];
  const { name } = statefulSet.reference;
  const namespace = namespaceOf(statefulSet);
  const ordered = spec.podManagementPolicy !== 'Parallel';
  const first = spec.ordinals?.start ?? 0;
  const podSpec = defaultPodSpec(spec.template.spec ?? { containers: [] });
  const revision = `${name}-${templateHash(spec.template)}`;
  const place = templatePlace(statefulSet);
  const planned: PlannedPod[] = [];
  for (let ordinal = first; ordinal < first + (spec.replicas ?? 1) && planned.length < limit; ordinal += 1) {
    const podName = `${name}-${ordinal}`;
    if (pods.hasName(namespace, podName)) continue;
    const resource = makePod({
      name: podName,
      generateName: `${name}-`,
      labels: {
        ...spec.template.metadata?.labels,
        'apps.kubernetes.io/pod-index': String(ordinal),
        'controller-revision-hash': revision,
        'statefulset.kubernetes.io/pod-name': podName,
      },
      annotations: spec.template.metadata?.annotations,
      owner: statefulSet,
      spec: { ...podSpec, hostname: podName, ...(spec.serviceName === undefined ? {} : { subdomain: spec.serviceName }) },
      place,
    });
    planned.push({
      key: podKey(namespace, podName),
      resource,
      templateKey: `StatefulSet ${namespace}/${name}`,
      owners: [{ kind: 'StatefulSet', name }],
      ...(ordered && ordinal > first ? { after: podKey(namespace, `${name}-${ordinal - 1}`) } : {}),
    });
  }
  return planned;
}
