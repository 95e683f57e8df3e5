/**
 * Reads what `iptables-save` prints, and what programs give to `iptables-restore`, into tables, chains and rules. Understood are the matches
 * and targets of ruleset.ts; any other is an error that names it, never left out in silence. Counters are read over; sets are not in this text.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { AddressFamily } from '../net/address.ts';
import { builtinTarget, headerMatches, moduleMatch } from './ruleOptions.ts';
import { baseChains, type Chain, type Netfilter, type Rule, type Table, type TableName } from './ruleset.ts';
import { readRuleWords, splitWords, type Word } from './ruleWords.ts';

/** `line` counts from 1; `message` is a sentence for whoever wrote the ruleset. */
export interface RulesetSyntaxError {
  readonly line: number;
  readonly message: string;
}

interface OpenTable {
  readonly name: TableName;
  readonly policies: Map<string, Chain['policy']>;
  readonly rules: Map<string, Rule[]>;
  /** Chains that rules jump to, with the line of the first such rule: they may be declared later, but not after COMMIT. */
  readonly jumps: Map<string, number>;
}

/**
 * Parses a whole text of one family. The base chains of a table that is named exist with policy ACCEPT when the text does not declare them, as
 * they do on a node. Chains keep their order in the text, base chains first.
 */
export function parseIptablesSave(text: string, family: AddressFamily): Result<Netfilter, RulesetSyntaxError> {
  const tables = new Map<TableName, Table>();
  let open: OpenTable | null = null;
  for (const [index, rawLine] of text.split('\n').entries()) {
    const failed = (message: string): Result<never, RulesetSyntaxError> => err({ line: index + 1, message });
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('*')) {
      const name = line.slice(1);
      if (!isTableName(name)) return failed(`table ${name} is not modelled`);
      open = openTable(name);
    } else if (open === null) {
      return failed(`"${line}" stands outside a table`);
    } else if (line === 'COMMIT') {
      const undeclared = [...open.jumps].find(([chain]) => open?.policies.has(chain) === false);
      if (undeclared !== undefined)
        return err({ line: undeclared[1], message: `${undeclared[0]} is neither a chain of this table nor a target that is modelled` });
      tables.set(open.name, closeTable(open));
      open = null;
    } else {
      const message = line.startsWith(':') ? declareChain(open, line) : appendRule(open, line, index + 1, family);
      if (message !== null) return failed(message);
    }
  }
  if (open !== null) return err({ line: text.split('\n').length, message: `table ${open.name} has no COMMIT` });
  const none = new Map<TableName, Table>();
  return ok({ tables: family === 'ipv4' ? { ipv4: tables, ipv6: none } : { ipv4: none, ipv6: tables }, sets: new Map() });
}

const isTableName = (name: string): name is TableName => Object.hasOwn(baseChains, name);

function openTable(name: TableName): OpenTable {
  const policies = new Map<string, Chain['policy']>(baseChains[name].map((hook) => [hook, 'ACCEPT']));
  return { name, policies, rules: new Map(), jumps: new Map() };
}

function closeTable(open: OpenTable): Table {
  const chains = [...open.policies].map(([name, policy]): [string, Chain] => [name, { name, policy, rules: open.rules.get(name) ?? [] }]);
  return { name: open.name, chains: new Map(chains) };
}

/** `:NAME POLICY [packets:bytes]`. A base chain shown with "-" keeps its policy. Returns what is wrong, or null. */
function declareChain(open: OpenTable, line: string): string | null {
  const [, name = '', policy = ''] = /^:(\S+)\s+(\S+)/.exec(line) ?? [];
  if (policy !== '-' && policy !== 'ACCEPT' && policy !== 'DROP') return `"${line}" declares no chain`;
  if (policy !== '-') {
    if (!open.policies.has(name)) return `chain ${name} cannot have a policy`;
    open.policies.set(name, policy);
  } else if (!open.policies.has(name)) {
    open.policies.set(name, null);
  }
  return null;
}

/** `-A CHAIN …`, with or without counters before it. Returns what is wrong, or null. */
function appendRule(open: OpenTable, line: string, number: number, family: AddressFamily): string | null {
  const words = splitWords(line.replace(/^\[\d+:\d+\]\s*/, ''));
  const [command, chain] = words;
  if (command?.text !== '-A' && command?.text !== '--append') return `command ${command?.text ?? ''} is not modelled`;
  if (chain === undefined || !open.policies.has(chain.text)) return `chain ${chain?.text ?? ''} is not declared`;
  const rule = readRule(words.slice(2), family);
  if (!rule.ok) return rule.error;
  const { target } = rule.value;
  if ((target.kind === 'jump' || target.kind === 'goto') && !open.jumps.has(target.chain)) open.jumps.set(target.chain, number);
  const rules = open.rules.get(chain.text);
  if (rules === undefined) open.rules.set(chain.text, [rule.value]);
  else rules.push(rule.value);
  return null;
}

function readRule(words: readonly Word[], family: AddressFamily): Result<Rule, string> {
  const parts = readRuleWords(words);
  if (!parts.ok) return parts;
  const header = headerMatches(parts.value.header);
  if (!header.ok) return header;
  const matches = [...header.value];
  for (const module of parts.value.modules) {
    const match = moduleMatch(module);
    if (!match.ok) return match;
    matches.push(match.value);
  }
  const { target: named, isGoto } = parts.value;
  if (named === null) return ok({ matches, target: { kind: 'none' } });
  const target = isGoto ? null : builtinTarget(named, family);
  if (target === null) return ok({ matches, target: { kind: isGoto ? 'goto' : 'jump', chain: named.name } });
  return target.ok ? ok({ matches, target: target.value }) : target;
}
