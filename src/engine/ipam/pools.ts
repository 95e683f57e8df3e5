/**
 * IPPools as Calico's API accepts them, with defaults filled in, and who may take an address from which. Namespace selectors, manual
 * assignment and IPReservations are not modelled.
 */

import { compareText } from '../../shared/compare.ts';
import type { EncapsulationMode } from '../api/clusterDocuments.ts';
import type { Diagnostic } from '../api/diagnostic.ts';
import { originOf, type Resource } from '../api/resource.ts';
import type { PoolState } from '../clusterState.ts';
import { type AddressFamily, parseCidr, prefixOf } from '../net/address.ts';
import { message } from '../net/message.ts';
import { type Labels, parseSelector, type Selector } from './selector.ts';

export interface Pool {
  readonly state: PoolState;
  readonly family: AddressFamily;
  readonly blockCount: bigint;
  readonly selects: Selector;
  readonly uses: readonly string[];
}

const blockSizes = { ipv4: { usual: 26, least: 20, most: 32 }, ipv6: { usual: 122, least: 116, most: 128 } } as const;

/** The pools that the API would accept, by name: Calico tries them in that order. A refused pool has a diagnostic and no effect. */
export function readPools(resources: readonly Resource<'IPPool'>[]): {
  readonly pools: readonly Pool[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const pools: Pool[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const resource of resources) {
    const read = readPool(resource);
    if (read.pool !== undefined) pools.push(read.pool);
    diagnostics.push(...read.diagnostics);
  }
  return { pools: pools.sort((left, right) => compareText(left.state.name, right.state.name)), diagnostics };
}

function readPool(resource: Resource<'IPPool'>): { readonly pool?: Pool; readonly diagnostics: readonly Diagnostic[] } {
  const { spec, metadata } = resource.object;
  const report = (
    severity: Diagnostic['severity'],
    field: string,
    code: string,
    params: Record<string, string | number> = {},
  ): Diagnostic => {
    const { range } = originOf(resource, field);
    const words = message(`dataplane.ipam.${code}`, { pool: metadata.name, ...params });
    return { severity, message: words, object: resource.reference, field, ...(range === undefined ? {} : { range }) };
  };
  const cidr = parseCidr(spec.cidr);
  if (cidr === undefined) return { diagnostics: [report('error', '/spec/cidr', 'poolCidrInvalid', { cidr: spec.cidr })] };
  const { family, length } = prefixOf(cidr);
  const sizes = blockSizes[family];
  const blockSize = spec.blockSize ?? sizes.usual;
  if (!Number.isInteger(blockSize) || blockSize < sizes.least || blockSize > sizes.most) {
    return { diagnostics: [report('error', '/spec/blockSize', 'blockSizeInvalid', { blockSize, least: sizes.least, most: sizes.most })] };
  }
  if (blockSize < length) return { diagnostics: [report('error', '/spec/cidr', 'poolSmallerThanBlock', { cidr, blockSize })] };
  const ipip: EncapsulationMode = spec.ipipMode ?? 'Never';
  const vxlan: EncapsulationMode = spec.vxlanMode ?? 'Never';
  if (ipip !== 'Never' && vxlan !== 'Never') return { diagnostics: [report('error', '/spec/ipipMode', 'twoEncapsulations')] };
  if (family === 'ipv6' && ipip !== 'Never') return { diagnostics: [report('error', '/spec/ipipMode', 'ipipNeedsIpv4')] };
  const diagnostics: Diagnostic[] = [];
  if (family === 'ipv6') diagnostics.push(report('warning', '/spec/cidr', 'ipv6RoutesNotModelled'));
  const nodeSelector = spec.nodeSelector ?? '';
  const selector = parseSelector(nodeSelector);
  if (!selector.ok) diagnostics.push(report('error', '/spec/nodeSelector', 'nodeSelectorInvalid', { near: selector.error }));
  const state: PoolState = {
    name: metadata.name,
    cidr,
    blockSize,
    ipip,
    vxlan,
    natOutgoing: spec.natOutgoing ?? false,
    disabled: spec.disabled ?? false,
    nodeSelector,
    resource,
  };
  const pool: Pool = {
    state,
    family,
    blockCount: 1n << BigInt(blockSize - length),
    selects: selector.ok ? selector.value : () => false,
    uses: spec.allowedUses ?? ['Workload', 'Tunnel'],
  };
  return { pool, diagnostics };
}

/** Whether a node may take new addresses of this use from the pool on its own account. */
export const poolServes = (pool: Pool, use: 'Workload' | 'Tunnel', labels: Labels): boolean =>
  !pool.state.disabled && pool.uses.includes(use) && pool.selects(labels);
