/**
 * Who listens where: container ports, and the processes that every node runs. A container that declares no port is taken to listen on the
 * ports that Services send to its Pod, and its listener says so. hostPort is not modelled.
 */
import { groupBy } from '../../shared/groupBy.ts';
import { originOf } from '../api/resource.ts';
import type { ClusterState, NodeState, PodState } from '../clusterState.ts';
import { parseIpAddress } from '../net/address.ts';
import type { TransportProtocol } from '../net/packet.ts';
import type { Listener } from '../topology/networkNamespace.ts';
import { healthCheckNodePorts } from './kubeProxy/healthCheckNodePorts.ts';
import { transportProtocol } from './kubeProxy/servicePorts.ts';

/** A port that a Service's slice sends to a Pod. */
interface ServedPort {
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly service: string;
}

/** Ports that Services send to Pods, by "NS/NAME" of the Pod. */
export type ServedPorts = ReadonlyMap<string, readonly ServedPort[]>;

/** Reads every EndpointSlice once. An endpoint belongs to the Pod that it refers to, else to the Pod that has its address. */
export function servedPortsOf(state: ClusterState): ServedPorts {
  const podOfAddress = new Map<string, string>();
  for (const pod of state.pods) {
    if (!pod.hostNetwork) for (const address of pod.addresses) podOfAddress.set(address, `${pod.namespace}/${pod.name}`);
  }
  const served: { readonly pod: string; readonly port: ServedPort }[] = [];
  for (const slice of state.endpointSlices) {
    const ports = (slice.resource.object.ports ?? []).flatMap((port) => {
      const service = `${slice.namespace}/${slice.service}`;
      return port.port === undefined ? [] : [{ protocol: transportProtocol(port.protocol), port: port.port, service }];
    });
    for (const endpoint of slice.resource.object.endpoints ?? []) {
      const named =
        endpoint.targetRef?.kind === 'Pod' ? `${endpoint.targetRef.namespace ?? slice.namespace}/${endpoint.targetRef.name}` : undefined;
      const pod = named ?? endpoint.addresses.flatMap((text) => podOfAddress.get(parseIpAddress(text) ?? '') ?? [])[0];
      if (pod !== undefined) for (const port of ports) served.push({ pod, port });
    }
  }
  const byPod = groupBy(served, (entry) => entry.pod);
  return new Map([...byPod].map(([pod, entries]) => [pod, entries.map((entry) => entry.port)]));
}

/** The listeners of a Pod's containers, sidecars included, on every local address. */
export function podListeners(pod: PodState, servedPorts: ServedPorts): readonly Listener[] {
  const spec = pod.resource.object.spec;
  const sidecars = (spec?.initContainers ?? []).map((container, index) => ({ container, field: `/spec/initContainers/${index}` }));
  const containers = [
    ...sidecars.filter(({ container }) => container.restartPolicy === 'Always'),
    ...(spec?.containers ?? []).map((container, index) => ({ container, field: `/spec/containers/${index}` })),
  ];
  const declared = containers.flatMap(({ container, field }) =>
    (container.ports ?? []).map(
      (port, index): Listener => ({
        protocol: transportProtocol(port.protocol),
        port: port.containerPort,
        address: null,
        process: container.name,
        origin: originOf(pod.resource, `${field}/ports/${index}`),
      }),
    ),
  );
  const silent = containers.find(({ container }) => (container.ports ?? []).length === 0);
  const assumed = (silent === undefined ? [] : (servedPorts.get(`${pod.namespace}/${pod.name}`) ?? [])).map(
    ({ protocol, port, service }): Listener => ({
      protocol,
      port,
      address: null,
      process: `${silent?.container.name ?? ''} (assumed: it declares no port, Service ${service} sends to this one)`,
      origin: originOf(pod.resource, silent?.field),
    }),
  );
  return firstOfEachPort([...declared, ...assumed]);
}

function firstOfEachPort(listeners: readonly Listener[]): readonly Listener[] {
  const seen = new Set<string>();
  return listeners.filter(({ protocol, port }) => {
    const key = `${protocol} ${port}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';

/** kubelet, kube-proxy, the API server on control planes, and kube-proxy's health checks of Services (on every node, ready or not). */
export function nodeListeners(node: NodeState, healthChecks: readonly Listener[]): readonly Listener[] {
  const origin = originOf(node.resource);
  const process = (port: number, name: string): Listener => ({ protocol: 'tcp', port, address: null, process: name, origin });
  return [
    process(10250, 'kubelet'),
    process(10256, 'kube-proxy health check'),
    ...(controlPlaneLabel in node.labels ? [process(6443, 'kube-apiserver')] : []),
    ...healthChecks,
  ];
}

/** The health-check node ports that kube-proxy opens on every node. */
export function healthCheckListeners(state: ClusterState): readonly Listener[] {
  const ports = healthCheckNodePorts({ family: 'ipv4', nodeName: '', services: state.services, endpointSlices: [] });
  return ports.map(({ service, port }) => ({
    protocol: 'tcp',
    port,
    address: null,
    process: `kube-proxy health check of Service ${service.namespace}/${service.name}`,
    origin: originOf(service.resource, '/spec/healthCheckNodePort'),
  }));
}
