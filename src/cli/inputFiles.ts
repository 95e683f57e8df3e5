/** Reads the files that -f names: files, folders (recursively, .yaml .yml .json, in the order of their names) and "-" for standard input. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../engine/index.ts';
import { compareText } from '../shared/compare.ts';
import { type Arguments, texts } from './arguments.ts';
import { type Console, UsageError } from './output.ts';

export function readInput(args: Arguments, console: Console): readonly SourceFile[] {
  const paths = texts(args, 'file');
  if (paths.length === 0) throw new UsageError('no input: name files or folders with -f, or "-f -" for standard input');
  return paths.flatMap((path) => (path === '-' ? [{ name: '-', text: console.readStandardInput() }] : readPath(path)));
}

export function readPath(path: string): readonly SourceFile[] {
  if (!statOf(path).isDirectory()) return [{ name: path, text: readText(path) }];
  const found = filesIn(path);
  if (found.length === 0) throw new UsageError(`${path}: no .yaml, .yml or .json file in this folder`);
  return found.map((name) => ({ name, text: readText(name) }));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((left, right) => compareText(left.name, right.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : filesIn(path);
      return /\.(ya?ml|json)$/i.test(entry.name) ? [path] : [];
    });
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    throw new UsageError(`${path}: no such file or folder`);
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'})`);
  }
}
