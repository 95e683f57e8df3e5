/**
 * The health-check node ports that kube-proxy itself serves on a node, so that a load balancer finds the nodes with local endpoints
 * (pkg/proxy/healthcheck/service_health.go). kube-proxy is taken to be healthy.
 */
import type { ServiceState } from '../../clusterState.ts';
import { indexEndpoints } from './endpoints.ts';
import type { KubeProxyInput } from './kubeProxyInput.ts';
import { servicePorts } from './servicePorts.ts';

export interface HealthCheckNodePort {
  readonly service: ServiceState;
  readonly port: number;
  /** Distinct addresses of ready endpoints on this node, over all ports of the Service; terminating ones do not count. */
  readonly localEndpoints: number;
  /** The answer to a GET on the port. */
  readonly status: 200 | 503;
}

/** One entry per Service of type LoadBalancer with externalTrafficPolicy Local, by namespace and name. */
export function healthCheckNodePorts(
  input: Pick<KubeProxyInput, 'family' | 'nodeName' | 'services' | 'endpointSlices'>,
): readonly HealthCheckNodePort[] {
  const endpoints = indexEndpoints(input);
  const services = new Map<ServiceState, { readonly port: number; readonly addresses: Set<string> }>();
  for (const servicePort of servicePorts(input)) {
    if (servicePort.healthCheckNodePort === null) continue;
    const entry = services.get(servicePort.service) ?? { port: servicePort.healthCheckNodePort, addresses: new Set<string>() };
    services.set(servicePort.service, entry);
    for (const endpoint of endpoints.of(servicePort)) {
      if (endpoint.isLocal && endpoint.ready) entry.addresses.add(endpoint.address);
    }
  }
  return [...services].map(([service, { port, addresses }]) => ({
    service,
    port,
    localEndpoints: addresses.size,
    status: addresses.size > 0 ? 200 : 503,
  }));
}
