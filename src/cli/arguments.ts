/** Reads a command's arguments. Unknown options, missing values and words out of place are a UsageError of one line. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './output.ts';

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
}

export const inputOptions = {
  file: { type: 'string', short: 'f', multiple: true },
  output: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export function readArguments(args: readonly string[], options: ParseArgsConfig['options']): Arguments {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { ...options }, allowPositionals: true, strict: true });
    return { values, words: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

export function text(args: Arguments, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
}

export function texts(args: Arguments, name: string): readonly string[] {
  const value = args.values[name];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** One of a closed list of words; the first is the default. */
export function oneOf<Word extends string>(args: Arguments, name: string, words: readonly [Word, ...Word[]], shown = `--${name}`): Word {
  const value = text(args, name);
  if (value === undefined) return words[0];
  const found = words.find((word) => word === value);
  if (found === undefined) throw new UsageError(`${shown} is one of ${words.join(', ')}, not "${value}"`);
  return found;
}

export const flag = (args: Arguments, name: string): boolean => args.values[name] === true;
