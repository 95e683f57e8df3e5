/**
 * Puts together what several programs installed with iptables in one network namespace (kubelet, kube-proxy, Felix) into one ruleset.
 * The result is the state after each has synced once, in the given order; later re-insertions by their watchers are not modelled.
 */
import { invariant } from '../../shared/invariant.ts';
import type { AddressFamily } from '../net/address.ts';
import { baseChains, type Chain, type HookName, type IpSet, type Netfilter, type Rule, type Table, type TableName } from './ruleset.ts';

/** What one program owns in one table: its chains, and its rules in the table's base chains. */
export interface NetfilterContribution {
  readonly family: AddressFamily;
  readonly table: TableName;
  /** Chains of its own. A base chain may stand here too: its policy and rules then hold from the start. */
  readonly chains: readonly Chain[];
  /** Rules for base chains. 'prepend' puts them, in their order, before what already stands in the chain; 'append' behind it. */
  readonly hooks: readonly { readonly hook: HookName; readonly position: 'prepend' | 'append'; readonly rules: readonly Rule[] }[];
}

/**
 * Builds the ruleset from contributions in the order of their installation.
 * A chain that two contributions name holds the later one's rules, as `:CHAIN - [0:0]` in an iptables-restore input flushes it; a later one
 * without rules only wants it to exist (EnsureChain). A hook rule that the base chain already has stays where it is (EnsureRule: kubelet
 * and kube-proxy both ask for the KUBE-FIREWALL jump).
 * A table that nobody contributes to does not exist.
 */
export function assembleNetfilter(contributions: readonly NetfilterContribution[], sets: readonly IpSet[]): Netfilter {
  const tables = { ipv4: new Map<TableName, Table>(), ipv6: new Map<TableName, Table>() };
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const name of ['raw', 'mangle', 'nat', 'filter'] as const) {
      const parts = contributions.filter((contribution) => contribution.family === family && contribution.table === name);
      if (parts.length > 0) tables[family].set(name, assembleTable(name, parts));
    }
  }
  const setsByName = new Map(sets.map((set) => [set.name, set]));
  invariant(setsByName.size === sets.length, 'two ipsets share a name');
  return { tables, sets: setsByName };
}

function assembleTable(name: TableName, parts: readonly NetfilterContribution[]): Table {
  const chains = new Map<string, Chain>();
  for (const hook of baseChains[name]) chains.set(hook, { name: hook, policy: 'ACCEPT', rules: [] });
  for (const part of parts) {
    for (const chain of part.chains) {
      const standing = chains.get(chain.name);
      const rules = chain.rules.length > 0 ? chain.rules : (standing?.rules ?? []);
      chains.set(chain.name, { name: chain.name, policy: chain.policy ?? standing?.policy ?? null, rules });
    }
    for (const { hook, position, rules } of part.hooks) {
      const base = chains.get(hook);
      invariant(base !== undefined, `table ${name} has no chain ${hook}`);
      const standing = new Set(base.rules.map(ruleKey));
      const added = rules.filter((rule) => !standing.has(ruleKey(rule)));
      chains.set(hook, { ...base, rules: position === 'prepend' ? [...added, ...base.rules] : [...base.rules, ...added] });
    }
  }
  return { name, chains };
}

/** Two rules with the same conditions and target are one rule to iptables, whoever wrote them. */
const ruleKey = (rule: Rule): string => JSON.stringify([rule.matches, rule.target]);
