/**
 * What a cloud's load balancer knows of the cluster: which Services it has an address for, and which nodes it sends to. Its health checks
 * have run; that they take time is not modelled.
 */
import type { ClusterState, NodeState, ServiceState } from '../../clusterState.ts';
import type { IpAddress } from '../../net/address.ts';
import { healthCheckNodePorts } from '../kubeProxy/healthCheckNodePorts.ts';

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** One address of a Service at the load balancer. */
export interface LoadBalancedAddress {
  readonly service: ServiceState;
  readonly ip: IpAddress;
  readonly ipMode: 'VIP' | 'Proxy';
}

/**
 * The load balancer's addresses: status.loadBalancer.ingress of Services of type LoadBalancer, but for addresses that are a node's own (as
 * ServiceLB and hand-made set-ups report them): those reach the node without a load balancer. The first Service has an address that two name.
 */
export function loadBalancedAddresses(state: ClusterState): readonly LoadBalancedAddress[] {
  const nodeAddresses = new Set(
    state.nodes.flatMap((node) => [...node.addresses.map((entry) => entry.address), ...node.externalAddresses]),
  );
  const entries = state.services.flatMap((service) =>
    service.type === 'LoadBalancer' ? service.loadBalancerIngress.map((ingress) => ({ service, ...ingress })) : [],
  );
  return entries.filter(({ ip }) => !nodeAddresses.has(ip) && ip.includes('.'));
}

/**
 * The nodes that a load balancer sends a Service's connections to: Ready, not labelled to be left out, and with externalTrafficPolicy Local
 * only those whose health-check port answers 200 (cloud-provider controllers/service, nodeIncludedPredicates).
 */
export function loadBalancerTargets(state: ClusterState, service: ServiceState): readonly NodeState[] {
  const candidates = state.nodes.filter((node) => node.ready && !(excludeLabel in node.labels));
  if (service.resource.object.spec?.externalTrafficPolicy !== 'Local') return candidates;
  const endpointSlices = state.endpointSlices.filter((slice) => slice.namespace === service.namespace && slice.service === service.name);
  return candidates.filter((node) =>
    (['ipv4', 'ipv6'] as const).some((family) =>
      healthCheckNodePorts({ family, nodeName: node.name, services: [service], endpointSlices }).some(({ status }) => status === 200),
    ),
  );
}
