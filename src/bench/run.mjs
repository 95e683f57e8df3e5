#!/usr/bin/env node
/**
 * `npm run bench`: the benchmarks of the README. Bundles them with Vite, since they measure what is shipped and not what a loader makes of it,
 * and runs them. Installs what is missing. Plain JavaScript: it runs before anything is installed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installChromium, installPackages, root } from '../tools/install.mjs';

/** Runs the benchmarks that the arguments ask for; returns the exit status: 0 within the limits, 1 over, 2 unusable arguments. */
export async function bench(args) {
  if (!installPackages()) {
    console.error('packetwalk: the packages could not be installed; see npm above');
    return 1;
  }
  const { build } = await import('vite');
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const bundle = mkdtempSync(join(cache, 'packetwalk-bench-'));
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      ssr: { noExternal: true, external: ['vite', '@playwright/test'] },
      build: { ssr: join(root, 'src', 'bench', 'main.ts'), outDir: bundle, emptyOutDir: true, target: 'node20', minify: false },
    });
    const { main } = await import(pathToFileURL(join(bundle, 'main.js')).href);
    return await main(args, { root, installChromium });
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await bench(process.argv.slice(2));
