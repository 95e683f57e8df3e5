/** What the benchmarks in a browser share: a Chromium, the page that they run in, built once, and everything put away afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build, type InlineConfig } from 'vite';
import { type StaticServer, serveFolder } from './staticServer.ts';

export interface BrowserContext {
  /** The checkout. */
  readonly root: string;
  /** Builds with Vite into a folder of its own, which is removed at the end; returns the folder. */
  build(config: InlineConfig): Promise<string>;
  serve(folder: string): Promise<StaticServer>;
  /** A page of a fresh browser, 1440 × 900. `flags` are Chromium's own. Its errors end the benchmark. */
  open(address: string, flags?: readonly string[]): Promise<Page>;
  /** The address of one of the pages in `src/bench/page`. */
  benchPage(name: string): Promise<string>;
}

const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Runs `work` with a browser at hand, and closes and removes all that it opened. `executable` undefined: Playwright's own Chromium. */
export async function withBrowser<Value>(
  root: string,
  executable: string | undefined,
  work: (context: BrowserContext) => Promise<Value>,
): Promise<Value> {
  const folders: string[] = [];
  const servers: StaticServer[] = [];
  const browsers: Browser[] = [];
  let pages: Promise<StaticServer> | undefined;
  const context: BrowserContext = {
    root,
    async build(config) {
      const outDir = mkdtempSync(join(tmpdir(), 'packetwalk-bench-'));
      folders.push(outDir);
      await build({ root, logLevel: 'error', ...config, build: { ...config.build, outDir, emptyOutDir: true } });
      return outDir;
    },
    async serve(folder) {
      const server = await serveFolder(folder);
      servers.push(server);
      return server;
    },
    async open(address, flags = []) {
      const browser = await chromium.launch({
        args: [...quietFlags, ...flags],
        ...(executable === undefined ? {} : { executablePath: executable }),
      });
      browsers.push(browser);
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
      page.on('pageerror', (error) => console.error(`the page says: ${error.message}`));
      await page.goto(address);
      return page;
    },
    async benchPage(name) {
      const folder = join('src', 'bench', 'page');
      pages ??= context
        .build({
          configFile: false,
          base: './',
          build: {
            target: 'es2023',
            chunkSizeWarningLimit: 10_000,
            rolldownOptions: { input: pageNames.map((page) => join(root, folder, page)) },
          },
        })
        .then(context.serve);
      return new URL(`${folder}/${name}`, (await pages).address).href;
    },
  };
  try {
    return await work(context);
  } finally {
    for (const browser of browsers) await browser.close();
    for (const server of servers) await server.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

const pageNames = ['packetFrame.html', 'firstFrame.html'] as const;
