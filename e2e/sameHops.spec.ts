/** The page's hops and the command line's text of `trace` are the same: one engine, one builder of rows. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { hops, open, pause } from './page.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The hop lines of the branch that goes over the wire between nodes, as the command line prints them. */
function traceLines(scenario: string, from: string, to: string, crossNode: boolean): readonly string[] {
  const args = ['src/cli/packetwalk.mjs', 'trace', '-f', `src/scenarios/${scenario}/manifest.yaml`, '--from', from, '--to', to];
  const text = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const branches = text.split(/^branch \d+ of \d+.*$/m).slice(1);
  const wanted = branches.find((branch) => !crossNode || new Set(branch.match(/kind-worker2?\b/g)).size === 2) ?? branches[0] ?? '';
  return wanted
    .split('\n')
    .filter((line) => /^\s+\d+ {2}\S/.test(line))
    .map((line) => line.trim().replace(/\s+/g, ' '));
}

for (const { scenario, from, to, crossNode } of [
  { scenario: 'ingress-to-pod', from: 'external', to: 'http://microservice1.com/', crossNode: true },
  { scenario: 'no-endpoints', from: 'pod/default/client', to: 'service/default/web:80', crossNode: false },
]) {
  test(`${scenario}: page and command line agree hop by hop`, async ({ page }) => {
    await open(page);
    if (scenario !== 'ingress-to-pod') {
      await page.getByRole('combobox', { name: 'Scenario' }).click();
      await page.getByRole('option', { name: 'A Service without endpoints' }).click();
      await expect(page.getByRole('list', { name: 'Hops' })).toContainText('has no endpoints');
    }
    await pause(page);
    const lines = traceLines(scenario, from, to, crossNode);
    expect(lines.length).toBeGreaterThan(2);
    await expect(hops(page)).toHaveCount(lines.length);
    for (const [index, line] of lines.entries()) {
      const row = hops(page).nth(index);
      const parts = row.locator('.hop-name, .hop-interfaces, .hop-addresses > span, .hop-decided > :last-child');
      const shown = (await parts.allTextContents())
        .flatMap((text) => text.split(/\s+/))
        .filter((word) => word !== '' && word !== '→' && word !== 'outer');
      expect(shown.length).toBeGreaterThan(4);
      for (const word of shown) expect(line, `hop ${index + 1}`).toContain(word);
    }
  });
}
