#!/usr/bin/env node
/**
 * Starts the command line from a checkout: bundles main.ts with Vite when a source is newer than the bundle, then runs it. Prints nothing
 * of its own but why it cannot start.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cache = join(root, 'node_modules', '.cache', 'packetwalk');
/** What the bundle is made of; the page's own folders are no part of it. */
const sources = ['cli', 'engine', 'i18n', 'scenarios', 'share', 'shared', 'view'];

/** A name for the state of every source file: changes with any edit, and nothing is written when nothing changed. */
function fingerprint() {
  const hash = createHash('sha256');
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (!/\.(test\.ts|md|mjs)$/.test(entry.name)) {
        const { mtimeMs, size } = statSync(path);
        hash.update(`${path} ${mtimeMs} ${size}\n`);
      }
    }
  };
  for (const folder of sources) if (existsSync(join(root, 'src', folder))) visit(join(root, 'src', folder));
  return hash.digest('hex').slice(0, 16);
}

async function bundle(target) {
  const { build } = await import('vite');
  const draft = `${target}.${randomBytes(4).toString('hex')}`;
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: join(root, 'src', 'cli', 'main.ts'),
      outDir: draft,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' } },
    },
  });
  const old = readdirSync(cache).filter((name) => /^[0-9a-f]{16}$/.test(name) && join(cache, name) !== target);
  try {
    renameSync(draft, target);
  } catch (error) {
    // Another run was faster: its bundle is the same.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  for (const name of old) rmSync(join(cache, name), { recursive: true, force: true });
}

function give(up) {
  process.stderr.write(`packetwalk: ${up}\n`);
  process.exit(2);
}

async function load() {
  if (!existsSync(join(root, 'node_modules', 'vite'))) give('its libraries are not installed: run "npm ci" first');
  const target = join(cache, fingerprint());
  if (!existsSync(target)) {
    mkdirSync(cache, { recursive: true });
    await bundle(target);
  }
  return import(pathToFileURL(join(target, 'main.mjs')).href);
}

// The benchmarks bundle themselves and need more than the engine does.
if (process.argv[2] === 'bench') process.exit(await (await import('../bench/run.mjs')).bench(process.argv.slice(3)));

const { main } = await load().catch((error) =>
  give(
    `it could not be built: ${String(error?.message ?? error)
      .trim()
      .split('\n')
      .slice(0, 3)
      .join(' ')}`,
  ),
);
process.exitCode = await main(process.argv.slice(2));
