/** What a walk asks of one network namespace again and again, worked out once per namespace: interfaces by name, local addresses, neighbours, fdb. */
import { type Lazy, lazy } from '../../shared/lazy.ts';
import { type AddressFamily, familyOf, type IpAddress, type MacAddress } from '../net/address.ts';
import type { AddressType } from '../netfilter/match.ts';
import type { Netfilter } from '../netfilter/ruleset.ts';
import { findInTable } from '../routing/lookup.ts';
import type { FdbEntry, Interface, NeighbourEntry, NetworkNamespace } from '../topology/networkNamespace.ts';

export interface Host {
  readonly namespace: NetworkNamespace;
  /** By index, as the kernel lists them. */
  readonly interfaces: readonly Interface[];
  readonly interfaceByName: ReadonlyMap<string, Interface>;
  /** Addresses of interfaces that are up; a `local` route may make more addresses local. */
  readonly addresses: ReadonlySet<IpAddress>;
  readonly loopbackName: string;
  readonly neighbours: Lazy<ReadonlyMap<string, NeighbourEntry>>;
  readonly fdb: Lazy<ReadonlyMap<string, FdbEntry>>;
  isUp(interfaceName: string): boolean;
  tracksConnections(family: AddressFamily): boolean;
  /** inet_addr_type: by the local table alone; what is not there is UNICAST. */
  addressType(address: IpAddress, limitInterface: string | null): AddressType;
}

const hosts = new WeakMap<NetworkNamespace, Host>();

export function hostOf(namespace: NetworkNamespace): Host {
  const cached = hosts.get(namespace);
  if (cached !== undefined) return cached;
  const interfaces = [...namespace.interfaces].sort((left, right) => left.index - right.index);
  const interfaceByName = new Map(interfaces.map((candidate) => [candidate.name, candidate]));
  const host: Host = {
    namespace,
    interfaces,
    interfaceByName,
    addresses: new Set(interfaces.filter(({ up }) => up).flatMap(({ addresses }) => addresses.map(({ address }) => address))),
    loopbackName: interfaces.find(({ device }) => device.kind === 'loopback')?.name ?? 'lo',
    neighbours: lazy(() => new Map(namespace.neighbours().map((entry) => [neighbourKey(entry.interface, entry.address), entry]))),
    fdb: lazy(() => new Map(namespace.fdb().map((entry) => [fdbKey(entry.interface, entry.mac), entry]))),
    // A host may leave its loopback device out; local routes through it are always usable.
    isUp: (name) => interfaceByName.get(name)?.up ?? name === 'lo',
    tracksConnections: (family) => tracksConnections(namespace.netfilter(), family),
    addressType: (address, limitInterface) => addressTypeOf(namespace, address, limitInterface),
  };
  hosts.set(namespace, host);
  return host;
}

export const neighbourKey = (interfaceName: string, address: IpAddress): string => `${interfaceName} ${address}`;
export const fdbKey = (interfaceName: string, mac: MacAddress): string => `${interfaceName} ${mac}`;

function addressTypeOf(namespace: NetworkNamespace, address: IpAddress, limitInterface: string | null): AddressType {
  if (address === '255.255.255.255' || (familyOf(address) === 'ipv4' && address.startsWith('0.'))) return 'BROADCAST';
  const route = findInTable(namespace.routing(), 'local', address);
  if (route === undefined) return 'UNICAST';
  if (limitInterface !== null && !route.nextHops.some((hop) => hop.interface === limitInterface)) return 'UNICAST';
  switch (route.type) {
    case 'local':
      return 'LOCAL';
    case 'broadcast':
      return 'BROADCAST';
    case 'blackhole':
      return 'BLACKHOLE';
    default:
      return 'UNICAST';
  }
}

const tracking = new WeakMap<Netfilter, Record<AddressFamily, Lazy<boolean>>>();

/** Conntrack hooks are registered only where something needs them: a nat rule, or a match on connections (nf_ct_netns_get). */
function tracksConnections(netfilter: Netfilter, family: AddressFamily): boolean {
  let known = tracking.get(netfilter);
  if (known === undefined) {
    known = { ipv4: lazy(() => needsTracking(netfilter, 'ipv4')), ipv6: lazy(() => needsTracking(netfilter, 'ipv6')) };
    tracking.set(netfilter, known);
  }
  return known[family]();
}

/** Whether address translation is in use at all: without any nat rule its hooks do nothing. */
export function hasNatRules(netfilter: Netfilter, family: AddressFamily): boolean {
  for (const chain of netfilter.tables[family].get('nat')?.chains.values() ?? []) if (chain.rules.length > 0) return true;
  return false;
}

function needsTracking(netfilter: Netfilter, family: AddressFamily): boolean {
  if (hasNatRules(netfilter, family)) return true;
  for (const table of netfilter.tables[family].values()) {
    for (const chain of table.chains.values()) {
      if (chain.rules.some((rule) => rule.matches.some((match) => match.kind === 'conntrackState'))) return true;
    }
  }
  return false;
}
