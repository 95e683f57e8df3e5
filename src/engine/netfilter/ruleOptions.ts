/** Gives the options of a rule's modules and target their meaning: the inverse of render.ts, for both ways in which programs write them. */
import { err, ok, type Result } from '../../shared/result.ts';
import { type AddressFamily, type IpAddress, parseCidr, parseIpAddress } from '../net/address.ts';
import type { IpProtocol, TransportProtocol } from '../net/packet.ts';
import { savedProbability } from './render.ts';
import type { ConntrackMatchState, Match, PortRange, RejectWith, Target } from './ruleset.ts';
import type { ModuleWords, OptionValue } from './ruleWords.ts';

/** The header's conditions in the order in which iptables-save prints them. */
export function headerMatches(header: ReadonlyMap<string, OptionValue>): Result<readonly Match[], string> {
  const matches: Match[] = [];
  for (const kind of ['source', 'destination'] as const) {
    const value = header.get(kind);
    if (value === undefined) continue;
    const cidr = parseCidr(value.text);
    if (cidr === undefined) return err(`${value.text} is no address`);
    matches.push({ kind, cidr, negated: value.negated });
  }
  const inInterface = header.get('in-interface');
  if (inInterface !== undefined) matches.push({ kind: 'inInterface', name: inInterface.text, negated: inInterface.negated });
  const outInterface = header.get('out-interface');
  if (outInterface !== undefined) matches.push({ kind: 'outInterface', name: outInterface.text, negated: outInterface.negated });
  const protocol = header.get('protocol');
  if (protocol !== undefined) {
    const known = protocols[protocol.text];
    if (known === undefined) return err(`protocol ${protocol.text} is not modelled`);
    matches.push({ kind: 'protocol', protocol: known, negated: protocol.negated });
  }
  return ok(matches);
}

const protocols: Readonly<Record<string, IpProtocol>> = {
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  sctp: 'sctp',
  '132': 'sctp',
  icmp: 'icmp',
  '1': 'icmp',
  'ipv6-icmp': 'icmpv6',
  icmpv6: 'icmpv6',
  '58': 'icmpv6',
  ipencap: 'ipencap',
  '4': 'ipencap',
};

type MatchResult = Result<Match, string>;

/** One module's condition. */
export function moduleMatch({ name, options }: ModuleWords): MatchResult {
  switch (name) {
    case 'tcp':
    case 'udp':
    case 'sctp':
      return portsMatch(name, options);
    case 'multiport':
      return multiportMatch(options);
    case 'comment':
      return required(name, options, '--comment', ({ text }) => ok({ kind: 'comment', text }));
    case 'conntrack':
      return required(name, options, '--ctstate', conntrackMatch);
    case 'mark':
      return required(name, options, '--mark', ({ text, negated }) => {
        const mark = maskedNumber(text);
        return mark === undefined ? err(`${text} is no mark`) : ok({ kind: 'mark', ...mark, negated });
      });
    case 'addrtype':
      return addressTypeMatch(options);
    case 'statistic':
      return statisticMatch(options);
    case 'recent':
      return recentMatch(options);
    case 'set':
      return required(name, options, '--match-set', setMatch);
    case 'rpfilter': {
      const [loose, validMark, invert] = [options.has('--loose'), options.has('--validmark'), options.has('--invert')];
      return ok({ kind: 'reversePathFilter', validMark, loose, invert });
    }
    case 'nfacct':
      return required(name, options, '--nfacct-name', ({ text }) => ok({ kind: 'nfacct', name: text }));
    case 'icmp':
      return required(name, options, '--icmp-type', (value) => icmpMatch('ipv4', value));
    case 'icmp6':
      return required(name, options, '--icmpv6-type', (value) => icmpMatch('ipv6', value));
    default:
      return err(`match ${name} is not modelled`);
  }
}

type Options = ReadonlyMap<string, OptionValue>;

function required(module: string, options: Options, option: string, read: (value: OptionValue) => MatchResult): MatchResult {
  const value = options.get(option);
  return value === undefined ? err(`match ${module} needs ${option}`) : read(value);
}

function wholeNumber(text: string, limit: number): number | undefined {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  return value <= limit ? value : undefined;
}

function portRange(text: string): PortRange | undefined {
  const [firstText = '', lastText = firstText, ...rest] = text.split(':');
  const first = firstText === '' ? 0 : wholeNumber(firstText, 65_535);
  const last = lastText === '' ? 65_535 : wholeNumber(lastText, 65_535);
  return text !== '' && rest.length === 0 && first !== undefined && last !== undefined && first <= last ? { first, last } : undefined;
}

