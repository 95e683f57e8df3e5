/**
 * The cluster's nodes: those of the text, or the three of a kind cluster; their addresses and Pod ranges completed. A node's machine
 * (CPU, memory) is known only where the text states it; the added nodes have a size of their own.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { Taint } from '../api/nodeSelection.ts';
import { referenceKey } from '../api/origin.ts';
import { diagnosticOf } from '../api/report.ts';
import type { KindTypes, Resource } from '../api/resource.ts';
import { makeResource, resourcesOfKind, withObject } from '../api/resourceList.ts';
import type { ClusterSettings, NodeState } from '../clusterState.ts';
import type { Ledger } from '../ledger.ts';
import {
  addressFromValue,
  addressPlus,
  type Cidr,
  cidrContains,
  cidrCovers,
  familyOf,
  type IpAddress,
  ipAddress,
  parseCidr,
  parseIpAddress,
  prefixOf,
} from '../net/address.ts';
import { message } from '../net/message.ts';
import { isHostAddress, kindNetwork, nodeAddressDiagnostics, prefixLengths } from './nodeNetworks.ts';

const firstNodeAddress = ipAddress('172.18.0.2');
/** kube-controller-manager --node-cidr-mask-size-ipv4 and -ipv6. */
const nodeMaskLength = { ipv4: 24, ipv6: 64 } as const;
export const kubernetesVersion = 'v1.36.2';
export const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';

const addedNodes = [
  { name: 'kind-worker', address: '172.18.0.2', controlPlane: false },
  { name: 'kind-worker2', address: '172.18.0.3', controlPlane: false },
  { name: 'kind-control-plane', address: '172.18.0.4', controlPlane: true },
] as const;

/** The three nodes that stand when the text declares none; `proven`: those of them whose address Pods of a dump tell. */
export function defaultNodes(proven: readonly Resource<'Node'>[] = []): readonly Resource<'Node'>[] {
  const stated = new Map(proven.map((node) => [node.reference.name, declaredAddresses(node, 'InternalIP')[0]]));
  const taken = new Set([...stated.values()].flatMap((address) => address ?? []));
  return addedNodes.map(({ name, address: usual, controlPlane }) => {
    const known = stated.get(name);
    let address = known ?? ipAddress(usual);
    while (known === undefined && taken.has(address)) address = addressPlus(address, 1);
    taken.add(address);
    return defaultNode(name, address, controlPlane);
  });
}

export const isDefaultNode = ({ reference }: Resource<'Node'>): boolean => addedNodes.some(({ name }) => name === reference.name);

function defaultNode(name: string, address: IpAddress, controlPlane: boolean): Resource<'Node'> {
  const size = { cpu: '4', memory: '8Gi', pods: '110' };
  return makeResource(
    'Node',
    { apiVersion: 'v1', kind: 'Node', name },
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          ...(controlPlane ? { [controlPlaneLabel]: '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
        },
      },
      spec: controlPlane ? { taints: [{ key: controlPlaneLabel, effect: 'NoSchedule' }] } : {},
      status: {
        addresses: [
          { type: 'InternalIP', address },
          { type: 'Hostname', address: name },
        ],
        capacity: size,
        allocatable: size,
      },
    },
    'added',
  );
}

/**
 * A dump of Pods without its Nodes still names them: a Pod that is bound and has an address proves that its node exists. Its hostIP is the
 * node's InternalIP. A bound Pod without any address proves nothing: its node's name may be a mistake.
 */
