/**
 * Cuts one `-A …` line into its parts: header conditions, modules with their options, target with its options. What the options mean is
 * ruleOptions.ts's affair; here only is known which module takes which option, and whether with a value.
 */
import { err, ok, type Result } from '../../shared/result.ts';

export interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Splits as iptables-restore does: blanks separate, double and single quotes hold together, a backslash takes the next character as it is. */
export function splitWords(line: string): readonly Word[] {
  const words: Word[] = [];
  for (const match of line.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+)/g)) {
    const [, double, single, bare = ''] = match;
    if (double !== undefined) words.push({ text: double.replaceAll(/\\(.)/g, '$1'), isQuoted: true });
    else if (single !== undefined) words.push({ text: single, isQuoted: true });
    else words.push({ text: bare, isQuoted: false });
  }
  return words;
}

export interface OptionValue {
  readonly text: string;
  readonly negated: boolean;
}

/** A module (`-m NAME`) or target (`-j NAME`) with the options given to it; those without a value have an empty text. */
export interface ModuleWords {
  readonly name: string;
  readonly options: Map<string, OptionValue>;
}

export interface RuleWords {
  /** By long name: source, destination, in-interface, out-interface, protocol. */
  readonly header: ReadonlyMap<string, OptionValue>;
  readonly modules: readonly ModuleWords[];
  readonly target: ModuleWords | null;
  readonly isGoto: boolean;
}

const headerOptions: Readonly<Record<string, string>> = {
  '-s': 'source',
  '--source': 'source',
  '--src': 'source',
  '-d': 'destination',
  '--destination': 'destination',
  '--dst': 'destination',
  '-i': 'in-interface',
  '--in-interface': 'in-interface',
  '-o': 'out-interface',
  '--out-interface': 'out-interface',
  '-p': 'protocol',
  '--protocol': 'protocol',
};

type OptionTable = Readonly<Record<string, Readonly<Record<string, 'value' | 'flag'>>>>;

const portOptions = { '--sport': 'value', '--source-port': 'value', '--dport': 'value', '--destination-port': 'value' } as const;

const moduleOptions: OptionTable = {
  tcp: portOptions,
  udp: portOptions,
  sctp: portOptions,
  multiport: { '--sports': 'value', '--dports': 'value', '--ports': 'value' },
  comment: { '--comment': 'value' },
  conntrack: { '--ctstate': 'value' },
  mark: { '--mark': 'value' },
  addrtype: { '--src-type': 'value', '--dst-type': 'value', '--limit-iface-in': 'flag', '--limit-iface-out': 'flag' },
  statistic: { '--mode': 'value', '--probability': 'value' },
  recent: {
    '--set': 'flag',
    '--rcheck': 'flag',
    '--seconds': 'value',
    '--reap': 'flag',
    '--name': 'value',
    '--mask': 'value',
    '--rsource': 'flag',
  },
  set: { '--match-set': 'value' },
  rpfilter: { '--validmark': 'flag', '--loose': 'flag', '--invert': 'flag' },
  nfacct: { '--nfacct-name': 'value' },
  icmp: { '--icmp-type': 'value' },
  icmp6: { '--icmpv6-type': 'value' },
};

const targetOptions: OptionTable = {
  REJECT: { '--reject-with': 'value' },
  DNAT: { '--to-destination': 'value' },
  SNAT: { '--to-source': 'value' },
  MASQUERADE: { '--random-fully': 'flag' },
  MARK: { '--set-xmark': 'value', '--set-mark': 'value', '--or-mark': 'value', '--and-mark': 'value', '--xor-mark': 'value' },
  CT: { '--notrack': 'flag' },
};

/** The module that a protocol brings with it when one of its options is used without -m. */
const implicitModules: Readonly<Record<string, string>> = {
  icmp: 'icmp',
  'ipv6-icmp': 'icmp6',
  icmpv6: 'icmp6',
  tcp: 'tcp',
  udp: 'udp',
  sctp: 'sctp',
};

/** Reads the words after `-A CHAIN`. The error is a sentence without its line number. */
export function readRuleWords(words: readonly Word[]): Result<RuleWords, string> {
  const header = new Map<string, OptionValue>();
  const modules: ModuleWords[] = [];
  let target: ModuleWords | null = null;
  let isGoto = false;
  let position = 0;
  const next = (): Word | undefined => {
    const word = words[position];
    position += 1;
    return word;
  };
  while (position < words.length) {
    const negated = words[position]?.text === '!';
    if (negated) position += 1;
    const option = next()?.text ?? '';
    const headerName = headerOptions[option];
    if (headerName !== undefined) {
      const value = next();
      if (value === undefined) return err(`option ${option} has no value`);
      header.set(headerName, { text: value.text, negated });
    } else if (option === '-m' || option === '--match') {
      const name = next()?.text ?? '';
      if (moduleOptions[name] === undefined) return err(`match ${name} is not modelled`);
      modules.push({ name, options: new Map() });
    } else if (option === '-j' || option === '--jump' || option === '-g' || option === '--goto') {
      isGoto = option === '-g' || option === '--goto';
      target = { name: next()?.text ?? '', options: new Map() };
    } else {
      const owner = ownerOf(option, modules, target) ?? addImplicitModule(option, header, modules);
      if (owner === undefined) return err(`option ${option} is not modelled`);
      const value = owner.takesValue ? readValue(words, position, option) : { text: '', length: 0 };
      if (value === undefined) return err(`option ${option} has no value`);
      position += value.length;
      owner.module.options.set(option, { text: value.text, negated });
    }
  }
  return ok({ header, modules, target, isGoto });
}

interface Owner {
  readonly module: ModuleWords;
  readonly takesValue: boolean;
}

/** The module or target that takes an option: the last one loaded that knows it and does not have it yet. */
function ownerOf(option: string, modules: readonly ModuleWords[], target: ModuleWords | null): Owner | undefined {
  const targetKind = target === null ? undefined : targetOptions[target.name]?.[option];
  if (target !== null && targetKind !== undefined) return { module: target, takesValue: targetKind === 'value' };
  for (const module of modules.toReversed()) {
    const kind = moduleOptions[module.name]?.[option];
    if (kind !== undefined && !module.options.has(option)) return { module, takesValue: kind === 'value' };
  }
  return undefined;
}

function addImplicitModule(option: string, header: ReadonlyMap<string, OptionValue>, modules: ModuleWords[]): Owner | undefined {
  const name = implicitModules[header.get('protocol')?.text ?? ''];
  const kind = name === undefined ? undefined : moduleOptions[name]?.[option];
  if (name === undefined || kind === undefined) return undefined;
  const module: ModuleWords = { name, options: new Map() };
  modules.push(module);
  return { module, takesValue: kind === 'value' };
}

/**
 * An option's value: one word; of --match-set two. A bare comment runs on to the next option: stricter programs refuse one of several
 * words, but rules kept as arguments rather than text are often shown so.
 */
function readValue(
  words: readonly Word[],
  position: number,
  option: string,
): { readonly text: string; readonly length: number } | undefined {
  const first = words[position];
  if (first === undefined) return undefined;
  if (option === '--match-set') return { text: `${first.text} ${words[position + 1]?.text ?? ''}`, length: 2 };
  let length = 1;
  if (option === '--comment' && !first.isQuoted) {
    const isPart = (word: Word | undefined): boolean =>
      word !== undefined && !word.isQuoted && word.text !== '!' && !word.text.startsWith('-');
    while (isPart(words[position + length])) length += 1;
  }
  const text = words
    .slice(position, position + length)
    .map((word) => word.text)
    .join(' ');
  return { text, length };
}
