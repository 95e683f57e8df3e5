/**
 * Calico's address management (calico-ipam): tunnel addresses and Pod addresses from blocks that belong to nodes. Host-local IPAM and
 * IPReservations are not modelled. Where Calico's answer depends on who asks first, nodes ask in their order, then Pods in theirs;
 * pinned addresses (a dump's status.podIPs, the ipAddrs annotation) and kept ones (the ledger) are never given to anybody else.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { originOf, type Resource } from '../api/resource.ts';
import type { IpamState, NodeState } from '../clusterState.ts';
import { type AddressFamily, addressValue, familyOf, type IpAddress, parseCidr, parseIpAddress } from '../net/address.ts';
import { type Message, message } from '../net/message.ts';
import { type BlockTable, createBlockTable } from './blockTable.ts';
import { type Pool, poolServes, readPools } from './pools.ts';

/** A Pod that is bound to a node and has addresses of its own (no hostNetwork). */
export interface AddressRequest {
  /** The key of the result's maps. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  /** What the Pod's status says; honoured whatever the pools say. */
  readonly pinned: readonly IpAddress[];
  /** What the ledger says; honoured while a pool in use still holds it and nobody else has it. */
  readonly kept: readonly IpAddress[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly resource: Resource<'Pod'>;
}

export interface AddressAllocation {
  readonly ipam: IpamState;
  readonly podAddresses: ReadonlyMap<string, readonly IpAddress[]>;
  /** Why a Pod got no address, in Calico's own words where they are known. */
  readonly failures: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Hands out every address of the cluster. IPv4 comes before IPv6; a family without a usable pool is not asked for. */
export function allocateAddresses(request: {
  readonly pools: readonly Resource<'IPPool'>[];
  readonly nodes: readonly NodeState[];
  readonly pods: readonly AddressRequest[];
}): AddressAllocation {
  const { pools, diagnostics: poolDiagnostics } = readPools(request.pools);
  const diagnostics: Diagnostic[] = [...poolDiagnostics];
  const table = createBlockTable(pools);
  const requests = request.pods.filter((pod) => !isTerminated(pod)).map((pod) => readRequest(pod, diagnostics));
  for (const { pinned, kept } of requests) for (const address of [...pinned, ...kept]) table.reserve(address);

  const tunnels = allocateTunnels(request.nodes, pools, table);
  const podAddresses = new Map(request.pods.filter(isTerminated).map((pod) => [pod.key, inFamilyOrder(pod.pinned)]));
  for (const { pod, pinned } of requests) {
    if (pinned.length === 0) continue;
    for (const address of pinned) takePinned(pod, address, table, diagnostics);
    podAddresses.set(pod.key, inFamilyOrder(pinned));
  }
  keepAddresses(requests, table, podAddresses);

  const failures = new Map<string, string>();
  const labelsOfNode = new Map(request.nodes.map((node) => [node.name, node.labels]));
  for (const { pod } of requests) {
    if (podAddresses.has(pod.key)) continue;
    const taken = takeFresh(pod, pools, labelsOfNode.get(pod.node) ?? {}, table);
    if ('failure' in taken) failures.set(pod.key, taken.failure);
    else podAddresses.set(pod.key, taken.addresses);
  }
  const ipam: IpamState = {
    pools: pools.map((pool) => pool.state),
    blocks: table.blocks(),
    ...tunnels,
    borrowed: requests.flatMap(({ pod }) =>
      (podAddresses.get(pod.key) ?? [])
        .filter((address) => table.ownerOf(address) !== pod.node)
        .map((address) => ({ address, node: pod.node })),
    ),
  };
  return { ipam, podAddresses, failures, diagnostics };
}

/** A terminated Pod's status still names its address, but Calico has it back. */
const isTerminated = ({ resource }: AddressRequest): boolean => ['Succeeded', 'Failed'].includes(resource.object.status?.phase ?? '');

interface ReadRequest {
  readonly pod: AddressRequest;
  readonly pinned: readonly IpAddress[];
  readonly kept: readonly IpAddress[];
}

function readRequest(pod: AddressRequest, diagnostics: Diagnostic[]): ReadRequest {
  const asked = readAnnotation(pod, 'cni.projectcalico.org/ipAddrs', diagnostics).flatMap((text) => {
    const address = parseIpAddress(text);
    if (address === undefined) diagnostics.push(podDiagnostic('error', pod, message('dataplane.ipam.addressInvalid', { address: text })));
    return address === undefined ? [] : [address];
  });
  const pinned = pod.pinned.length > 0 ? pod.pinned : asked;
  return { pod, pinned, kept: pinned.length > 0 ? [] : pod.kept };
}

/** A JSON list of texts in an annotation; absent is empty. */
function readAnnotation(pod: AddressRequest, key: string, diagnostics: Diagnostic[]): readonly string[] {
  const text = pod.annotations[key];
  if (text === undefined) return [];
  const list = parseTextList(text);
  if (list === undefined) diagnostics.push(podDiagnostic('error', pod, message('dataplane.ipam.annotationInvalid', { annotation: key })));
  return list ?? [];
}

function parseTextList(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** calico-node takes one address per node and kind of tunnel before any Pod runs; a node annotation that names it is honoured. */
function allocateTunnels(
  nodes: readonly NodeState[],
  pools: readonly Pool[],
  table: BlockTable,
): Pick<IpamState, 'vxlanTunnelAddresses' | 'ipipTunnelAddresses'> {
  const kinds = [
    { annotation: 'projectcalico.org/IPv4IPIPTunnelAddr', addresses: new Map<string, IpAddress>(), pools: tunnelPools(pools, 'ipip') },
    { annotation: 'projectcalico.org/IPv4VXLANTunnelAddr', addresses: new Map<string, IpAddress>(), pools: tunnelPools(pools, 'vxlan') },
  ] as const;
  for (const { annotation, addresses, pools: encapsulating } of kinds) {
    for (const node of nodes) {
      const named = parseIpAddress(node.resource.object.metadata?.annotations?.[annotation] ?? '');
      if (named === undefined || encapsulating.length === 0) continue;
      table.takeExactly(node.name, named);
      addresses.set(node.name, named);
    }
  }
  for (const node of nodes) {
    for (const { addresses, pools: encapsulating } of kinds) {
      const usable = encapsulating.filter((pool) => poolServes(pool, 'Tunnel', node.labels));
      if (addresses.has(node.name) || usable.length === 0) continue;
      const taken = table.takeNext(node.name, usable);
      if ('address' in taken) addresses.set(node.name, taken.address);
    }
  }
  const [ipip, vxlan] = kinds;
  return { ipipTunnelAddresses: ipip.addresses, vxlanTunnelAddresses: vxlan.addresses };
}

const tunnelPools = (pools: readonly Pool[], encapsulation: 'ipip' | 'vxlan'): readonly Pool[] =>
  pools.filter((pool) => pool.family === 'ipv4' && pool.state[encapsulation] !== 'Never');

function takePinned(pod: AddressRequest, address: IpAddress, table: BlockTable, diagnostics: Diagnostic[]): void {
  if (table.isTaken(address)) diagnostics.push(podDiagnostic('warning', pod, message('dataplane.ipam.addressTwice', { address })));
  if (table.poolOf(address) === undefined) {
    diagnostics.push(podDiagnostic('warning', pod, message('dataplane.ipam.addressOutsidePools', { address })));
  }
  table.takeExactly(pod.node, address);
}

/**
 * Lowest address first: the first address of a block was its owner's, so blocks find their owners again. A Pod keeps all of its
 * addresses or none.
 */
function keepAddresses(requests: readonly ReadRequest[], table: BlockTable, podAddresses: Map<string, readonly IpAddress[]>): void {
  const lowest = ({ kept: [address] }: ReadRequest): bigint => (address === undefined ? 0n : addressValue(address));
  const keeping = requests
    .filter(({ kept }) => kept.length > 0)
    .sort((left, right) => (lowest(left) < lowest(right) ? -1 : Number(lowest(left) > lowest(right))));
  for (const { pod, kept } of keeping) {
    const stillGood = kept.every((address) => {
      const pool = table.poolOf(address);
      return pool !== undefined && !pool.state.disabled && pool.uses.includes('Workload') && !table.isTaken(address);
    });
    if (!stillGood) continue;
    for (const address of kept) table.takeExactly(pod.node, address);
    podAddresses.set(pod.key, inFamilyOrder(kept));
  }
}

function takeFresh(
  pod: AddressRequest,
  pools: readonly Pool[],
  labels: NodeState['labels'],
  table: BlockTable,
): { readonly addresses: readonly IpAddress[] } | { readonly failure: string } {
  const addresses: IpAddress[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const usable = usablePools(pod, family, pools, labels);
    if ('failure' in usable) return usable;
    if (usable.pools.length === 0 && (family === 'ipv6' || pools.some((pool) => pool.family === 'ipv6'))) continue;
    const taken = table.takeNext(pod.node, usable.pools);
    if ('failure' in taken) return taken;
    addresses.push(taken.address);
  }
  return addresses.length === 0 ? { failure: `no configured Calico pools for node ${pod.node}` } : { addresses };
}

/** Pools that the Pod asks for by name or CIDR are used whatever their node selector says. */
function usablePools(
  pod: AddressRequest,
  family: AddressFamily,
  pools: readonly Pool[],
  labels: NodeState['labels'],
): { readonly pools: readonly Pool[] } | { readonly failure: string } {
  const candidates = pools.filter((pool) => pool.family === family && pool.uses.includes('Workload') && !pool.state.disabled);
  const requested = parseTextList(pod.annotations[`cni.projectcalico.org/${family}pools`] ?? '[]') ?? [];
  if (requested.length === 0) return { pools: candidates.filter((pool) => poolServes(pool, 'Workload', labels)) };
  const chosen: Pool[] = [];
  for (const text of requested) {
    const pool = candidates.find((candidate) => candidate.state.name === text || candidate.state.cidr === parseCidr(text));
    if (pool === undefined) return { failure: `the requested IP pool ${text} does not exist or is not enabled` };
    chosen.push(pool);
  }
  return { pools: chosen };
}

const inFamilyOrder = (addresses: readonly IpAddress[]): readonly IpAddress[] => [
  ...addresses.filter((address) => familyOf(address) === 'ipv4'),
  ...addresses.filter((address) => familyOf(address) === 'ipv6'),
];

function podDiagnostic(severity: Diagnostic['severity'], pod: AddressRequest, words: Message): Diagnostic {
  const { range } = originOf(pod.resource);
  const named = message(words.code, { pod: `${pod.namespace}/${pod.name}`, ...words.params });
  return { severity, message: named, object: pod.resource.reference, ...(range === undefined ? {} : { range }) };
}