function portsMatch(module: TransportProtocol, options: Options): MatchResult {
  const sides: { source?: PortRange & { negated: boolean }; destination?: PortRange & { negated: boolean } } = {};
  for (const [option, { text, negated }] of options) {
    const range = portRange(text);
    if (range === undefined) return err(`${text} is no port`);
    sides[option === '--sport' || option === '--source-port' ? 'source' : 'destination'] = { ...range, negated };
  }
  return ok({ kind: 'ports', module, ...sides });
}

function multiportMatch(options: Options): MatchResult {
  for (const side of ['sports', 'dports', 'ports'] as const) {
    const value = options.get(`--${side}`);
    if (value === undefined) continue;
    const ports = value.text.split(',').map(portRange);
    if (!ports.every((port) => port !== undefined)) return err(`${value.text} is no list of ports`);
    return ok({ kind: 'multiport', side, ports, negated: value.negated });
  }
  return err('match multiport needs --sports, --dports or --ports');
}

const knownStates: Readonly<Record<string, ConntrackMatchState>> = {
  NEW: 'NEW',
  ESTABLISHED: 'ESTABLISHED',
  RELATED: 'RELATED',
  INVALID: 'INVALID',
  UNTRACKED: 'UNTRACKED',
  SNAT: 'SNAT',
  DNAT: 'DNAT',
};

function conntrackMatch({ text, negated }: OptionValue): MatchResult {
  const states = text.split(',').map((name) => knownStates[name]);
  return states.every((state) => state !== undefined)
    ? ok({ kind: 'conntrackState', states, negated })
    : err(`${text} is no list of states`);
}

/** "0x4000/0xc000"; without a mask all 32 bits count. */
function maskedNumber(text: string): { readonly value: number; readonly mask: number } | undefined {
  const [valueText = '', maskText = '0xffffffff', ...rest] = text.split('/');
  const value = wholeNumber(valueText, 0xffffffff);
  const mask = wholeNumber(maskText, 0xffffffff);
  return value === undefined || mask === undefined || rest.length > 0 ? undefined : { value, mask };
}

const addressTypes = { LOCAL: 'LOCAL', UNICAST: 'UNICAST', BROADCAST: 'BROADCAST', BLACKHOLE: 'BLACKHOLE' } as const;
const isAddressType = (text: string): text is keyof typeof addressTypes => Object.hasOwn(addressTypes, text);

function addressTypeMatch(options: Options): MatchResult {
  const source = options.get('--src-type');
  const destination = options.get('--dst-type');
  if (source === undefined && destination === undefined) return err('match addrtype needs --src-type or --dst-type');
  if (source !== undefined && !isAddressType(source.text)) return err(`address type ${source.text} is not modelled`);
  if (destination !== undefined && !isAddressType(destination.text)) return err(`address type ${destination.text} is not modelled`);
  return ok({
    kind: 'addressType',
    ...(source !== undefined && isAddressType(source.text) ? { source: { type: source.text, negated: source.negated } } : {}),
    ...(destination !== undefined && isAddressType(destination.text)
      ? { destination: { type: destination.text, negated: destination.negated } }
      : {}),
    ...(options.has('--limit-iface-in') ? { limitInterface: 'in' as const } : {}),
    ...(options.has('--limit-iface-out') ? { limitInterface: 'out' as const } : {}),
  });
}

function statisticMatch(options: Options): MatchResult {
  const mode = options.get('--mode')?.text;
  if (mode !== 'random') return err(`match statistic with mode ${mode ?? '(none)'} is not modelled`);
  const text = options.get('--probability')?.text ?? '';
  const value = /^[\d.]+$/.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1
    ? ok({ kind: 'statisticRandom', probability: exactProbability(value) })
    : err(`${text} is no probability`);
}

/** The share 1/n that was meant by its rounded text; any other value as the kernel keeps it, in 31 bits. */
function exactProbability(value: number): number {
  const share = 1 / Math.round(1 / value);
  return value > 0 && savedProbability(share) === savedProbability(value) ? share : Math.round(value * 2 ** 31) / 2 ** 31;
}

const wholeMasks: readonly (string | undefined)[] = [undefined, '255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'];

