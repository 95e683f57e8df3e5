/** Interfaces with the defaults of a Linux host, so that only what differs is said where they are made. */
import { ipAddress } from '../net/address.ts';
import type { Interface } from '../topology/networkNamespace.ts';

export const ethernetMtu = 1500;

type Device = Pick<Interface, 'name' | 'index'> & Partial<Interface>;

/**
 * An interface that is up. Reverse path filtering is the kernel's own default, off: distributions differ, and Calico checks the way back in
 * iptables. `forwarding` follows the namespace's ip_forward.
 */
export const device = (given: Device): Interface => ({
  device: { kind: 'ethernet' },
  mac: null,
  mtu: ethernetMtu,
  up: true,
  addresses: [],
  sysctls: { forwarding: false, proxyArp: false, reversePathFilter: 0, routeLocalnet: false },
  ...given,
});

/** The loopback interface, always the first. */
export const loopback: Interface = device({
  name: 'lo',
  index: 1,
  device: { kind: 'loopback' },
  mtu: 65536,
  addresses: [{ address: ipAddress('127.0.0.1'), prefixLength: 8, scope: 'host' }],
});

export const forwardingSysctls: Interface['sysctls'] = { forwarding: true, proxyArp: false, reversePathFilter: 0, routeLocalnet: false };
