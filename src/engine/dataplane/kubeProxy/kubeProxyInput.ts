/**
 * What one node's kube-proxy knows of one address family when it renders its rules. The API's watch stream, resync timing and the
 * proxy's own health are not modelled: the input is what it has after everything arrived.
 */
import type { EndpointSliceState, KubeProxySettings, ServiceState } from '../../clusterState.ts';
import type { AddressFamily, Cidr, IpAddress } from '../../net/address.ts';

export interface KubeProxyInput {
  /** kube-proxy runs one proxier per family; each renders only its own addresses. */
  readonly family: AddressFamily;
  readonly nodeName: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** The node's own address of this family: decides whether source ranges admit the node itself. */
  readonly nodeAddress: IpAddress;
  /** Every address on the node's interfaces, loopback included. */
  readonly localAddresses: readonly IpAddress[];
  /** node.spec.podCIDRs, for detectLocalMode NodeCIDR. */
  readonly podCidrs: readonly Cidr[];
  readonly settings: KubeProxySettings;
  readonly services: readonly ServiceState[];
  readonly endpointSlices: readonly EndpointSliceState[];
}
