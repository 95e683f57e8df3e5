/** kubectl's columns for workloads, Namespaces, Endpoints and IPPools. Endpoints are printed from EndpointSlices: the mirrored kind itself is not stored. */
import { labelSelectorText } from '../api/labelSelector.ts';
import { resourcesOfKind } from '../api/resourceList.ts';
import { addressWithPort, parseIpAddress } from '../net/address.ts';
import { containerColumns, cutList, type KindTable, none, unknownAge } from './kubectlTable.ts';

export const deployments: KindTable = {
  kind: 'Deployment',
  namespaced: true,
  columns: ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
  wideColumns: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
  rows: (state, wide) =>
    resourcesOfKind(state.resources, 'Deployment').map((resource) => {
      const { spec, status } = resource.object;
      const cells = [
        resource.reference.name,
        `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`,
        String(status?.updatedReplicas ?? 0),
        String(status?.availableReplicas ?? 0),
        unknownAge,
      ];
      const more = [...containerColumns(spec?.template.spec?.containers), labelSelectorText(spec?.selector)];
      return { resource, cells: wide ? [...cells, ...more] : cells };
    }),
};

export const replicaSets: KindTable = {
  kind: 'ReplicaSet',
  namespaced: true,
  columns: ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE'],
  wideColumns: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
  rows: (state, wide) =>
    resourcesOfKind(state.resources, 'ReplicaSet').map((resource) => {
      const { spec, status } = resource.object;
      const cells = [
        resource.reference.name,
        String(spec?.replicas ?? 1),
        String(status?.replicas ?? 0),
        String(status?.readyReplicas ?? 0),
        unknownAge,
      ];
      const more = [...containerColumns(spec?.template?.spec?.containers), labelSelectorText(spec?.selector)];
      return { resource, cells: wide ? [...cells, ...more] : cells };
    }),
};

export const statefulSets: KindTable = {
  kind: 'StatefulSet',
  namespaced: true,
  columns: ['NAME', 'READY', 'AGE'],
  wideColumns: ['CONTAINERS', 'IMAGES'],
  rows: (state, wide) =>
    resourcesOfKind(state.resources, 'StatefulSet').map((resource) => {
      const { spec, status } = resource.object;
      const cells = [resource.reference.name, `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`, unknownAge];
      return { resource, cells: wide ? [...cells, ...containerColumns(spec?.template.spec?.containers)] : cells };
    }),
};

export const daemonSets: KindTable = {
  kind: 'DaemonSet',
  namespaced: true,
  columns: ['NAME', 'DESIRED', 'CURRENT', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'NODE SELECTOR', 'AGE'],
  wideColumns: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
  rows: (state, wide) =>
    resourcesOfKind(state.resources, 'DaemonSet').map((resource) => {
      const { spec, status } = resource.object;
      const cells = [
        resource.reference.name,
        String(status?.desiredNumberScheduled ?? 0),
        String(status?.currentNumberScheduled ?? 0),
        String(status?.numberReady ?? 0),
        String(status?.updatedNumberScheduled ?? 0),
        String(status?.numberAvailable ?? 0),
        labelSelectorText({ matchLabels: spec?.template.spec?.nodeSelector ?? {} }),
        unknownAge,
      ];
      const more = [...containerColumns(spec?.template.spec?.containers), labelSelectorText(spec?.selector)];
      return { resource, cells: wide ? [...cells, ...more] : cells };
    }),
};

export const namespaces: KindTable = {
  kind: 'Namespace',
  namespaced: false,
  columns: ['NAME', 'STATUS', 'AGE'],
  wideColumns: [],
  rows: (state) =>
    resourcesOfKind(state.resources, 'Namespace').map((resource) => ({
      resource,
      cells: [resource.reference.name, resource.object.status?.phase ?? '', unknownAge],
    })),
};

/** A custom resource without printer columns of its own. */
export const ippools: KindTable = {
  kind: 'IPPool',
  namespaced: false,
  columns: ['NAME', 'AGE'],
  wideColumns: [],
  rows: (state) =>
    resourcesOfKind(state.resources, 'IPPool').map((resource) => ({ resource, cells: [resource.reference.name, unknownAge] })),
};

const shownEndpoints = 3;

/** One row for each Service that has slices: the endpoints controller writes ready addresses with each port. */
export const endpoints: KindTable = {
  kind: 'Service',
  namespaced: true,
  columns: ['NAME', 'ENDPOINTS', 'AGE'],
  wideColumns: [],
  rows: (state) =>
    resourcesOfKind(state.resources, 'Service').flatMap((resource) => {
      const { name, namespace } = resource.reference;
      const slices = state.endpointSlices.filter((slice) => slice.service === name && slice.namespace === namespace);
      if (slices.length === 0) return [];
      const texts = slices.flatMap(({ resource: { object } }) =>
        (object.ports ?? []).flatMap(({ port }) =>
          (object.endpoints ?? [])
            .filter(({ conditions }) => conditions?.ready !== false)
            .flatMap(({ addresses }) => addresses.map((text) => endpointText(text, port))),
        ),
      );
      return [{ resource, cells: [name, cutList([...new Set(texts)], shownEndpoints, none), unknownAge] }];
    }),
};

function endpointText(text: string, port: number | undefined): string {
  const address = parseIpAddress(text);
  if (port === undefined) return text;
  return address === undefined ? `${text}:${port}` : addressWithPort(address, port);
}
