/**
 * Finds the rules of a long chain that a packet could match at all, in order, without asking every rule: by destination, port, interface
 * or source where a rule fixes one, plus those that no index can hold. It only narrows; match.ts decides. A property test holds it to the linear walk.
 */
import { addressBits, prefixOf } from '../net/address.ts';
import { type Packet, portsOf } from '../net/packet.ts';
import type { RuleContext } from './match.ts';
import type { Chain, Match, Rule } from './ruleset.ts';

/** Below this many rules a plain walk is as fast. */
const shortestIndexedChain = 12;

interface ChainIndex {
  readonly keyed: ReadonlyMap<string, readonly number[]>;
  readonly unkeyed: readonly number[];
}

const indexes = new WeakMap<Chain, ChainIndex>();

/** The most telling condition of a rule as a key; a rule without one is asked every time. */
function keyOf(rule: Rule): string | undefined {
  const keys = rule.matches.map(keyOfMatch).filter((key) => key !== undefined);
  return keys.sort()[0];
}

/** Keys begin with their rank: destination host, destination port, interfaces, source host. */
function keyOfMatch(match: Match): string | undefined {
  switch (match.kind) {
    case 'destination':
    case 'source': {
      const prefix = prefixOf(match.cidr);
      if (match.negated || prefix.length !== addressBits[prefix.family]) return undefined;
      return match.kind === 'destination' ? `1 ${prefix.first}` : `5 ${prefix.first}`;
    }
    case 'ports': {
      const port = match.destination;
      return port === undefined || port.negated || port.first !== port.last ? undefined : `2 ${match.module} ${port.first}`;
    }
    case 'inInterface':
      return match.negated || match.name.endsWith('+') ? undefined : `3 ${match.name}`;
    case 'outInterface':
      return match.negated || match.name.endsWith('+') ? undefined : `4 ${match.name}`;
    default:
      return undefined;
  }
}

function indexOf(chain: Chain): ChainIndex {
  const cached = indexes.get(chain);
  if (cached !== undefined) return cached;
  const keyed = new Map<string, number[]>();
  const unkeyed: number[] = [];
  chain.rules.forEach((rule, index) => {
    const key = keyOf(rule);
    const list = key === undefined ? unkeyed : (keyed.get(key) ?? []);
    list.push(index);
    if (key !== undefined) keyed.set(key, list);
  });
  const index: ChainIndex = { keyed, unkeyed };
  indexes.set(chain, index);
  return index;
}

/** Indices of the rules from `start` on that may match, ascending. */
export function* candidateRules(
  chain: Chain,
  packet: Packet,
  context: Pick<RuleContext, 'inInterface' | 'outInterface'>,
  start: number,
): Generator<number> {
  if (chain.rules.length < shortestIndexedChain) {
    for (let index = start; index < chain.rules.length; index += 1) yield index;
    return;
  }
  const { keyed, unkeyed } = indexOf(chain);
  const keys = [
    `1 ${packet.destination}`,
    `2 ${packet.transport.kind} ${portsOf(packet).destination}`,
    `3 ${context.inInterface ?? ''}`,
    `4 ${context.outInterface ?? ''}`,
    `5 ${packet.source}`,
  ];
  const cursors = [unkeyed, ...keys.map((key) => keyed.get(key) ?? [])]
    .filter((list) => list.length > 0)
    .map((list) => ({ list, at: firstAtLeast(list, start) }));
  for (;;) {
    let lowest: { readonly list: readonly number[]; at: number } | undefined;
    let lowestIndex = Number.POSITIVE_INFINITY;
    for (const cursor of cursors) {
      const index = cursor.list[cursor.at] ?? Number.POSITIVE_INFINITY;
      if (index < lowestIndex) {
        lowest = cursor;
        lowestIndex = index;
      }
    }
    if (lowest === undefined) return;
    lowest.at += 1;
    yield lowestIndex;
  }
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
