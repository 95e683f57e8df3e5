/** kubectl's columns for Pods, Nodes, Services, EndpointSlices and Ingresses. A Pod's STATUS follows its phase and container states; init progress is not modelled. */
import { labelSelectorText } from '../api/labelSelector.ts';
import { resourcesOfKind } from '../api/resourceList.ts';
import type { PodState, ServiceState } from '../clusterState.ts';
import { cutList, type KindTable, none, unknownAge } from './kubectlTable.ts';

const unset = '<unset>';
/** printers.go: loadBalancerWidth. */
const balancerWidth = 16;
const shownEntries = 3;

export const pods: KindTable = {
  kind: 'Pod',
  namespaced: true,
  columns: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
  wideColumns: ['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES'],
  rows: (state, wide) => {
    const byName = new Map(state.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
    return resourcesOfKind(state.resources, 'Pod').flatMap((resource) => {
      const pod = byName.get(`${resource.reference.namespace}/${resource.reference.name}`);
      if (pod === undefined) return [];
      const { spec, status } = resource.object;
      const statuses = status?.containerStatuses ?? [];
      const cells = [
        pod.name,
        `${statuses.filter(({ ready }) => ready).length}/${spec?.containers?.length ?? 0}`,
        podStatus(pod),
        String(statuses.reduce((sum, { restartCount }) => sum + restartCount, 0)),
        unknownAge,
      ];
      const gates = spec?.readinessGates ?? [];
      const met = gates.filter(({ conditionType }) =>
        status?.conditions?.some((entry) => entry.type === conditionType && entry.status === 'True'),
      );
      const more = [
        status?.podIP ?? none,
        pod.node ?? none,
        status?.nominatedNodeName ?? none,
        gates.length === 0 ? none : `${met.length}/${gates.length}`,
      ];
      return { resource, cells: wide ? [...cells, ...more] : cells };
    });
  },
};

/** printPod: a waiting or terminated container's reason covers the phase, deletion covers all. */
function podStatus({ resource, phase, terminating }: PodState): string {
  if (terminating) return 'Terminating';
  const { status } = resource.object;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') return 'SchedulingGated';
  const reasons = [...(status?.containerStatuses ?? [])]
    .reverse()
    .flatMap(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason ?? []);
  return reasons.at(-1) ?? status?.reason ?? phase;
}

export const nodes: KindTable = {
  kind: 'Node',
  namespaced: false,
  columns: ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'],
  wideColumns: ['INTERNAL-IP', 'EXTERNAL-IP', 'OS-IMAGE', 'KERNEL-VERSION', 'CONTAINER-RUNTIME'],
  rows: (state, wide) =>
    resourcesOfKind(state.resources, 'Node').map((resource) => {
      const { spec, status, metadata } = resource.object;
      const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      const readiness = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
      const cells = [
        resource.reference.name,
        spec?.unschedulable === true ? `${readiness},SchedulingDisabled` : readiness,
        rolesOf(metadata?.labels ?? {}),
        unknownAge,
        status?.nodeInfo?.kubeletVersion ?? '',
      ];
      const addressOf = (wanted: string): string => status?.addresses?.find(({ type }) => type === wanted)?.address ?? none;
      const info = status?.nodeInfo;
      const known = (text: string | undefined): string => (text === undefined || text === '' ? unknownAge : text);
      const more = [
        addressOf('InternalIP'),
        addressOf('ExternalIP'),
        known(info?.osImage),
        known(info?.kernelVersion),
        known(info?.containerRuntimeVersion),
      ];
      return { resource, cells: wide ? [...cells, ...more] : cells };
    }),
};

const rolePrefix = 'node-role.kubernetes.io/';

function rolesOf(labels: Readonly<Record<string, string>>): string {
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.length > rolePrefix.length ? [key.slice(rolePrefix.length)] : [];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return roles.length === 0 ? none : [...new Set(roles)].sort().join(',');
}

export const services: KindTable = {
  kind: 'Service',
  namespaced: true,
  columns: ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
  wideColumns: ['SELECTOR'],
  rows: (state, wide) => {
    const byName = new Map(state.services.map((service) => [`${service.namespace}/${service.name}`, service]));
    return resourcesOfKind(state.resources, 'Service').flatMap((resource) => {
      const service = byName.get(`${resource.reference.namespace}/${resource.reference.name}`);
      if (service === undefined) return [];
      const { spec } = resource.object;
      const cells = [
        service.name,
        service.type,
        service.headless ? 'None' : (service.clusterIPs[0] ?? none),
        externalText(service, wide),
        portsText(service),
        unknownAge,
      ];
      return { resource, cells: wide ? [...cells, labelSelectorText({ matchLabels: spec?.selector ?? {} })] : cells };
    });
  },
};

/** getServiceExternalIP. */
function externalText({ type, resource }: ServiceState, wide: boolean): string {
  const { spec, status } = resource.object;
  const externalIPs = spec?.externalIPs ?? [];
  switch (type) {
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.length === 0 ? none : externalIPs.join(',');
    case 'LoadBalancer': {
      const joined = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',');
      const balancer = !wide && joined.length > balancerWidth ? `${joined.slice(0, balancerWidth - 3)}...` : joined;
      const all = [...(balancer === '' ? [] : [balancer]), ...externalIPs];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    case 'ExternalName':
      return spec?.externalName ?? '';
  }
}

function portsText({ resource }: ServiceState): string {
  const ports = resource.object.spec?.ports ?? [];
  if (ports.length === 0) return none;
  return ports
    .map(({ port, nodePort, protocol }) => `${port}${nodePort === undefined || nodePort === 0 ? '' : `:${nodePort}`}/${protocol ?? 'TCP'}`)
    .join(',');
}

export const slices: KindTable = {
  kind: 'EndpointSlice',
  namespaced: true,
  columns: ['NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE'],
  wideColumns: [],
  rows: (state) =>
    resourcesOfKind(state.resources, 'EndpointSlice').map((resource) => {
      const { object } = resource;
      const ports = (object.ports ?? []).map(({ port }) => (port === undefined ? '*' : String(port)));
      const addresses = (object.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
      const cells = [
        resource.reference.name,
        object.addressType,
        cutList(ports, shownEntries, unset),
        cutList(addresses, shownEntries, unset),
        unknownAge,
      ];
      return { resource, cells };
    }),
};

export const ingresses: KindTable = {
  kind: 'Ingress',
  namespaced: true,
  columns: ['NAME', 'CLASS', 'HOSTS', 'ADDRESS', 'PORTS', 'AGE'],
  wideColumns: [],
  rows: (state, wide) =>
    resourcesOfKind(state.resources, 'Ingress').map((resource) => {
      const { spec, status } = resource.object;
      const hosts = (spec?.rules ?? []).flatMap(({ host }) => (host === undefined || host === '' ? [] : [host]));
      const address = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',');
      const cells = [
        resource.reference.name,
        spec?.ingressClassName ?? none,
        cutList(hosts, shownEntries, '*'),
        !wide && address.length > balancerWidth ? `${address.slice(0, balancerWidth - 3)}...` : address,
        (spec?.tls ?? []).length > 0 ? '80, 443' : '80',
        unknownAge,
      ];
      return { resource, cells };
    }),
};

export const ingressClasses: KindTable = {
  kind: 'IngressClass',
  namespaced: false,
  columns: ['NAME', 'CONTROLLER', 'PARAMETERS', 'AGE'],
  wideColumns: [],
  rows: (state) =>
    resourcesOfKind(state.resources, 'IngressClass').map((resource) => {
      const { controller, parameters } = resource.object.spec ?? {};
      const { apiGroup, kind, name } = parameters ?? {};
      const text =
        parameters === undefined ? none : `${[kind, apiGroup].filter((part) => part !== undefined && part !== '').join('.')}/${name}`;
      return { resource, cells: [resource.reference.name, controller ?? '', text, unknownAge] };
    }),
};
