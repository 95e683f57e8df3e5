/** What a page must survive: huge and malicious input, a policy that forbids nearly everything, any sub-path, a keyboard without a mouse. */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { hops, open, pasteText, pause, problems, timeline } from './page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const deployment = (replicas: number): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: many}\nspec:\n  replicas: ${replicas}\n  selector: {matchLabels: {app: many}}\n  template:\n    metadata: {labels: {app: many}}\n    spec: {containers: [{name: app, image: app, ports: [{containerPort: 80}]}]}\n`;

const aliasBomb = (): string => {
  const lines = ['apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: bomb}', 'a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let index = 1; index < 10; index += 1) {
    const previous = String.fromCharCode(96 + index);
    const name = String.fromCharCode(97 + index);
    lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${previous}`).join(', ')}]`);
  }
  return lines.join('\n');
};

test('100,000 replicas: said, not tried', async ({ page }) => {
  await open(page);
  await pause(page);
  await pasteText(page, deployment(100_000));
  await expect(problems(page)).toContainText(/ask for 10000\d Pods/, { timeout: 30_000 });
  await expect(page.getByRole('region', { name: 'Topology' })).toBeVisible();
});

test('an alias bomb is a listed problem', async ({ page }) => {
  await open(page);
  await pause(page);
  await pasteText(page, aliasBomb());
  await expect(problems(page)).not.toContainText('No problems');
});

test('10 MB of text: one clear message, nothing lost', async ({ page }) => {
  await open(page);
  await pause(page);
  const comment = `# ${'x'.repeat(98)}\n`.repeat(100_000);
  await page.evaluate((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'large.yaml', { type: 'text/yaml' }));
    const target = document.querySelector('[aria-label="Problems"]');
    for (const kind of ['dragenter', 'dragover', 'drop']) {
      target?.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
  }, comment);
  await expect(page.getByText(/MB|too large|megabyte/i).first()).toBeVisible({ timeout: 20_000 });
  await expect(hops(page).nth(3)).toBeVisible();
});

test('a link that inflates without end is refused', async ({ page }) => {
  await open(page);
  await pause(page);
  const link = await page.evaluate(async () => {
    const zeros = new Blob([new Uint8Array(64 * 1024 * 1024)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(zeros).arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return `#s=k1.${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
  });
  await page.evaluate((hash) => {
    location.hash = hash;
  }, link);
  await expect(page.getByText(/link/i).first()).toBeVisible();
  await expect(page.getByRole('list', { name: 'Hops' })).toContainText('microservice1');
});

test('120 Pods pasted: drawn, and typing goes on', async ({ page }) => {
  await open(page);
  await pause(page);
  await pasteText(page, Array.from({ length: 40 }, (_, index) => deployment(3).replaceAll('many', `app${index}`)).join('---\n'));
  await expect(page.getByRole('region', { name: 'Topology' }).getByText(/app39/).first()).toBeAttached({ timeout: 20_000 });
  await page.keyboard.type('\n# typing on');
  await expect(page.getByText('# typing on')).toBeVisible();
});

test('the built page carries a strict policy and breaks none of it', async ({ page }) => {
  const violations: string[] = [];
  page.on('console', (line) => {
    if (/Content Security Policy|TrustedScript|TrustedHTML/i.test(line.text())) violations.push(line.text());
  });
  await open(page);
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 20_000 });
  expect(violations).toEqual([]);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe-eval');
  expect(await page.locator('script:not([src])').count()).toBe(0);
  await page
    .evaluate(() => {
      const inline = document.createElement('script');
      inline.textContent = 'document.title = "injected"';
      document.body.append(inline);
    })
    .catch(() => undefined);
  expect(await page.title()).not.toBe('injected');
});

test('works from any sub-path of a plain static host', async ({ page }) => {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
  };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    if (!path.startsWith('/some/deep/path/')) {
      response.writeHead(404).end();
      return;
    }
    const name = path.slice('/some/deep/path/'.length) || 'index.html';
    readFile(join(dist, name)).then(
      (content) => response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  try {
    await open(page, `http://localhost:${(server.address() as AddressInfo).port}/some/deep/path/`);
    await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 20_000 });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('everything can be done with the keyboard alone', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
  const at = async () => Number(await timeline(page).getAttribute('aria-valuenow'));
  await page.keyboard.press('Home');
  expect(await at()).toBe(1);
  await page.keyboard.press('ArrowRight');
  expect(await at()).toBe(2);
  await page.keyboard.press('Shift+ArrowRight');
  expect(await at()).toBeGreaterThan(2);
  await page.keyboard.press('End');
  expect(await at()).toBe(Number(await timeline(page).getAttribute('aria-valuemax')));
  await page.keyboard.press('Shift+?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  for (let tab = 0; tab < 60; tab += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === 'Send') break;
  }
  await expect(page.getByRole('button', { name: 'Send' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(at).toBeLessThan(20);
});

for (const scheme of ['dark', 'light'] as const) {
  test(`no accessibility violation in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page);
    await pause(page);
    const { violations } = await new AxeBuilder({ page }).exclude('.monaco-editor').analyze();
    expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(' | ')}`)).toEqual([]);
  });
}
