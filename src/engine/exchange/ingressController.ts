/**
 * The ingress-nginx controllers that run in a cluster, and where the outside finds them. A controller is recognised by its image or its
 * recommended labels; its flags --controller-class, --http-port and --https-port are read. Other controllers are not modelled.
 */
import type { Origin } from '../api/origin.ts';
import { originOf } from '../api/resource.ts';
import { type ClusterIndex, servicePorts } from '../clusterIndex.ts';
import type { PodState, ServiceState } from '../clusterState.ts';
import { familyOf, type IpAddress } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';
import { nginxControllerClass } from './ingressClasses.ts';

export interface IngressController {
  readonly pod: PodState;
  readonly controllerClass: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

const imagePattern = /(^|\/)(ingress-nginx\/controller(-chroot)?|nginx-ingress-controller)([:@]|$)/;

/** The controller that a Pod runs; null when it runs none. */
export function controllerOf(pod: PodState): IngressController | null {
  const containers = pod.resource.object.spec?.containers ?? [];
  const byImage = containers.find((container) => imagePattern.test(container.image ?? ''));
  const labelled = pod.labels['app.kubernetes.io/name'] === 'ingress-nginx' && pod.labels['app.kubernetes.io/component'] === 'controller';
  const container = byImage ?? (labelled ? containers[0] : undefined);
  if (container === undefined) return null;
  const flags = new Map(
    [...(container.command ?? []), ...(container.args ?? [])].map((text) => {
      const [name = '', value = ''] = text.replace(/^--?/, '').split('=');
      return [name, value];
    }),
  );
  return {
    pod,
    controllerClass: flags.get('controller-class') ?? nginxControllerClass,
    httpPort: Number(flags.get('http-port') ?? 80),
    httpsPort: Number(flags.get('https-port') ?? 443),
  };
}

/** Every controller Pod that has a node. */
export const findControllers = (index: ClusterIndex): readonly IngressController[] =>
  index.state.pods.filter((pod) => pod.node !== null && !pod.terminating).flatMap((pod) => controllerOf(pod) ?? []);

/** Where the outside dials to reach an ingress controller. */
export interface IngressEntry {
  readonly address: IpAddress;
  readonly port: number;
  readonly because: { readonly message: Message; readonly origin?: Origin };
}

/** The controller's Service by LoadBalancer address, else a node port, else the node's own port (hostNetwork); null: no way in. */
export function findIngressEntry(index: ClusterIndex, scheme: 'http' | 'https'): IngressEntry | null {
  for (const controller of findControllers(index)) {
    const localPort = scheme === 'https' ? controller.httpsPort : controller.httpPort;
    const doors = index.state.services.flatMap((service) => {
      const door = doorOf(service, controller.pod, localPort);
      return door === null ? [] : [{ service, door }];
    });
    for (const { service, door } of doors) {
      const balancer = service.loadBalancerIngress[0];
      if (balancer !== undefined) return loadBalancerEntry(service, balancer.ip, door.port);
    }
    for (const { service, door } of doors) {
      if (door.nodePort !== null) return nodePortEntry(index, service, controller, door.nodePort);
    }
    if (controller.pod.hostNetwork) return hostNetworkEntry(controller, localPort);
  }
  return null;
}

/** The port of a Service that leads to a local port of the controller's Pod. */
function doorOf(service: ServiceState, pod: PodState, localPort: number) {
  const selector = Object.entries(service.resource.object.spec?.selector ?? {});
  const selects = service.namespace === pod.namespace && selector.length > 0 && selector.every(([key, value]) => pod.labels[key] === value);
  if (!selects) return null;
  const containerPorts = (pod.resource.object.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const door = servicePorts(service).find((port) => {
    const target =
      typeof port.targetPort === 'number' ? port.targetPort : containerPorts.find((entry) => entry.name === port.targetPort)?.containerPort;
    return port.protocol === 'TCP' && target === localPort;
  });
  return door ?? null;
}

const serviceName = (service: ServiceState): string => `${service.namespace}/${service.name}`;

const loadBalancerEntry = (service: ServiceState, address: IpAddress, port: number): IngressEntry => ({
  address,
  port,
  because: {
    message: message('exchange.entry.loadBalancer', { service: serviceName(service), address }),
    origin: originOf(service.resource, '/spec/type'),
  },
});

function nodePortEntry(index: ClusterIndex, service: ServiceState, controller: IngressController, port: number): IngressEntry | null {
  const node = index.nodes.get(controller.pod.node ?? '');
  const address = node?.addresses.find((entry) => entry.family === 'ipv4')?.address ?? node?.addresses[0]?.address;
  if (node === undefined || address === undefined) return null;
  const params = { service: serviceName(service), node: node.name, port };
  return { address, port, because: { message: message('exchange.entry.nodePort', params), origin: originOf(service.resource, '/spec') } };
}

function hostNetworkEntry(controller: IngressController, port: number): IngressEntry | null {
  const address = controller.pod.addresses.find((candidate) => familyOf(candidate) === 'ipv4') ?? controller.pod.addresses[0];
  if (address === undefined) return null;
  const params = { pod: `${controller.pod.namespace}/${controller.pod.name}`, address, port };
  return { address, port, because: { message: message('exchange.entry.hostNetwork', params), origin: originOf(controller.pod.resource) } };
}

/** The hosts that the outside's DNS would know: those of the Ingresses' rules, all leading to the controller's entry. */
export function outsideRecords(index: ClusterIndex): (name: string) => readonly IpAddress[] | undefined {
  const hosts = new Set(
    index.state.ingresses.flatMap((ingress) => (ingress.object.spec?.rules ?? []).map((rule) => (rule.host ?? '').toLowerCase())),
  );
  return (name) => {
    const wildcard = `*.${name.slice(name.indexOf('.') + 1)}`;
    if (!hosts.has(name) && !(name.includes('.') && hosts.has(wildcard))) return undefined;
    const entry = findIngressEntry(index, 'http');
    return entry === null ? undefined : [entry.address];
  };
}
