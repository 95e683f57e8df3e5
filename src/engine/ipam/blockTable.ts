/**
 * Calico's blocks while addresses are handed out: which node owns which block, and which addresses are taken. It changes as it is used
 * and lives only inside one allocation run. A block comes to be only when somebody takes an address from it, so the empty block of
 * another host, which Calico could reclaim, never exists here.
 */

import { invariant } from '../../shared/invariant.ts';
import type { IpamBlock } from '../clusterState.ts';
import { addressFromValue, addressValue, cidr, cidrContains, type IpAddress, prefixOf } from '../net/address.ts';
import { firstBlockIndex } from './blockStart.ts';
import type { Pool } from './pools.ts';

/** IPAMConfig.maxBlocksPerHost 0 means 20 (libcalico-go lib/ipam). */
const blocksPerNodeLimit = 20;

interface Block extends IpamBlock {
  readonly index: bigint;
  readonly source: Pool;
  /** Every ordinal below it is taken or reserved. */
  nextOrdinal: bigint;
}

export interface BlockTable {
  /** In the order in which the nodes claimed them. */
  readonly blocks: () => readonly IpamBlock[];
  readonly isTaken: (address: IpAddress) => boolean;
  /** The owner of the block that holds an address; undefined when nobody has claimed it or no pool contains it. */
  readonly ownerOf: (address: IpAddress) => string | undefined;
  readonly poolOf: (address: IpAddress) => Pool | undefined;
  /** Nobody but {@link takeExactly} gets a reserved address. */
  readonly reserve: (address: IpAddress) => void;
  /** Takes one particular address; a free block that holds it becomes the node's. */
  readonly takeExactly: (node: string, address: IpAddress) => void;
  /** Takes the next address of the pools, in Calico's order of search; the failure is Calico's own text. */
  readonly takeNext: (node: string, pools: readonly Pool[]) => { readonly address: IpAddress } | { readonly failure: string };
}

export function createBlockTable(pools: readonly Pool[]): BlockTable {
  const blocksOfPool = new Map<Pool, Map<bigint, Block>>(pools.map((pool) => [pool, new Map()]));
  const blocksOfNode = new Map<string, Block[]>();
  const claims: Block[] = [];
  const taken = new Set<IpAddress>();
  const reserved = new Set<IpAddress>();
  /** Pools whose claimed blocks have nothing left to borrow. */
  const emptied = new Set<Pool>();

  const blocksIn = (pool: Pool): Map<bigint, Block> => {
    const blocks = blocksOfPool.get(pool);
    invariant(blocks !== undefined, `pool ${pool.state.name} belongs to another table`);
    return blocks;
  };
  const poolOf = (address: IpAddress): Pool | undefined => pools.find((pool) => cidrContains(pool.state.cidr, address));
  const blockOf = (address: IpAddress): Block | undefined => {
    const pool = poolOf(address);
    return pool && blocksIn(pool).get(blockIndexOf(pool, address));
  };

  const claim = (node: string, pool: Pool, index: bigint): Block => {
    const first = addressFromValue(prefixOf(pool.state.cidr).value + index * blockAddresses(pool), pool.family);
    const block: Block = {
      cidr: cidr(`${first}/${pool.state.blockSize}`),
      node,
      pool: pool.state.name,
      index,
      source: pool,
      nextOrdinal: 0n,
    };
    blocksIn(pool).set(index, block);
    blocksOfNode.set(node, [...(blocksOfNode.get(node) ?? []), block]);
    claims.push(block);
    emptied.delete(pool);
    return block;
  };

  const takeFrom = (block: Block): IpAddress | undefined => {
    for (; block.nextOrdinal < blockAddresses(block.source); block.nextOrdinal += 1n) {
      const address = addressFromValue(prefixOf(block.cidr).value + block.nextOrdinal, block.source.family);
      if (taken.has(address) || reserved.has(address)) continue;
      taken.add(address);
      return address;
    }
    return undefined;
  };

  const takeFromNewBlock = (node: string, pool: Pool): IpAddress | undefined => {
    const blocks = blocksIn(pool);
    if (BigInt(blocks.size) >= pool.blockCount) return undefined;
    const start = firstBlockIndex(node, pool.blockCount);
    for (let step = 0n; step < pool.blockCount; step += 1n) {
      const index = (start + step) % pool.blockCount;
      if (blocks.has(index) || isWhollyReserved(pool, index)) continue;
      return takeFrom(claim(node, pool, index));
    }
    return undefined;
  };
  const isWhollyReserved = (pool: Pool, index: bigint): boolean => {
    if (BigInt(reserved.size) < blockAddresses(pool)) return false;
    const first = prefixOf(pool.state.cidr).value + index * blockAddresses(pool);
    for (let ordinal = 0n; ordinal < blockAddresses(pool); ordinal += 1n) {
      if (!reserved.has(addressFromValue(first + ordinal, pool.family))) return false;
    }
    return true;
  };

  const borrow = (node: string, pool: Pool): IpAddress | undefined => {
    if (emptied.has(pool)) return undefined;
    const start = firstBlockIndex(node, pool.blockCount);
    const distance = (block: Block): bigint => (block.index - start + pool.blockCount) % pool.blockCount;
    const walk = [...blocksIn(pool).values()].sort((left, right) => (distance(left) < distance(right) ? -1 : 1));
    const address = firstDefined(walk, takeFrom);
    if (address === undefined) emptied.add(pool);
    return address;
  };

  return {
    blocks: () => claims.map(({ cidr, node, pool }) => ({ cidr, node, pool })),
    isTaken: (address) => taken.has(address),
    ownerOf: (address) => blockOf(address)?.node,
    poolOf,
    reserve: (address) => {
      reserved.add(address);
    },
    takeExactly: (node, address) => {
      const pool = poolOf(address);
      if (pool !== undefined && blockOf(address) === undefined) claim(node, pool, blockIndexOf(pool, address));
      taken.add(address);
    },
    takeNext: (node, usable) => {
      if (usable.length === 0) return { failure: `no configured Calico pools for node ${node}` };
      const own = (blocksOfNode.get(node) ?? []).filter((block) => usable.includes(block.source));
      const atLimit = (blocksOfNode.get(node) ?? []).length >= blocksPerNodeLimit;
      const address =
        firstDefined(own, takeFrom) ??
        (atLimit ? undefined : firstDefined(usable, (pool) => takeFromNewBlock(node, pool))) ??
        firstDefined(usable, (pool) => borrow(node, pool));
      if (address !== undefined) return { address };
      return {
        failure: atLimit
          ? `Need to allocate an IPAM block but could not - limit of ${blocksPerNodeLimit} blocks reached for this node`
          : `No IPs available in pools: [${usable.map((pool) => pool.state.cidr).join(' ')}]`,
      };
    },
  };
}

const blockAddresses = (pool: Pool): bigint => 1n << BigInt((pool.family === 'ipv4' ? 32 : 128) - pool.state.blockSize);

const blockIndexOf = (pool: Pool, address: IpAddress): bigint =>
  (addressValue(address) - prefixOf(pool.state.cidr).value) / blockAddresses(pool);

function firstDefined<Item, Value>(items: readonly Item[], compute: (item: Item) => Value | undefined): Value | undefined {
  for (const item of items) {
    const value = compute(item);
    if (value !== undefined) return value;
  }
  return undefined;
}
