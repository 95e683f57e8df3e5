/**
 * The network namespace that a Pod's pause container holds, as Calico's CNI plugin sets it up: one address of its own, and a gateway that does
 * not exist but is answered for by the host (proxy ARP). IPv6 addresses are there, IPv6 routes are not.
 */
import { lazy } from '../../shared/lazy.ts';
import { originOf } from '../api/resource.ts';
import type { PodState } from '../clusterState.ts';
import { addressBits, familyOf, hostCidr, ipAddress } from '../net/address.ts';
import { assembleNetfilter } from '../netfilter/assemble.ts';
import type { Interface, Listener, NetworkNamespace } from '../topology/networkNamespace.ts';
import { device, loopback } from './devices.ts';
import { hashedMac } from './macAddresses.ts';
import { anywhere, route, routingOf } from './routes.ts';

/** The link-local address that Calico gives every Pod as its gateway. */
const podGateway = ipAddress('169.254.1.1');

/** No program installs rules in a Pod. */
export const emptyNetfilter = lazy(() => assembleNetfilter([], []));

export const podId = (pod: Pick<PodState, 'namespace' | 'name'>): string => `${pod.namespace}/${pod.name}`;

/** `mtu` is that of the veth pair. */
export function podNamespace(pod: PodState, mtu: number, listeners: readonly Listener[]): NetworkNamespace {
  const origin = originOf(pod.resource);
  const eth0: Interface = device({
    name: 'eth0',
    index: 2,
    device: { kind: 'veth' },
    mac: hashedMac(podId(pod)),
    mtu,
    addresses: pod.addresses.map((address) => ({ address, prefixLength: addressBits[familyOf(address)], scope: 'global' })),
    origin,
  });
  const interfaces = [loopback, eth0];
  return {
    id: podId(pod),
    kind: 'pod',
    added: pod.resource.provenance === 'added',
    interfaces,
    forwarding: false,
    reversePathFilter: 0,
    routing: lazy(() =>
      routingOf(interfaces, [
        route({ destination: anywhere.ipv4, gateway: podGateway, dev: 'eth0', origin }),
        route({ destination: hostCidr(podGateway), dev: 'eth0', origin }),
      ]),
    ),
    neighbours: lazy(() => []),
    fdb: lazy(() => []),
    netfilter: emptyNetfilter,
    listeners,
    acceptsEverything: false,
    origin,
  };
}
