/**
 * Every byte that the built page asks for until its first hop is drawn, against the libraries that such a page rests on: React, Cytoscape,
 * Zustand and js-yaml, whole, built by the same bundler. Both gzip. What the engine's worker asks for is reported apart.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { BrowserContext } from './browser.ts';
import type { Bench } from './harness.ts';
import { gzipped, type Served } from './staticServer.ts';

const libraries = ['react', 'cytoscape', 'zustand', 'jsYaml'] as const;
const markName = 'first-hop-drawn';
const patience = 30_000;

/** The bytes of the libraries' own code: what they share is there once. */
async function librarySizes(context: BrowserContext): Promise<number> {
  const input = Object.fromEntries(libraries.map((name) => [name, join(context.root, 'src', 'bench', 'page', 'libraries', `${name}.ts`)]));
  const folder = await context.build({ configFile: false, build: { target: 'es2023', modulePreload: false, rolldownOptions: { input } } });
  return readdirSync(join(folder, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .reduce((sum, name) => sum + gzipped(readFileSync(join(folder, 'assets', name))).length, 0);
}

interface Moment {
  /** Milliseconds of the epoch. */
  readonly at: number;
  /** Milliseconds since the page was asked for. */
  readonly after: number;
  /** Addresses that the page, or a worker for it, asked for later. */
  readonly later: readonly string[];
}

async function firstHop(page: Page): Promise<Moment | null> {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    const moment = await page.evaluate((name) => {
      const mark = performance.getEntriesByName(name)[0];
      if (mark === undefined) return null;
      const later = performance.getEntriesByType('resource').filter((entry) => entry.startTime > mark.startTime);
      return { at: performance.timeOrigin + mark.startTime, after: mark.startTime, later: later.map((entry) => entry.name) };
    }, markName);
    if (moment !== null) return moment;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}

const pathsOf = (addresses: readonly string[]): ReadonlySet<string> =>
  new Set(addresses.filter((name) => name.startsWith('http')).map((name) => new URL(name).pathname));

const bytesOf = (files: readonly Served[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;

export const firstBytes: Bench<BrowserContext> = {
  id: 'bytes',
  title: 'Every byte before the first hop is drawn, against React + Cytoscape + Zustand + js-yaml (gzip)',
  limit: { kind: 'atMost', ratio: 1.35 },
  async run(context) {
    const folder = await context.build({ configFile: join(context.root, 'vite.config.ts') });
    const server = await context.serve(folder);
    const page = await context.open(server.address);
    const moment = await firstHop(page);
    if (moment === null) throw new Error(`the page drew no hop within ${patience / 1_000} s: no performance mark "${markName}"`);
    const later = pathsOf(moment.later);
    const asked = server.served.filter(({ path, at }) => at <= moment.at && !later.has(path));
    const own = asked.filter(({ purpose }) => purpose !== 'worker');
    const worker = asked.filter(({ purpose }) => purpose === 'worker');
    if (worker.length === 0) throw new Error("no request came from a worker: its bytes would be counted as the page's");
    const sum = await librarySizes(context);
    const largest = [...own].sort((one, other) => other.bytes - one.bytes).slice(0, 5);
    return {
      kind: 'measured',
      ratio: bytesOf(own) / sum,
      sides: [
        { name: `the page (${own.length} files)`, value: bytesOf(own), unit: 'bytes' },
        { name: 'the libraries', value: sum, unit: 'bytes' },
      ],
      notes: [
        `the engine's worker ${kilobytes(bytesOf(worker))}`,
        `largest: ${largest.map(({ path, bytes }) => `${path.split('/').at(-1)} ${kilobytes(bytes)}`).join(', ')}`,
        `first hop after ${moment.after.toFixed(0)} ms`,
      ],
    };
  },
};