export function nodesNamedByPods(declared: readonly Resource[]): {
  readonly nodes: readonly Resource<'Node'>[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const known = new Set(resourcesOfKind(declared, 'Node').map(({ reference }) => reference.name));
  const nodes: Resource<'Node'>[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const pod of resourcesOfKind(declared, 'Pod')) {
    const name = pod.object.spec?.nodeName;
    const hostAddress = parseIpAddress(pod.object.status?.hostIP ?? '');
    if (name === undefined || known.has(name) || (hostAddress === undefined && pod.object.status?.podIP === undefined)) continue;
    known.add(name);
    const addresses = hostAddress === undefined ? [] : [{ type: 'InternalIP', address: hostAddress }];
    const object = { apiVersion: 'v1' as const, kind: 'Node' as const, metadata: { name }, status: { addresses } };
    nodes.push(makeResource('Node', { apiVersion: 'v1', kind: 'Node', name }, object, 'added'));
    diagnostics.push(diagnosticOf('warning', message('controlplane.node.addedForPod', { node: name }), pod, '/spec/nodeName'));
  }
  return { nodes, diagnostics };
}

/** Every node with an InternalIP, conditions and Pod ranges; `resource.object` carries them too. */
export function completeNodes(
  nodes: readonly Resource<'Node'>[],
  settings: ClusterSettings,
  ledger: Ledger,
): { readonly nodes: readonly NodeState[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const addresses = nodeAddresses(nodes, ledger, diagnostics);
  diagnostics.push(...nodeAddressDiagnostics(nodes, addresses, settings));
  const prefixLength = prefixLengths(nodes, addresses);
  const podCidrs = podRanges(nodes, settings);
  return {
    nodes: nodes.map((node) =>
      nodeState(node, addresses.get(node.reference.name) ?? [], podCidrs.get(node.reference.name) ?? [], prefixLength),
    ),
    diagnostics,
  };
}

function declaredAddresses(node: Resource<'Node'>, type: string): readonly IpAddress[] {
  return (node.object.status?.addresses ?? []).flatMap((entry) => {
    const address = entry.type === type ? parseIpAddress(entry.address) : undefined;
    return address === undefined ? [] : [address];
  });
}

/** A node without InternalIP takes what the ledger kept for it, else the next free address of the kind network. */
function nodeAddresses(
  nodes: readonly Resource<'Node'>[],
  ledger: Ledger,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, readonly IpAddress[]> {
  const taken = new Set<IpAddress>();
  const result = new Map<string, readonly IpAddress[]>();
  const give = (node: Resource<'Node'>, addresses: readonly IpAddress[]): void => {
    for (const address of addresses) taken.add(address);
    result.set(node.reference.name, addresses);
  };
  for (const node of nodes) {
    const declared = declaredAddresses(node, 'InternalIP').filter(isHostAddress);
    if (declared.length > 0) give(node, declared);
  }
  const without = nodes.filter((node) => !result.has(node.reference.name));
  for (const node of without) {
    const kept = parseIpAddress(ledger.entries[referenceKey(node.reference)]?.addresses?.[0] ?? '');
    if (kept !== undefined && cidrContains(kindNetwork, kept) && !taken.has(kept)) give(node, [kept]);
  }
  for (const node of without) {
    if (!result.has(node.reference.name)) {
      let next = firstNodeAddress;
      while (taken.has(next)) next = addressPlus(next, 1);
      give(node, [next]);
    }
    const address = result.get(node.reference.name)?.[0] ?? firstNodeAddress;
    diagnostics.push(
      diagnosticOf('warning', message('controlplane.node.addressAdded', { node: node.reference.name, address }), node, '/status/addresses'),
    );
  }
  return result;
}

/** kube-controller-manager's node IPAM: the next free range of each Pod subnet; control planes join first. */
function podRanges(nodes: readonly Resource<'Node'>[], settings: ClusterSettings): ReadonlyMap<string, readonly Cidr[]> {
  const result = new Map<string, readonly Cidr[]>();
  const taken = new Set<Cidr>();
  for (const node of nodes) {
    const declared = (node.object.spec?.podCIDRs ?? (node.object.spec?.podCIDR === undefined ? [] : [node.object.spec.podCIDR])).flatMap(
      (text) => parseCidr(text) ?? [],
    );
    if (declared.length === 0) continue;
    for (const range of declared) taken.add(range);
    result.set(node.reference.name, declared);
  }
  const joining = [...nodes.filter(isControlPlane), ...nodes.filter((node) => !isControlPlane(node))];
  const free = settings.podSubnets.map((subnet) => freeRanges(subnet, taken));
  for (const node of joining) {
    if (result.has(node.reference.name)) continue;
    result.set(
      node.reference.name,
      free.flatMap((ranges) => ranges.next().value ?? []),
    );
  }
  return result;
}

/** Ranges of one subnet in their order; none is looked at twice. */
function* freeRanges(subnet: Cidr, taken: ReadonlySet<Cidr>): Generator<Cidr, undefined, undefined> {
  const { family, value, length, size } = prefixOf(subnet);
  const maskLength = nodeMaskLength[family];
  if (maskLength < length) return;
  const step = 1n << BigInt((family === 'ipv4' ? 32 : 128) - maskLength);
  const declared = new Set(taken);
  for (let offset = 0n; offset < size; offset += step) {
    const range = parseCidr(`${addressFromValue(value + offset, family)}/${maskLength}`);
    if (range !== undefined && !declared.has(range) && !overlapsAny(range, declared)) yield range;
  }
}

function overlapsAny(range: Cidr, others: ReadonlySet<Cidr>): boolean {
  const { length } = prefixOf(range);
  for (const other of others) {
    if (prefixOf(other).length !== length && (cidrCovers(range, other) || cidrCovers(other, range))) return true;
  }
  return false;
}

export const isControlPlane = (node: Resource<'Node'>): boolean => controlPlaneLabel in (node.object.metadata?.labels ?? {});

function nodeState(
  node: Resource<'Node'>,
  addresses: readonly IpAddress[],
  podCidrs: readonly Cidr[],
  prefixLength: ReturnType<typeof prefixLengths>,
): NodeState {
  const { object, reference } = node;
  const conditions = object.status?.conditions ?? [
    { type: 'Ready', status: 'True' as const, reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ];
  const ready = conditions.find((condition) => condition.type === 'Ready')?.status ?? 'Unknown';
  const labels = { 'kubernetes.io/hostname': reference.name, 'kubernetes.io/os': 'linux', ...object.metadata?.labels };
  const declared = object.status?.addresses ?? [];
  const added = addresses.filter(
    (address) => !declared.some((entry) => entry.type === 'InternalIP' && parseIpAddress(entry.address) === address),
  );
  const [firstRange] = podCidrs;
  const resource = withObject(node, {
    ...object,
    metadata: { ...object.metadata, name: reference.name, labels },
    spec: {
      ...object.spec,
      ...taintsOf(object.spec, ready),
      ...(firstRange === undefined ? {} : { podCIDR: firstRange, podCIDRs: [...podCidrs] }),
    },
    status: {
      nodeInfo: unknownMachine,
      ...object.status,
      conditions,
      addresses: [...added.map((address) => ({ type: 'InternalIP', address })), ...declared],
    },
  });
  return {
    name: reference.name,
    resource,
    addresses: addresses.map((address) => ({ family: familyOf(address), address, prefixLength: prefixLength(node, address) })),
    externalAddresses: declaredAddresses(node, 'ExternalIP'),
    labels,
    ready: ready === 'True',
    podCidrs,
  };
}

/** The node lifecycle controller turns conditions and `unschedulable` into taints (pkg/controller/nodelifecycle). */
function taintsOf(spec: KindTypes['Node']['spec'], ready: string): Pick<NonNullable<KindTypes['Node']['spec']>, 'taints'> {
  const taints = [...(spec?.taints ?? [])];
  const add = (key: string, effect: 'NoSchedule' | 'NoExecute'): void => {
    if (!taints.some((taint: Taint) => taint.key === key && taint.effect === effect)) taints.push({ key, effect });
  };
  if (spec?.unschedulable === true) add('node.kubernetes.io/unschedulable', 'NoSchedule');
  if (ready !== 'True') {
    const key = ready === 'False' ? 'node.kubernetes.io/not-ready' : 'node.kubernetes.io/unreachable';
    add(key, 'NoSchedule');
    add(key, 'NoExecute');
  }
  return taints.length > 0 ? { taints } : {};
}

/** What the kubelet would report of the machine; only the version is decided by the simulated release. */
const unknownMachine = {
  architecture: 'amd64',
  bootID: '',
  containerRuntimeVersion: '',
  kernelVersion: '',
  kubeProxyVersion: '',
  kubeletVersion: kubernetesVersion,
  machineID: '',
  operatingSystem: 'linux',
  osImage: '',
  systemUUID: '',
};
