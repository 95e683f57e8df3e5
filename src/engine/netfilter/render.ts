/**
 * Prints rules and sets as the node's own tools do: `iptables-save` 1.8 (nf_tables), `ipset list` and `ipset save`, and kube-proxy's
 * iptables-restore input. Packet counters are always [0:0], and the lines that carry a date, a random seed or memory sizes are left out.
 */
import { assertNever } from '../../shared/assertNever.ts';
import { compareText } from '../../shared/compare.ts';
import { type AddressFamily, addressWithPort, type Cidr, type IpAddress, prefixOf } from '../net/address.ts';
import type { IpProtocol } from '../net/packet.ts';
import type { NetfilterContribution } from './assemble.ts';
import {
  baseChains,
  type Chain,
  type ConntrackMatchState,
  type IpSet,
  type Match,
  type Netfilter,
  type PortRange,
  type Rule,
  type Table,
  type TableName,
  type Target,
} from './ruleset.ts';

/** The order in which `iptables-save` (nf_tables) prints tables. */
const tableOrder: readonly TableName[] = ['mangle', 'raw', 'filter', 'nat'];
/** The order in which xt_conntrack prints states, whatever order they were given in. */
const stateOrder: readonly ConntrackMatchState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

/**
 * The ruleset of one family as `iptables-save` (or `ip6tables-save`) prints it: base chains in hook order, the others by name, each chain's
 * rules in order. Without `tables`, every table that exists.
 */
export function renderIptablesSave(netfilter: Netfilter, family: AddressFamily, tables: readonly TableName[] = tableOrder): string {
  return tableOrder
    .filter((name) => tables.includes(name))
    .map((name) => netfilter.tables[family].get(name))
    .filter((table) => table !== undefined)
    .map((table) => renderTable(table, family))
    .join('');
}