function recentMatch(options: Options): MatchResult {
  const name = options.get('--name')?.text ?? 'DEFAULT';
  const mask = options.get('--mask')?.text;
  if (!wholeMasks.includes(mask)) return err(`match recent with mask ${mask} is not modelled`);
  for (const [option, { negated }] of options) if (negated) return err(`! ${option} is not modelled`);
  if (options.has('--set')) return ok({ kind: 'recent', name, operation: { kind: 'set' } });
  const seconds = wholeNumber(options.get('--seconds')?.text ?? '', 0xffffffff);
  if (!options.has('--rcheck') || seconds === undefined) return err('match recent without --set or --rcheck --seconds is not modelled');
  return ok({ kind: 'recent', name, operation: { kind: 'rcheck', seconds, reap: options.has('--reap') } });
}

function setMatch({ text, negated }: OptionValue): MatchResult {
  const [name = '', directionText = ''] = text.split(' ');
  const directions = directionText.split(',');
  const isDirection = (direction: string): direction is 'src' | 'dst' => direction === 'src' || direction === 'dst';
  return directions.every(isDirection) ? ok({ kind: 'set', name, directions, negated }) : err(`${directionText} is no direction of a set`);
}

function icmpMatch(family: AddressFamily, { text, negated }: OptionValue): MatchResult {
  const [type, code] = text.split('/').map((part) => wholeNumber(part, 255));
  if (type === undefined || (text.includes('/') && code === undefined)) return err(`icmp type ${text} is not modelled`);
  return ok({ kind: 'icmpType', family, type, ...(code === undefined ? {} : { code }), negated });
}

const rejections: Readonly<Record<string, RejectWith>> = {
  'icmp-port-unreachable': 'icmp-port-unreachable',
  'icmp-host-unreachable': 'icmp-host-unreachable',
  'icmp-net-unreachable': 'icmp-net-unreachable',
  'icmp-admin-prohibited': 'icmp-admin-prohibited',
  'tcp-reset': 'tcp-reset',
  'icmp6-port-unreachable': 'icmp6-port-unreachable',
};

/** A target of iptables' own; null when the name is none, so that it must be a chain's. */
export function builtinTarget({ name, options }: ModuleWords, family: AddressFamily): Result<Target, string> | null {
  switch (name) {
    case 'ACCEPT':
      return ok({ kind: 'accept' });
    case 'DROP':
      return ok({ kind: 'drop' });
    case 'RETURN':
      return ok({ kind: 'return' });
    case 'REJECT': {
      const text = options.get('--reject-with')?.text ?? (family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable');
      const rejection = rejections[text];
      return rejection === undefined ? err(`rejection ${text} is not modelled`) : ok({ kind: 'reject', with: rejection });
    }
    case 'DNAT':
      return translationTarget('dnat', options.get('--to-destination')?.text ?? '');
    case 'SNAT':
      return translationTarget('snat', options.get('--to-source')?.text ?? '');
    case 'MASQUERADE':
      return ok({ kind: 'masquerade', randomFully: options.has('--random-fully') });
    case 'MARK':
      return markTarget(options);
    case 'NOTRACK':
      return ok({ kind: 'notrack' });
    case 'CT':
      return options.has('--notrack') ? ok({ kind: 'notrack' }) : err('target CT without --notrack is not modelled');
    default:
      return null;
  }
}

function translationTarget(kind: 'dnat' | 'snat', text: string): Result<Target, string> {
  const whole = parseIpAddress(text);
  if (whole !== undefined) return ok({ kind, address: whole });
  const [, bracketed, plain, portText = ''] = /^(?:\[(.+)\]|([\d.]+)):(\d+)$/.exec(text) ?? [];
  const address: IpAddress | undefined = parseIpAddress(bracketed ?? plain ?? '');
  const port = wholeNumber(portText, 65_535);
  return address === undefined || port === undefined ? err(`translation to ${text} is not modelled`) : ok({ kind, address, port });
}

/** All ways to set a mark are one in the kernel: clear the bits of the mask, then flip those of the value. */
function markTarget(options: Options): Result<Target, string> {
  for (const [option, { text }] of options) {
    const number = maskedNumber(text);
    if (number === undefined) return err(`${text} is no mark`);
    const { value, mask } = number;
    switch (option) {
      case '--set-xmark':
        return ok({ kind: 'mark', value, mask });
      case '--set-mark':
        return ok({ kind: 'mark', value, mask: (mask | value) >>> 0 });
      case '--or-mark':
        return ok({ kind: 'mark', value, mask: value });
      case '--and-mark':
        return ok({ kind: 'mark', value: 0, mask: ~value >>> 0 });
      case '--xor-mark':
        return ok({ kind: 'mark', value, mask: 0 });
      default:
        return err(`option ${option} is not modelled`);
    }
  }
  return err('target MARK needs a mark');
}
