/** Calico's address management: first blocks against Go's own numbers, the order of search, pinned and kept addresses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IPPool } from '../api/clusterDocuments.ts';
import type { Resource } from '../api/resource.ts';
import type { NodeState } from '../clusterState.ts';
import { cidrContains, ipAddress } from '../net/address.ts';
import { hasSharedData, sharedText } from '../testing/sharedData.ts';
import { type AddressRequest, allocateAddresses } from './allocate.ts';
import { firstBlockIndex, fnv1 } from './blockStart.ts';
import { parseSelector } from './selector.ts';

const pool = (name: string, spec: IPPool['spec']): Resource<'IPPool'> => ({
  kind: 'IPPool',
  reference: { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', name },
  object: { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', metadata: { name }, spec },
  provenance: 'declared',
  rangeOf: () => undefined,
});

const node = (name: string, labels: Record<string, string> = {}, annotations: Record<string, string> = {}): NodeState => ({
  name,
  resource: {
    kind: 'Node',
    reference: { apiVersion: 'v1', kind: 'Node', name },
    object: { apiVersion: 'v1', kind: 'Node', metadata: { name, annotations } },
    provenance: 'declared',
    rangeOf: () => undefined,
  },
  addresses: [],
  externalAddresses: [],
  labels,
  ready: true,
  podCidrs: [],
});

const pod = (
  name: string,
  nodeName: string,
  more: { pinned?: string; kept?: string; annotations?: Record<string, string> } = {},
): AddressRequest => ({
  key: name,
  namespace: 'default',
  name,
  node: nodeName,
  pinned: more.pinned === undefined ? [] : [ipAddress(more.pinned)],
  kept: more.kept === undefined ? [] : [ipAddress(more.kept)],
  annotations: more.annotations ?? {},
  resource: {
    kind: 'Pod',
    reference: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name },
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } },
    provenance: 'declared',
    rangeOf: () => undefined,
  },
});

const kindNodes = ['kind-worker', 'kind-worker2', 'kind-control-plane'].map((name) => node(name));
const vxlanPool = pool('default-ipv4-ippool', { cidr: '10.244.0.0/16', vxlanMode: 'CrossSubnet' });

describe('the first block of a host', () => {
  it.each([
    ['minikube', '10.244.120.64/26'],
    ['minikube-m02', '10.244.205.192/26'],
    ['kind-control-plane', '10.244.82.0/26'],
    ['kind-worker', '10.244.162.128/26'],
    ['kind-worker2', '10.244.110.128/26'],
    ['node3', '10.244.135.0/26'],
    ['controlplane', '10.244.49.64/26'],
  ])('%s begins at %s', (name, block) => {
    const { ipam } = allocateAddresses({ pools: [vxlanPool], nodes: [node(name)], pods: [] });
    expect(ipam.blocks).toEqual([{ cidr: block, node: name, pool: 'default-ipv4-ippool' }]);
  });

  it('hashes names by their UTF-8 bytes', () => {
    expect(fnv1('minikube')).toBe(2218975071);
    expect(fnv1('ö')).not.toBe(fnv1('o'));
  });
});

interface BlockVectors {
  readonly hosts: readonly {
    readonly host: string;
    readonly fnv1_32: number;
    readonly startIndexByNumBlocks: Readonly<Record<string, number>>;
    readonly firstBlock: Readonly<Record<string, string>>;
  }[];
}

describe.skipIf(!hasSharedData)('first blocks as Go computes them (needs ../shared)', () => {
  const { hosts }: BlockVectors = hasSharedData ? JSON.parse(sharedText('vectors/calico/ipam-blocks.json')) : { hosts: [] };

  it.each(hosts)('$host', ({ host, fnv1_32, startIndexByNumBlocks, firstBlock }) => {
    expect(fnv1(host)).toBe(fnv1_32);
    for (const [count, index] of Object.entries(startIndexByNumBlocks)) expect(firstBlockIndex(host, BigInt(count))).toBe(BigInt(index));
    for (const [setting, block] of Object.entries(firstBlock)) {
      const [cidr = '', , blockSize] = setting.split(' ');
      const spec = { cidr, blockSize: Number(blockSize), vxlanMode: 'Always' } as const;
      const { ipam } = allocateAddresses({ pools: [pool('pool', spec)], nodes: [node(host)], pods: [] });
      expect(ipam.blocks.map((claimed) => claimed.cidr)).toEqual([block]);
    }
  });
});

describe('who gets which address', () => {
  it('gives the tunnel the first address of the block and Pods the next ones', () => {
    const { ipam, podAddresses } = allocateAddresses({
      pools: [vxlanPool],
      nodes: kindNodes,
      pods: [pod('a', 'kind-worker'), pod('b', 'kind-worker2'), pod('c', 'kind-worker')],
    });
    expect(Object.fromEntries(ipam.vxlanTunnelAddresses)).toEqual({
      'kind-worker': '10.244.162.128',
      'kind-worker2': '10.244.110.128',
      'kind-control-plane': '10.244.82.0',
    });
    expect(Object.fromEntries(podAddresses)).toEqual({ a: ['10.244.162.129'], b: ['10.244.110.129'], c: ['10.244.162.130'] });
    expect(ipam.borrowed).toEqual([]);
  });

  it('without encapsulation the first Pod gets the first address', () => {
    const { ipam, podAddresses } = allocateAddresses({
      pools: [pool('plain', { cidr: '10.244.0.0/16' })],
      nodes: kindNodes,
      pods: [pod('a', 'kind-worker')],
    });
    expect(podAddresses.get('a')).toEqual(['10.244.162.128']);
    expect(ipam.vxlanTunnelAddresses.size + ipam.ipipTunnelAddresses.size).toBe(0);
    expect(ipam.blocks).toHaveLength(1);
  });

  it('claims the next free block of the walk when another node was first', () => {
    const twins = [node('kind-worker'), node('x')];
    const { ipam } = allocateAddresses({ pools: [pool('two', { cidr: '10.0.0.0/25', ipipMode: 'Always' })], nodes: twins, pods: [] });
    expect(new Set(ipam.blocks.map((block) => block.cidr))).toEqual(new Set(['10.0.0.0/26', '10.0.0.64/26']));
  });

  it('borrows from other blocks when none is left, then says that the pool is empty', () => {
    const tiny = pool('tiny', { cidr: '10.9.0.0/30', blockSize: 31 });
    const pods = [pod('b', 'two'), ...['a1', 'a2', 'a3', 'a4'].map((name) => pod(name, 'one'))];
    const { ipam, podAddresses, failures } = allocateAddresses({ pools: [tiny], nodes: [node('one'), node('two')], pods });
    const ownBlock = ipam.blocks.find((block) => block.node === 'one')?.cidr;
    expect(podAddresses.get('a1')?.every((address) => ownBlock !== undefined && cidrContains(ownBlock, address))).toBe(true);
    expect(ipam.borrowed).toEqual([{ address: podAddresses.get('a3')?.[0], node: 'one' }]);
    expect(failures).toEqual(new Map([['a4', 'No IPs available in pools: [10.9.0.0/30]']]));
  });

  it('stops at 20 blocks for one node', () => {
    const pods = Array.from({ length: 41 }, (_, index) => pod(`p${index}`, 'one'));
    const { failures, ipam } = allocateAddresses({
      pools: [pool('p', { cidr: '10.9.0.0/24', blockSize: 31 })],
      nodes: [node('one')],
      pods,
    });
    expect(ipam.blocks).toHaveLength(20);
    expect(failures.get('p40')).toBe('Need to allocate an IPAM block but could not - limit of 20 blocks reached for this node');
  });

  it('asks only pools that select the node, are enabled and serve workloads', () => {
    const pools = [
      pool('a-disabled', { cidr: '10.1.0.0/16', disabled: true }),
      pool('b-balancer', { cidr: '10.2.0.0/16', allowedUses: ['LoadBalancer'] }),
      pool('c-zone', { cidr: '10.3.0.0/16', nodeSelector: "zone == 'a'" }),
    ];
    const nodes = [node('n1', { zone: 'a' }), node('n2', { zone: 'b' })];
    const { podAddresses, failures } = allocateAddresses({ pools, nodes, pods: [pod('x', 'n1'), pod('y', 'n2')] });
    expect(podAddresses.get('x')?.[0]).toMatch(/^10\.3\./);
    expect(failures.get('y')).toBe('no configured Calico pools for node n2');
  });

  it('uses the pool that a Pod names, whatever its node selector', () => {
    const pools = [vxlanPool, pool('special', { cidr: '10.7.0.0/16', nodeSelector: "zone == 'a'" })];
    const annotations = { 'cni.projectcalico.org/ipv4pools': '["special"]' };
    const { podAddresses } = allocateAddresses({ pools, nodes: kindNodes, pods: [pod('x', 'kind-worker', { annotations })] });
    expect(podAddresses.get('x')?.[0]).toMatch(/^10\.7\./);
  });

  it('gives an address of each family that has a pool', () => {
    const pools = [vxlanPool, pool('six', { cidr: 'fd00:10:244::/56' })];
    const { podAddresses } = allocateAddresses({ pools, nodes: kindNodes, pods: [pod('x', 'kind-worker')] });
    expect(podAddresses.get('x')?.map((address) => address.includes(':'))).toEqual([false, true]);
  });
});

describe('pinned and kept addresses', () => {
  it('a free block with a pinned address becomes its node’s', () => {
    const { ipam } = allocateAddresses({ pools: [vxlanPool], nodes: kindNodes, pods: [pod('x', 'kind-worker', { pinned: '10.244.7.9' })] });
    expect(ipam.blocks).toContainEqual({ cidr: '10.244.7.0/26', node: 'kind-worker', pool: 'default-ipv4-ippool' });
    expect(ipam.borrowed).toEqual([]);
  });

  it('in another node’s block it is borrowed, and nobody else gets it', () => {
    const pods = [pod('y', 'kind-worker2'), pod('x', 'kind-worker', { pinned: '10.244.110.129' })];
    const { ipam, podAddresses } = allocateAddresses({ pools: [vxlanPool], nodes: kindNodes, pods });
    expect(ipam.borrowed).toEqual([{ address: '10.244.110.129', node: 'kind-worker' }]);
    expect(podAddresses.get('y')).toEqual(['10.244.110.130']);
  });

  it('outside every pool it is honoured, with a warning', () => {
    const pods = [pod('x', 'kind-worker', { pinned: '10.180.0.1' })];
    const { ipam, diagnostics } = allocateAddresses({ pools: [vxlanPool], nodes: kindNodes, pods });
    expect(ipam.borrowed).toEqual([{ address: '10.180.0.1', node: 'kind-worker' }]);
    expect(diagnostics.map((diagnostic) => diagnostic.message.code)).toEqual(['dataplane.ipam.addressOutsidePools']);
  });

  it('a terminated Pod names its address and does not have it', () => {
    const done = pod('done', 'kind-worker', { pinned: '10.244.162.129' });
    const resource = { ...done.resource, object: { ...done.resource.object, status: { phase: 'Succeeded' as const } } };
    const { podAddresses } = allocateAddresses({
      pools: [vxlanPool],
      nodes: kindNodes,
      pods: [{ ...done, resource }, pod('x', 'kind-worker')],
    });
    expect(Object.fromEntries(podAddresses)).toEqual({ done: ['10.244.162.129'], x: ['10.244.162.129'] });
  });

  it('forgets a kept address that no pool holds any more', () => {
    const pods = [pod('x', 'kind-worker', { kept: '192.168.3.4' })];
    const { podAddresses } = allocateAddresses({ pools: [vxlanPool], nodes: kindNodes, pods });
    expect(podAddresses.get('x')).toEqual(['10.244.162.129']);
  });

  it('running again with what was given changes nothing, and no two ever share', () => {
    const assignment = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(assignment, fc.constantFrom('Always' as const, 'Never' as const), (choices, vxlanMode) => {
        const small = pool('small', { cidr: '10.9.0.0/27', blockSize: 29, vxlanMode });
        const pods = choices.map(([index], position) => pod(`p${position}`, kindNodes[index]?.name ?? ''));
        const first = allocateAddresses({ pools: [small], nodes: kindNodes, pods });
        const given = [...first.podAddresses.values()].flat();
        expect(new Set([...given, ...first.ipam.vxlanTunnelAddresses.values()]).size).toBe(
          given.length + first.ipam.vxlanTunnelAddresses.size,
        );
        const again = allocateAddresses({
          pools: [small],
          nodes: kindNodes,
          pods: pods.map((asking) => ({ ...asking, kept: first.podAddresses.get(asking.key) ?? [] })),
        });
        expect(again.podAddresses).toEqual(first.podAddresses);
        expect(again.failures).toEqual(first.failures);
        expect(new Set(again.ipam.blocks)).toEqual(new Set(first.ipam.blocks));
        expect(again.ipam.borrowed).toEqual(first.ipam.borrowed);
      }),
    );
  });
});

describe('what a pool must not be', () => {
  it.each([
    ['poolCidrInvalid', { cidr: '10.244.0.0/99' }],
    ['blockSizeInvalid', { cidr: '10.244.0.0/16', blockSize: 12 }],
    ['poolSmallerThanBlock', { cidr: '10.244.0.0/28' }],
    ['twoEncapsulations', { cidr: '10.244.0.0/16', ipipMode: 'Always', vxlanMode: 'Always' }],
    ['ipipNeedsIpv4', { cidr: 'fd00::/64', ipipMode: 'Always' }],
  ] as const)('%s', (code, spec) => {
    const { ipam, diagnostics } = allocateAddresses({ pools: [pool('bad', spec)], nodes: kindNodes, pods: [] });
    expect(diagnostics.map((diagnostic) => diagnostic.message.code)).toEqual([`dataplane.ipam.${code}`]);
    expect(ipam.pools).toEqual([]);
  });
});

describe('selectors', () => {
  const labels = { zone: 'a', 'kubernetes.io/os': 'linux', role: 'edge-1' };
  it.each([
    ['', true],
    ['all()', true],
    ['!all()', false],
    ["zone == 'a'", true],
    ['zone == "b"', false],
    ["missing != 'x'", true],
    ["zone in {'a', 'b'}", true],
    ["zone not in {'a'}", false],
    ["missing not in {'a'}", true],
    ['has(kubernetes.io/os) && !has(missing)', true],
    ["zone == 'b' || (zone == 'a' && role starts with 'edge')", true],
    ["role ends with '-2' || role contains 'dge'", true],
    ["zone == 'b' || zone == 'a' && has(missing)", false],
  ])('%s → %s', (text, expected) => {
    const selector = parseSelector(text);
    expect(selector.ok && selector.value(labels)).toBe(expected);
  });

  it.each([["zone == 'a' &&"], ['zone = a'], ['has('], ["zone in {'a'"], ["(zone == 'a'"], ["zone == 'a' zone"]])('refuses %s', (text) => {
    expect(parseSelector(text).ok).toBe(false);
  });
});