function renderTable(table: Table, family: AddressFamily): string {
  const hooks: readonly string[] = baseChains[table.name];
  const rank = (chain: Chain): number => (chain.policy === null ? hooks.length : hooks.indexOf(chain.name));
  const chains = [...table.chains.values()].sort((left, right) => rank(left) - rank(right) || compareText(left.name, right.name));
  const lines = [
    `*${table.name}`,
    ...chains.map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`),
    ...chains.flatMap((chain) => chain.rules.map((rule) => renderRule(chain.name, rule, family))),
    'COMMIT',
  ];
  return `${lines.join('\n')}\n`;
}

/** One rule as `iptables-save` and `iptables -S` print it. `family` matters only to `recent`, which prints its address mask. */
export function renderRule(chain: string, rule: Rule, family: AddressFamily = 'ipv4'): string {
  return ['-A', chain, ...rule.matches.flatMap((match) => matchWords(match, family)), ...targetWords(rule.target)].join(' ');
}

const not = (negated: boolean): readonly string[] => (negated ? ['!'] : []);
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const range = ({ first, last }: PortRange): string => (first === last ? `${first}` : `${first}:${last}`);

/** iptables' own name of a protocol (/etc/protocols on Debian). */
const protocolName = (protocol: IpProtocol): string => (protocol === 'icmpv6' ? 'ipv6-icmp' : protocol);

function matchWords(match: Match, family: AddressFamily): readonly string[] {
  switch (match.kind) {
    case 'source':
      return addressWords('-s', match.cidr, match.negated);
    case 'destination':
      return addressWords('-d', match.cidr, match.negated);
    case 'inInterface':
      return [...not(match.negated), '-i', match.name];
    case 'outInterface':
      return [...not(match.negated), '-o', match.name];
    case 'protocol':
      return [...not(match.negated), '-p', protocolName(match.protocol)];
    case 'ports':
      return ['-m', match.module, ...portWords(match)];
    case 'recent':
      return recentWords(match, family);
    case 'statisticRandom':
      return ['-m', 'statistic', '--mode', 'random', '--probability', savedProbability(match.probability)];
    case 'comment':
      return ['-m', 'comment', '--comment', savedString(match.text)];
    case 'conntrackState': {
      const states = stateOrder.filter((state) => match.states.includes(state));
      return ['-m', 'conntrack', ...not(match.negated), '--ctstate', states.join(',')];
    }
    case 'nfacct':
      // libxt_nfacct writes two spaces here.
      return ['-m', 'nfacct', '--nfacct-name', '', savedString(match.name)];
    case 'multiport':
    case 'mark':
    case 'addressType':
    case 'set':
    case 'reversePathFilter':
    case 'icmpType':
      return plainModuleWords(match);
    default:
      return assertNever(match);
  }
}

/** Matches that kube-proxy's input and iptables-save write alike. */
function plainModuleWords(
  match: Extract<Match, { kind: 'multiport' | 'mark' | 'addressType' | 'set' | 'reversePathFilter' | 'icmpType' }>,
): readonly string[] {
  switch (match.kind) {
    case 'multiport':
      return ['-m', 'multiport', ...not(match.negated), `--${match.side}`, match.ports.map(range).join(',')];
    case 'mark': {
      const mask = match.mask >>> 0 === 0xffffffff ? '' : `/${hex(match.mask)}`;
      return ['-m', 'mark', ...not(match.negated), '--mark', `${hex(match.value)}${mask}`];
    }
    case 'addressType':
      return [
        ...['-m', 'addrtype'],
        ...(match.source === undefined ? [] : [...not(match.source.negated), '--src-type', match.source.type]),
        ...(match.destination === undefined ? [] : [...not(match.destination.negated), '--dst-type', match.destination.type]),
        ...(match.limitInterface === undefined ? [] : [`--limit-iface-${match.limitInterface}`]),
      ];
    case 'set':
      return ['-m', 'set', ...not(match.negated), '--match-set', match.name, match.directions.join(',')];
    case 'reversePathFilter':
      return [
        ...['-m', 'rpfilter'],
        ...(match.loose ? ['--loose'] : []),
        ...(match.validMark ? ['--validmark'] : []),
        ...(match.invert ? ['--invert'] : []),
      ];
    case 'icmpType': {
      const [module, option] = match.family === 'ipv4' ? ['icmp', '--icmp-type'] : ['icmp6', '--icmpv6-type'];
      return ['-m', module, ...not(match.negated), option, match.code === undefined ? `${match.type}` : `${match.type}/${match.code}`];
    }
    default:
      return assertNever(match);
  }
}

/** A condition on every address is no condition: iptables does not keep it. */
const addressWords = (option: '-s' | '-d', cidr: Cidr, negated: boolean): readonly string[] =>
  prefixOf(cidr).length === 0 && !negated ? [] : [...not(negated), option, cidr];

const portWords = (match: Extract<Match, { kind: 'ports' }>): readonly string[] => [
  ...(match.source === undefined ? [] : [...not(match.source.negated), '--sport', range(match.source)]),
  ...(match.destination === undefined ? [] : [...not(match.destination.negated), '--dport', range(match.destination)]),
];

function recentWords(match: Extract<Match, { kind: 'recent' }>, family: AddressFamily): readonly string[] {
  const operation =
    match.operation.kind === 'set'
      ? ['--set']
      : ['--rcheck', '--seconds', `${match.operation.seconds}`, ...(match.operation.reap ? ['--reap'] : [])];
  const mask = family === 'ipv4' ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  return ['-m', 'recent', ...operation, '--name', match.name, '--mask', mask, '--rsource'];
}

/** The kernel keeps a probability in 31 bits of what the program wrote with ten digits; iptables-save prints eleven (libxt_statistic). */
export function savedProbability(probability: number): string {
  const steps = 2 ** 31;
  return (Math.round(Number(probability.toFixed(10)) * steps) / steps).toFixed(11);
}

/** xtables_save_string: bare when only letters, digits, "-" and "_", else quoted with backslashes before quotes and backslashes. */
const savedString = (text: string): string => (/^[\w-]+$/.test(text) ? text : `"${text.replaceAll(/["'\\]/g, '\\$&')}"`);

const translation = (address: IpAddress, port: number | undefined): string =>
  port === undefined ? address : addressWithPort(address, port);

function targetWords(target: Target): readonly string[] {
  switch (target.kind) {
    case 'accept':
      return ['-j', 'ACCEPT'];
    case 'drop':
      return ['-j', 'DROP'];
    case 'return':
      return ['-j', 'RETURN'];
    case 'reject':
      return ['-j', 'REJECT', '--reject-with', target.with];
    case 'jump':
      return ['-j', target.chain];
    case 'goto':
      return ['-g', target.chain];
    case 'dnat':
      return ['-j', 'DNAT', '--to-destination', translation(target.address, target.port)];
    case 'snat':
      return ['-j', 'SNAT', '--to-source', translation(target.address, target.port)];
    case 'masquerade':
      return ['-j', 'MASQUERADE', ...(target.randomFully ? ['--random-fully'] : [])];
    case 'mark':
      return ['-j', 'MARK', '--set-xmark', `${hex(target.value)}/${hex(target.mask)}`];
    case 'notrack':
      return ['-j', 'NOTRACK'];
    case 'none':
      return [];
    default:
      return assertNever(target);
  }
}

/**
 * The input that kube-proxy gives to iptables-restore: its own chains, table by table in the given order, in its own writing
 * (pkg/proxy/iptables/proxier.go, syncProxyRules). Host prefixes are written bare and marks short, as its own tests show them.
 */
export function renderRestoreInput(parts: readonly Pick<NetfilterContribution, 'table' | 'chains'>[]): string {
  return parts
    .flatMap(({ table, chains }) => [
      `*${table}`,
      ...chains.map((chain) => `:${chain.name} - [0:0]`),
      ...chains.flatMap((chain) => chain.rules.map((rule) => renderRestoreRule(chain.name, rule))),
      'COMMIT',
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * One rule in kube-proxy's writing. The modules keep their order; the header's conditions, which iptables-save prints first, stand where
 * kube-proxy puts them: around the port when there is one, else before conntrack, else last.
 */
export function renderRestoreRule(chain: string, rule: Rule): string {
  const destination = rule.matches.filter((match) => match.kind === 'destination').flatMap(restoreHeaderWords);
  const others = rule.matches
    .filter((match) => match.kind === 'source' || match.kind === 'inInterface' || match.kind === 'outInterface')
    .flatMap(restoreHeaderWords);
  const modules = rule.matches.filter((match) => !headerKinds.has(match.kind));
  const hasPorts = modules.some((match) => match.kind === 'ports');
  const words: string[] = [];
  let headerWritten = false;
  for (const match of modules) {
    if (match.kind === 'ports') {
      words.push('-m', match.module, '-p', match.module, ...destination, ...portWords(match), ...others);
      headerWritten = true;
      continue;
    }
    if (match.kind === 'conntrackState' && !hasPorts && !headerWritten) {
      words.push(...destination, ...others);
      headerWritten = true;
    }
    words.push(...restoreModuleWords(match));
  }
  if (!headerWritten) words.push(...destination, ...others);
  return ['-A', chain, ...words, ...restoreTargetWords(rule.target)].join(' ');
}

const headerKinds: ReadonlySet<Match['kind']> = new Set(['source', 'destination', 'inInterface', 'outInterface', 'protocol']);

function restoreHeaderWords(match: Match): readonly string[] {
  if (match.kind !== 'source' && match.kind !== 'destination') return matchWords(match, 'ipv4');
  const prefix = prefixOf(match.cidr);
  return [...not(match.negated), match.kind === 'source' ? '-s' : '-d', prefix.size === 1n ? prefix.first : match.cidr];
}

function restoreModuleWords(match: Match): readonly string[] {
  switch (match.kind) {
    case 'comment':
      return ['-m', 'comment', '--comment', match.text.includes(' ') ? `"${match.text}"` : match.text];
    case 'conntrackState':
      return ['-m', 'conntrack', ...not(match.negated), '--ctstate', match.states.join(',')];
    case 'statisticRandom':
      return ['-m', 'statistic', '--mode', 'random', '--probability', match.probability.toFixed(10)];
    case 'recent':
      return match.operation.kind === 'set'
        ? ['-m', 'recent', '--name', match.name, '--set']
        : [
            ...['-m', 'recent', '--name', match.name, '--rcheck', '--seconds', `${match.operation.seconds}`],
            ...(match.operation.reap ? ['--reap'] : []),
          ];
    case 'nfacct':
      return ['-m', 'nfacct', '--nfacct-name', match.name];
    default:
      return matchWords(match, 'ipv4');
  }
}

function restoreTargetWords(target: Target): readonly string[] {
  if (target.kind === 'reject') return ['-j', 'REJECT'];
  if (target.kind === 'mark' && target.mask === target.value) return ['-j', 'MARK', '--or-mark', hex(target.value)];
  if (target.kind === 'mark' && target.mask === 0) return ['-j', 'MARK', '--xor-mark', hex(target.value)];
  return targetWords(target);
}

/**
 * One set as `ipset list` (for people) or `ipset save` (for `ipset restore`) prints it. Revision, hash sizes, memory and
 * reference counts, which are the kernel's own affair, are left out.
 */
export function renderIpset(set: IpSet, form: 'list' | 'save' = 'list'): string {
  const family = set.family === 'ipv4' ? 'inet' : 'inet6';
  const members = set.members.map(({ cidr, protocol, port }) => {
    const prefix = prefixOf(cidr);
    const address = prefix.size === 1n ? prefix.first : cidr;
    return port === undefined ? address : `${address},${protocol === undefined ? '' : `${protocol}:`}${port}`;
  });
  const lines =
    form === 'save'
      ? [`create ${set.name} ${set.type} family ${family}`, ...members.map((member) => `add ${set.name} ${member}`)]
      : [
          ...[`Name: ${set.name}`, `Type: ${set.type}`, `Header: family ${family}`, `Number of entries: ${members.length}`, 'Members:'],
          ...members,
        ];
  return `${lines.join('\n')}\n`;
}
