/** `npm start`: installs what is missing, builds the page when its sources are newer than the build, serves it and prints its address. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPackages, packageBinary, root, run } from './install.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' }, help: { type: 'boolean', default: false } } });
const port = Number(values.port);

if (values.help) {
  console.log('npm start -- [--port N]   serve packetwalk on http://localhost:N/ (default 4173)');
  process.exit(0);
}
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error(`packetwalk: --port ${values.port} is not a port number (1 to 65535)`);
  process.exit(2);
}
if (!installPackages()) {
  console.error('packetwalk: the packages could not be installed; see npm above');
  process.exit(1);
}

const newest = (path) => {
  const stats = statSync(path);
  return stats.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : stats.mtimeMs;
};
const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'].filter((name) => existsSync(root + name));
const built = existsSync(`${root}dist/index.html`) ? statSync(`${root}dist/index.html`).mtimeMs : 0;
if (Math.max(...sources.map((name) => newest(root + name))) > built) {
  console.log('packetwalk: building the page');
  if (!run(process.execPath, [packageBinary('vite/bin/vite.js'), 'build', '--logLevel', 'warn'])) process.exit(1);
}

const { preview } = await import('vite');
const server = await preview({ root, logLevel: 'error', preview: { port, strictPort: true } }).catch((error) => {
  console.error(`packetwalk: port ${port} can't be used (${error.message}); choose another: npm start -- --port N`);
  process.exit(1);
});
console.log(`packetwalk: ${server.resolvedUrls?.local[0] ?? `http://localhost:${port}/`}`);
