/** Holds the import matrix of src/README.md: reads every import of the source, fails on a forbidden edge, a cycle, or an outside package in the wrong place. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Which folders a folder may import (itself always). "engine" alone means engine/index.ts and the type-only files at the engine's top. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'engine/net': ['shared'],
  'engine/api': ['shared', 'engine/net'],
  'engine/manifest': ['shared', 'engine/net', 'engine/api'],
  'engine/ipam': ['shared', 'engine/net', 'engine/api', 'engine'],
  'engine/scheduler': ['shared', 'engine/net', 'engine/api', 'engine'],
  'engine/controllers': ['shared', 'engine/net', 'engine/api', 'engine'],
  'engine/bootstrap': ['shared', 'engine/net', 'engine/api', 'engine'],
  'engine/topology': ['shared', 'engine/net', 'engine/api', 'engine/routing', 'engine/netfilter'],
  'engine/routing': ['shared', 'engine/net', 'engine/api'],
  'engine/netfilter': ['shared', 'engine/net', 'engine/api'],
  'engine/dataplane': ['shared', 'engine/net', 'engine/api', 'engine/topology', 'engine/routing', 'engine/netfilter', 'engine'],
  'engine/trace': ['shared', 'engine/net', 'engine/api', 'engine/topology', 'engine/routing', 'engine/netfilter'],
  'engine/exchange': [
    'shared',
    'engine/net',
    'engine/api',
    'engine/topology',
    'engine/routing',
    'engine/netfilter',
    'engine/dataplane',
    'engine/trace',
    'engine/explain',
    'engine',
  ],
  'engine/explain': [
    'shared',
    'engine/net',
    'engine/api',
    'engine/topology',
    'engine/routing',
    'engine/netfilter',
    'engine/trace',
    'engine/exchange',
    'engine',
  ],
  'engine/export': [
    'shared',
    'engine/net',
    'engine/api',
    'engine/topology',
    'engine/routing',
    'engine/netfilter',
    'engine/trace',
    'engine',
  ],
  view: ['shared', 'engine'],
  share: ['shared', 'engine'],
  scenarios: ['shared'],
  i18n: ['shared'],
  worker: ['shared', 'engine', 'view', 'share', 'scenarios'],
  cli: ['shared', 'engine', 'view', 'share', 'scenarios', 'i18n'],
  state: ['shared', 'view', 'worker', 'share', 'scenarios'],
  ui: ['shared', 'state', 'view', 'share', 'worker', 'i18n', 'scenarios'],
  bench: ['shared', 'engine', 'engine/manifest', 'view', 'share', 'ui'],
};

/** Outside packages that only one place may import. */
const packageHomes: Readonly<Record<string, RegExp>> = {
  'js-yaml': /^(engine\/manifest|bench)\//,
  cytoscape: /^(ui\/topology|bench)\//,
  'monaco-editor': /^ui\/editor\//,
  'monaco-yaml': /^ui\/editor\//,
  react: /^(ui\/|bench\/|main\.tsx)/,
  zustand: /^(state|ui|bench)\//,
  fflate: /^share\//,
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('__') ? [] : sourceFiles(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$|\.d\.ts$|\.test-data\.ts$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /^(?:import|export)\s+(type\s+)?(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(pattern)].map((match) => {
    const target = (match[2] ?? match[3] ?? '').replace(/\?.*$/, '');
    const to = target.startsWith('.') ? relative(root, resolve(dirname(file), target)) : target;
    return { from: relative(root, file), to, typeOnly: match[1] !== undefined };
  });
}

function folderOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top !== 'engine') return path.includes('/') ? top : '';
  return path.split('/').length > 2 ? `engine/${second}` : 'engine';
}

const files = sourceFiles(root).filter((file) => !relative(root, file).startsWith('engine/testing'));
const imports = files.flatMap(importsOf);
const inner = imports.filter((edge) => existsSync(join(root, edge.to)) && !edge.to.startsWith('..'));

describe('architecture', () => {
  it('reads a source tree, not an empty folder', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(inner.length).toBeGreaterThan(files.length);
  });

  it('has no import that the matrix forbids', () => {
    const forbidden = inner.filter(({ from, to }) => {
      const source = folderOf(from);
      const target = folderOf(to);
      if (source === target || source === '' || source === 'engine') return false;
      return !(allowed[source] ?? []).includes(target);
    });
    expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('knows every folder', () => {
    const folders = new Set(files.map((file) => folderOf(relative(root, file))));
    expect([...folders].filter((folder) => folder !== '' && folder !== 'engine' && !(folder in allowed))).toEqual([]);
  });

  it('keeps each heavy package in its one place', () => {
    const strays = imports.filter(({ from, to }) => {
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? '');
      const home = packageHomes[name];
      return home !== undefined && !home.test(from);
    });
    expect(strays.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no cycle among files that load each other', () => {
    expect(cycles(inner.filter((edge) => !edge.typeOnly))).toEqual([]);
  });

  it('lets the walk know nothing of Kubernetes', () => {
    const kinds = inner.filter(
      ({ from, to }) => from.startsWith('engine/trace/') && to.startsWith('engine/api/') && !to.endsWith('origin.ts'),
    );
    expect(kinds.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });
});

/** Every file that can reach itself, found by depth-first search. */
function cycles(edges: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
