/** Serves a built folder as a static host would, gzip included, and remembers what was asked for and how many bytes went out. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Served {
  readonly path: string;
  /** Of the body as sent. */
  readonly bytes: number;
  /** Milliseconds of the epoch, when the request came. */
  readonly at: number;
  /** What the browser says it is for (Sec-Fetch-Dest): "document", "script", "worker" … A worker's module and its imports say "worker". */
  readonly purpose: string;
}

export interface StaticServer {
  /** "http://localhost:PORT/" */
  readonly address: string;
  readonly served: readonly Served[];
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};
/** What is compressed in itself already. */
const packed: ReadonlySet<string> = new Set(['.woff2', '.png', '.jpg']);

export const gzipped = (body: Uint8Array): Buffer => gzipSync(body, { level: 9 });

export async function serveFolder(folder: string): Promise<StaticServer> {
  const served: Served[] = [];
  const server = createServer((request, response) => {
    const at = performance.timeOrigin + performance.now();
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const extension = extname(file);
    const plain = packed.has(extension);
    const body = plain ? readFileSync(file) : gzipped(readFileSync(file));
    served.push({ path, bytes: body.length, at, purpose: String(request.headers['sec-fetch-dest'] ?? '') });
    response.writeHead(200, {
      'content-type': types[extension] ?? 'application/octet-stream',
      'content-length': body.length,
      ...(plain ? {} : { 'content-encoding': 'gzip' }),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    address: `http://127.0.0.1:${address.port}/`,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
