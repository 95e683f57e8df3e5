/** Addresses and names of what packetwalk adds around the nodes so that requests can begin and end somewhere. */
import { cidr, ipAddress } from '../../net/address.ts';

/** Network namespaces outside the nodes. A node that has one of these names keeps it; the outside thing gets "-outside" behind its own. */
export const outsideNames = ['client', 'internet', 'load-balancer', 'gateway', 'node-network'] as const;
export type OutsideName = (typeof outsideNames)[number];

export const outsideId = (name: OutsideName, taken: ReadonlySet<string>): string => (taken.has(name) ? `${name}-outside` : name);

/** Point-to-point networks (RFC 3021) of documentation ranges (RFC 5737): every other address of the ranges stays the internet's. */
export const linkPrefixLength = 31;
export const clientNetwork = { cidr: cidr('203.0.113.8/31'), gateway: ipAddress('203.0.113.8'), client: ipAddress('203.0.113.9') } as const;
export const loadBalancerNetwork = {
  cidr: cidr('198.51.100.2/31'),
  gateway: ipAddress('198.51.100.3'),
  loadBalancer: ipAddress('198.51.100.2'),
} as const;
