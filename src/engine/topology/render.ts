/**
 * Interfaces, permanent neighbours and forwarding databases in the native tools' text: `ip -d addr`, `ip neigh`, `bridge fdb`. Counters,
 * queueing disciplines and IPv6 link-local addresses that nothing here uses are not modelled, so those fields are left out.
 */
import { type AddressFamily, familyOf } from '../net/address.ts';
import { broadcastOf } from './broadcast.ts';
import type { Interface, InterfaceAddress, InterfaceDevice, NeighbourEntry, NetworkNamespace } from './networkNamespace.ts';

/** `ip -d addr`: two lines and more per interface, in the order of their indexes. */
export const renderInterfaces = (namespace: NetworkNamespace): string =>
  [...namespace.interfaces]
    .sort((left, right) => left.index - right.index)
    .map(renderInterface)
    .join('');

/** `ip neigh`: the permanent entries; what a walk learned is in the kernel's state. Every line ends in a blank. */
export const renderNeighbours = (namespace: NetworkNamespace): string => namespace.neighbours().map(renderNeighbour).join('');

export const renderNeighbour = (entry: NeighbourEntry): string =>
  `${entry.address} dev ${entry.interface} lladdr ${entry.mac} PERMANENT \n`;

/** `bridge fdb show`: entries of vxlan devices with their remote address, entries of a bridge with their port. */
export const renderFdb = (namespace: NetworkNamespace): string =>
  namespace
    .fdb()
    .map((entry) =>
      entry.destination === undefined
        ? `${entry.mac} dev ${entry.interface} ${masterOf(namespace, entry.interface)}permanent\n`
        : `${entry.mac} dev ${entry.interface} dst ${entry.destination} self permanent\n`,
    )
    .join('');

const masterOf = (namespace: NetworkNamespace, name: string): string => {
  const master = namespace.interfaces.find((candidate) => candidate.name === name)?.master;
  return master === undefined ? '' : `master ${master} `;
};

function renderInterface(device: Interface): string {
  const master = device.master === undefined ? '' : ` master ${device.master}`;
  const detail = renderDevice(device.device);
  return [
    `${device.index}: ${device.name}${nameSuffix(device.device)}: <${flagsOf(device).join(',')}> mtu ${device.mtu}${master} state ${stateOf(device)}`,
    `    ${linkLine(device)}`,
    ...(detail === null ? [] : [`    ${detail}`]),
    ...device.addresses.map((address) => `    ${renderAddress(address, device.name)}`),
    '',
  ].join('\n');
}

const nameSuffix = (device: InterfaceDevice): string => (device.kind === 'ipip' ? '@NONE' : '');

function flagsOf(device: Interface): readonly string[] {
  const kind = device.device.kind;
  return [
    ...(kind === 'loopback' ? ['LOOPBACK'] : kind === 'ipip' ? ['NOARP'] : ['BROADCAST', 'MULTICAST']),
    ...(device.up ? ['UP', 'LOWER_UP'] : []),
  ];
}

const stateOf = (device: Interface): string =>
  !device.up ? 'DOWN' : device.device.kind === 'ethernet' || device.device.kind === 'veth' ? 'UP' : 'UNKNOWN';

function linkLine(device: Interface): string {
  if (device.device.kind === 'loopback') return 'link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00';
  if (device.device.kind === 'ipip') return `link/ipip ${device.device.local ?? '0.0.0.0'} brd 0.0.0.0`;
  return device.mac === null ? 'link/ether' : `link/ether ${device.mac} brd ff:ff:ff:ff:ff:ff`;
}

function renderDevice(device: InterfaceDevice): string | null {
  switch (device.kind) {
    case 'loopback':
    case 'ethernet':
      return null;
    case 'veth':
      return 'veth';
    case 'vxlan':
      return `vxlan id ${device.vni} local ${device.local} dev ${device.underlay} srcport 0 0 dstport ${device.port} nolearning ttl auto ageing 300 udpcsum`;
    case 'ipip':
      return `ipip any remote any local ${device.local ?? 'any'} ttl inherit`;
  }
}

const familyWord = { ipv4: 'inet', ipv6: 'inet6' } as const satisfies Record<AddressFamily, string>;

function renderAddress({ address, prefixLength, scope }: InterfaceAddress, device: string): string {
  const broadcast = broadcastOf({ address, prefixLength, scope });
  const family = familyOf(address);
  const label = family === 'ipv4' ? ` ${device}` : '';
  return `${familyWord[family]} ${address}/${prefixLength}${broadcast === null ? '' : ` brd ${broadcast}`} scope ${scope}${label}`;
}
