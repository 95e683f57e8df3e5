/** What one node's Felix renders its chains from, IPv4. Host endpoints, floating IPs, flow logs and WireGuard are not modelled. */
import type { Origin } from '../../../api/origin.ts';
import type { FelixChain } from './felixRule.ts';

export interface FelixTier {
  readonly name: string;
  /** Chains of the policies that select the endpoint in this direction, in order. */
  readonly policyChains: readonly string[];
  /** What happens when every policy passed or none matched. */
  readonly end: 'deny' | 'pass';
}

/** A Pod's end of the host. Tiers hold only those with a policy for the direction; empty: the profiles decide. */
export interface FelixWorkload {
  readonly interface: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly ingressTiers: readonly FelixTier[];
  readonly egressTiers: readonly FelixTier[];
  readonly origin: Origin;
}

export interface FelixInput {
  readonly workloads: readonly FelixWorkload[];
  /** Chains of every policy that a workload's tier names. */
  readonly policyChains: readonly FelixChain[];
  /** A pool with this encapsulation exists; the origin is the pool. */
  readonly vxlan: Origin | null;
  readonly ipip: Origin | null;
  /** Tunnel devices with an address on this node. */
  readonly tunnelDevices: readonly string[];
  /** A pool with natOutgoing. */
  readonly natOutgoing: Origin | null;
  /** FelixConfiguration defaultEndpointToHostAction; manifests and operator set Accept. */
  readonly endpointToHost: 'accept' | 'drop' | 'return';
  /** The node: origin of what every Calico node has. */
  readonly origin: Origin;
}
