/** Addresses and names of what packetwalk adds around the nodes so that requests can begin and end somewhere. */
import { cidr, ipAddress } from '../../net/address.ts';

/** Network namespaces outside the nodes. A node that has one of these names keeps it; the outside thing gets "-outside" behind its own. */
export const outsideNames = ['client', 'internet', 'load-balancer', 'gateway', 'node-network'] as const;
export type OutsideName = (typeof outsideNames)[number];

export const outsideId = (name: OutsideName, taken: ReadonlySet<string>): string => (taken.has(name) ? `${name}-outside` : name);

/** Documentation ranges (RFC 5737). */
export const clientNetwork = { cidr: cidr('203.0.113.0/24'), gateway: ipAddress('203.0.113.1'), client: ipAddress('203.0.113.9') } as const;
export const loadBalancerNetwork = {
  cidr: cidr('198.51.100.0/24'),
  gateway: ipAddress('198.51.100.1'),
  loadBalancer: ipAddress('198.51.100.2'),
} as const;
