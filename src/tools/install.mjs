/** Installs what is missing: the packages of the lockfile, and a Chromium for the browser tests. Plain JavaScript: it runs before anything is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a command in the checkout, its output passed through; returns whether it succeeded. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  return result.status === 0;
}

/** The local binary of a package, run by this Node: no npx, no shell. */
export const packageBinary = (path) => `${root}node_modules/${path}`;

const modifiedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Runs `npm ci` unless the installed tree is at least as new as the lockfile. Returns whether packages are there. */
export function installPackages() {
  if (modifiedAt(`${root}node_modules/.package-lock.json`) >= modifiedAt(`${root}package-lock.json`) - 1000) return true;
  console.log('packetwalk: installing the packages of package-lock.json');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-fund', '--no-audit'];
  return npm === undefined || !/\.[cm]?js$/.test(npm) ? run('npm', args) : run(process.execPath, [npm, ...args]);
}

const knownChromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of an installed Chromium, or undefined. `PACKETWALK_CHROMIUM` names another. */
export const findChromium = () => [process.env.PACKETWALK_CHROMIUM, ...knownChromiums].find((path) => path && existsSync(path));

/**
 * Finds or installs a Chromium: Debian's package where apt and root are there, else Playwright's own.
 * Returns `{ path }` (undefined path: Playwright's own), or `{ reason }` when none can be had.
 */
export function installChromium() {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('packetwalk: installing the Debian package chromium');
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation'], quiet);
    const installed = findChromium();
    if (installed !== undefined) return { path: installed };
  }
  console.log("packetwalk: installing Playwright's Chromium");
  if (run(process.execPath, [packageBinary('@playwright/test/cli.js'), 'install', 'chromium'])) return { path: undefined };
  return { reason: "no Chromium: Debian's package could not be installed, and Playwright's download failed" };
}
