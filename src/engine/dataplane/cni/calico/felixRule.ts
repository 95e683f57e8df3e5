/**
 * Rules as Felix writes them: conditions and actions in its own spelling, from which the "cali:" comment of every rule is hashed, beside the
 * same conditions as the kernel holds them (felix/iptables match_builder.go, actions.go, rule hashes in table.go).
 */
import { sha224 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Origin } from '../../../api/origin.ts';
import type { IpProtocol } from '../../../net/packet.ts';
import type { Chain, ConntrackMatchState, Match, Rule, Target } from '../../../netfilter/ruleset.ts';
import { base64Url } from './base64Url.ts';

/** One condition: Felix's words, and what the kernel keeps of them. */
export interface FelixMatch {
  readonly words: string;
  readonly match: Match;
}

export interface FelixAction {
  readonly words: string;
  readonly target: Target;
}

export interface FelixRule {
  readonly matches: readonly FelixMatch[];
  readonly action: FelixAction | null;
  readonly comment?: string;
  readonly origin?: Origin;
}

export interface FelixChain {
  readonly name: string;
  readonly rules: readonly FelixRule[];
}

/** Conditions that iptables prints before every comment and module. */
const headerKinds: ReadonlySet<Match['kind']> = new Set(['source', 'destination', 'inInterface', 'outInterface', 'protocol']);
const hashLength = 16;

export const renderChain = ({ name, rules }: FelixChain): Chain => ({ name, policy: null, rules: renderRules(name, rules) });

/**
 * The rules of one chain with their hash comments. Each hash covers its rule and all before it in the chain, so it also tells where the rule
 * stands. Rules inserted into a kernel chain hash under its name, appended ones under "NAME*appends*".
 */
export function renderRules(hashedName: string, rules: readonly FelixRule[]): readonly Rule[] {
  let hash = sha224(utf8ToBytes(hashedName));
  return rules.map((rule) => {
    hash = sha224
      .create()
      .update(hash)
      .update(utf8ToBytes(`-A ${hashedName} HASH ${felixWords(rule)}`))
      .digest();
    return toKernelRule(rule, base64Url(hash).slice(0, hashLength));
  });
}

const felixWords = ({ matches, action, comment }: FelixRule): string =>
  [
    ...(comment === undefined ? [] : [`-m comment --comment "${comment}"`]),
    ...matches.map(({ words }) => words),
    ...(action === null ? [] : [action.words]),
  ].join(' ');

function toKernelRule({ matches, action, comment, origin }: FelixRule, hash: string): Rule {
  const kernel = matches.map(({ match }) => match);
  return {
    matches: [
      ...kernel.filter(({ kind }) => headerKinds.has(kind)),
      { kind: 'comment', text: `cali:${hash}` },
      ...(comment === undefined ? [] : [{ kind: 'comment' as const, text: comment }]),
      ...kernel.filter(({ kind }) => !headerKinds.has(kind)),
    ],
    target: action === null ? { kind: 'none' } : action.target,
    ...(origin === undefined ? {} : { origin }),
  };
}

const hexadecimal = (value: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`);

export const inInterface = (name: string): FelixMatch => ({
  words: `--in-interface ${name}`,
  match: { kind: 'inInterface', name, negated: false },
});
export const outInterface = (name: string): FelixMatch => ({
  words: `--out-interface ${name}`,
  match: { kind: 'outInterface', name, negated: false },
});
/** `number` spells the protocol as its number, as Felix mostly does. */
export const ipProtocol = (protocol: IpProtocol, number?: number): FelixMatch => ({
  words: `-p ${number ?? protocol}`,
  match: { kind: 'protocol', protocol, negated: false },
});
export const destinationPorts = (port: number): FelixMatch => ({
  words: `-m multiport --destination-ports ${port}`,
  match: { kind: 'multiport', side: 'dports', ports: [{ first: port, last: port }], negated: false },
});
export const udpDestinationPort = (port: number): FelixMatch => ({
  words: `--dport ${port}`,
  match: { kind: 'ports', module: 'udp', destination: { first: port, last: port, negated: false } },
});
export const markSet = (mark: number): FelixMatch => ({
  words: `-m mark --mark ${hexadecimal(mark)}/${hexadecimal(mark)}`,
  match: { kind: 'mark', value: mark, mask: mark, negated: false },
});
export const markClear = (mark: number): FelixMatch => ({
  words: `-m mark --mark 0/${hexadecimal(mark)}`,
  match: { kind: 'mark', value: 0, mask: mark, negated: false },
});
export const conntrackState = (...states: readonly ConntrackMatchState[]): FelixMatch => ({
  words: `-m conntrack --ctstate ${states.join(',')}`,
  match: { kind: 'conntrackState', states, negated: false },
});
export const notConntrackState = (state: ConntrackMatchState): FelixMatch => ({
  words: `-m conntrack ! --ctstate ${state}`,
  match: { kind: 'conntrackState', states: [state], negated: true },
});
export const inSet = (name: string, side: 'src' | 'dst'): FelixMatch => ({
  words: `-m set --match-set ${name} ${side}`,
  match: { kind: 'set', name, directions: [side], negated: false },
});
export const notInSet = (name: string, side: 'src' | 'dst'): FelixMatch => ({
  words: `-m set ! --match-set ${name} ${side}`,
  match: { kind: 'set', name, directions: [side], negated: true },
});
export const fromLocal: FelixMatch = {
  words: '-m addrtype --src-type LOCAL',
  match: { kind: 'addressType', source: { type: 'LOCAL', negated: false } },
};
export const notFromOutInterface: FelixMatch = {
  words: '-m addrtype ! --src-type LOCAL --limit-iface-out',
  match: { kind: 'addressType', source: { type: 'LOCAL', negated: true }, limitInterface: 'out' },
};
export const toLocal: FelixMatch = {
  words: '-m addrtype --dst-type LOCAL',
  match: { kind: 'addressType', destination: { type: 'LOCAL', negated: false } },
};
export const failsReversePath: FelixMatch = {
  words: '-m rpfilter --invert --validmark',
  match: { kind: 'reversePathFilter', validMark: true, loose: false, invert: true },
};

export const accept: FelixAction = { words: '--jump ACCEPT', target: { kind: 'accept' } };
export const drop: FelixAction = { words: '--jump DROP', target: { kind: 'drop' } };
export const returns: FelixAction = { words: '--jump RETURN', target: { kind: 'return' } };
export const noTrack: FelixAction = { words: '--jump NOTRACK', target: { kind: 'notrack' } };
export const masquerade: FelixAction = { words: '--jump MASQUERADE --random-fully', target: { kind: 'masquerade', randomFully: true } };
export const jump = (chain: string): FelixAction => ({ words: `--jump ${chain}`, target: { kind: 'jump', chain } });
export const goTo = (chain: string): FelixAction => ({ words: `--goto ${chain}`, target: { kind: 'goto', chain } });
export const setMark = (mark: number): FelixAction => ({
  words: `--jump MARK --set-mark ${hexadecimal(mark)}/${hexadecimal(mark)}`,
  target: { kind: 'mark', value: mark, mask: mark },
});
export const clearMark = (mark: number): FelixAction => ({
  words: `--jump MARK --set-mark 0/${hexadecimal(mark)}`,
  target: { kind: 'mark', value: 0, mask: mark },
});
