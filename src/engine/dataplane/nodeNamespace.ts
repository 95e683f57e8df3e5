/**
 * A node's own network namespace: its NIC, one interface per Pod, Calico's tunnel devices, and what kubelet, kube-proxy and Felix program
 * there. Rules, routes and forwarding entries are rendered when somebody looks.
 */
import { lazy } from '../../shared/lazy.ts';
import { originOf } from '../api/resource.ts';
import type { ClusterState, NodeState, PodState } from '../clusterState.ts';
import { familyOf, type IpAddress, macAddress } from '../net/address.ts';
import type { Netfilter } from '../netfilter/ruleset.ts';
import type { Route } from '../routing/routing.ts';
import type { Interface, Listener, NetworkNamespace } from '../topology/networkNamespace.ts';
import { type CalicoNode, calicoFdb, calicoNeighbours, calicoRoutes } from './cni/calico/calicoRoutes.ts';
import { vethName, vtepMac } from './cni/calico/names.ts';
import { addressOf, ipipDevice, tunnelOverhead, vxlanDevice, vxlanPort, vxlanVni } from './cni/calico/tunnels.ts';
import { device, ethernetMtu, forwardingSysctls, loopback } from './devices.ts';
import { nodePortAddresses } from './kubeProxy/nodePortAddresses.ts';
import { dockerMac, hashedMac } from './macAddresses.ts';
import { anywhere, route, routingOf } from './routes.ts';

/** What is needed to build one node. */
export interface NodePlan {
  readonly state: ClusterState;
  readonly node: NodeState;
  /** Running Pods with a network namespace of their own, in the state's order. */
  readonly pods: readonly PodState[];
  readonly listeners: readonly Listener[];
  readonly gateways: readonly IpAddress[];
  readonly podMtu: number;
  readonly netfilter: (interfaces: readonly Interface[]) => Netfilter;
}

/** Calico gives the host's end of every veth pair this address. */
const hostVethMac = macAddress('ee:ee:ee:ee:ee:ee');

export function nodeNamespace(plan: NodePlan): NetworkNamespace {
  const { state, node } = plan;
  const origin = originOf(node.resource);
  const interfaces = nodeInterfaces(plan);
  const workloads = plan.pods.map((pod) => ({
    addresses: pod.addresses,
    interface: vethName(pod.namespace, pod.name),
    origin: originOf(pod.resource),
  }));
  const gateway = plan.gateways.find((address) => familyOf(address) === 'ipv4');
  const calico: CalicoNode = { state, node, gateway, workloads };
  const defaultRoutes = plan.gateways.map(
    (address): Route => route({ destination: anywhere[familyOf(address)], gateway: address, dev: 'eth0', origin }),
  );
  return {
    id: node.name,
    kind: 'node',
    added: node.resource.provenance === 'added',
    interfaces,
    forwarding: true,
    reversePathFilter: 0,
    routing: lazy(() => routingOf(interfaces, [...defaultRoutes, ...calicoRoutes(calico)])),
    neighbours: lazy(() => calicoNeighbours(calico)),
    fdb: lazy(() => calicoFdb(calico)),
    netfilter: lazy(() => plan.netfilter(interfaces)),
    listeners: plan.listeners,
    acceptsEverything: false,
    origin,
  };
}

function nodeInterfaces({ state, node, pods, podMtu }: NodePlan): readonly Interface[] {
  const origin = originOf(node.resource);
  const { kubeProxy } = state.settings;
  // net.ipv4.conf.all.route_localnet: kube-proxy sets it so that 127.0.0.1 answers on node ports (pkg/proxy/iptables/proxier.go).
  const routeLocalnet =
    kubeProxy.mode === 'iptables' && nodePortAddresses({ family: 'ipv4', localAddresses: [], settings: kubeProxy }).localhost;
  const sysctls = { ...forwardingSysctls, routeLocalnet };
  const underlay = addressOf(node, 'ipv4')?.address;
  const eth0 = device({
    name: 'eth0',
    index: 2,
    mac: underlay === undefined ? hashedMac(node.name) : dockerMac(underlay),
    addresses: node.addresses.map(({ address, prefixLength }) => ({ address, prefixLength, scope: 'global' })),
    sysctls,
    origin,
  });
  const vxlanAddress = state.ipam.vxlanTunnelAddresses.get(node.name);
  const ipipAddress = state.ipam.ipipTunnelAddresses.get(node.name);
  const poolOrigin = (encapsulation: 'vxlan' | 'ipip') => {
    const pool = state.ipam.pools.find((candidate) => candidate[encapsulation] !== 'Never');
    return pool === undefined ? origin : originOf(pool.resource, `/spec/${encapsulation}Mode`);
  };
  const tunnels: Interface[] = [];
  if (vxlanAddress !== undefined && underlay !== undefined) {
    tunnels.push(
      device({
        name: vxlanDevice,
        index: 3,
        device: { kind: 'vxlan', vni: vxlanVni, port: vxlanPort, local: underlay, underlay: 'eth0' },
        mac: vtepMac(node.name),
        mtu: ethernetMtu - tunnelOverhead.vxlan,
        addresses: [{ address: vxlanAddress, prefixLength: 32, scope: 'global' }],
        sysctls,
        origin: poolOrigin('vxlan'),
      }),
    );
  }
  if (ipipAddress !== undefined) {
    tunnels.push(
      device({
        name: ipipDevice,
        index: 3 + tunnels.length,
        device: { kind: 'ipip', local: null },
        mtu: ethernetMtu - tunnelOverhead.ipip,
        addresses: [{ address: ipipAddress, prefixLength: 32, scope: 'global' }],
        sysctls,
        origin: poolOrigin('ipip'),
      }),
    );
  }
  const workloads = pods.map((pod, position) =>
    device({
      name: vethName(pod.namespace, pod.name),
      index: 3 + tunnels.length + position,
      device: { kind: 'veth' },
      mac: hostVethMac,
      mtu: podMtu,
      sysctls: { forwarding: true, proxyArp: true, reversePathFilter: 0, routeLocalnet: true },
      origin: originOf(pod.resource),
    }),
  );
  return [loopback, eth0, ...tunnels, ...workloads];
}
