/** What a user does, in a real browser against the built page. */
import { expect, test } from '@playwright/test';
import { focusEditor, hops, open, pasteText, pause, problems, sharedManifest, sharedManifests, things, timeline } from './page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('a scenario is there already, drawn and moving, and plays to its end', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('combobox', { name: 'Scenario' })).toBeVisible();
  const list = page.getByRole('list', { name: 'Hops' });
  await expect(list).toContainText('ingress-nginx-controller');
  await expect(list).toContainText('KUBE-SEP-');
  const before = Number(await timeline(page).getAttribute('aria-valuenow'));
  await expect.poll(async () => Number(await timeline(page).getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  await pause(page);
  await timeline(page).focus();
  await page.keyboard.press('End');
  expect(await timeline(page).getAttribute('aria-valuenow')).toBe(await timeline(page).getAttribute('aria-valuemax'));
  await expect(page.getByText('The client receives HTTP 200')).toBeVisible();
});

test('playing reaches the last step by itself', async ({ page }) => {
  await open(page);
  await pause(page);
  await timeline(page).focus();
  await page.keyboard.press('End');
  for (let step = 0; step < 6; step += 1) await page.getByRole('button', { name: 'Step back' }).click();
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible({ timeout: 30_000 });
  expect(await timeline(page).getAttribute('aria-valuenow')).toBe(await timeline(page).getAttribute('aria-valuemax'));
});

test('typing a replica count changes the picture', async ({ page }) => {
  await open(page);
  await pause(page);
  const pods = things(page).getByRole('button', { name: /microservice1-/ });
  await expect(pods).toHaveCount(2);
  await focusEditor(page);
  await page.keyboard.press('Control+F');
  await page.keyboard.type('replicas: 2');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('4');
  await expect(pods).toHaveCount(4);
});

test('online-boutique pasted: every Service has endpoints and no problem is listed', async ({ page }) => {
  const manifest = sharedManifest('corpus/online-boutique/kubernetes-manifests.yaml');
  test.skip(manifest === undefined, 'needs ../shared/corpus beside the checkout');
  await open(page);
  await pasteText(page, manifest ?? '');
  await expect(things(page).getByRole('button', { name: /cartservice-/ })).toHaveCount(1, { timeout: 20_000 });
  await expect(problems(page)).toContainText('No problems');
  for (const service of ['frontend:80', 'cartservice:7070', 'redis-cart:6379', 'adservice:9555']) {
    const to = page.getByRole('combobox', { name: 'To' });
    await to.fill(`service/default/${service}`);
    await to.press('Escape');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.getByText(/unreachable|established/).first()).toBeVisible();
  }
});

test('every real manifest of the corpus loads with no error', async ({ page }) => {
  const folders = sharedManifests('corpus');
  test.skip(folders.length === 0, 'needs ../shared/corpus beside the checkout');
  await open(page);
  await pause(page);
  for (const { name, text } of folders) {
    const marker = `app-of-${name.replace(/\W+/g, '-')}`;
    await pasteText(
      page,
      `${text}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${marker}}\nspec: {containers: [{name: app, image: app}]}\n`,
    );
    await expect(things(page).getByRole('button', { name: new RegExp(marker) }), name).toHaveCount(1, { timeout: 20_000 });
    await expect(problems(page).getByRole('button', { name: /^Error/ }), name).toHaveCount(0);
  }
});

test('broken text keeps the picture and lists the problem with its line', async ({ page }) => {
  await open(page);
  await pause(page);
  const before = await things(page).getByRole('button').count();
  await focusEditor(page);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n---\nkind: [broken');
  await expect(problems(page)).toContainText(/:\d+/);
  await expect(problems(page)).not.toContainText('No problems');
  expect(await things(page).getByRole('button').count()).toBe(before);
  await expect(hops(page).nth(3)).toBeVisible();
});

test('a shared link opens in a fresh profile at the same step', async ({ page, browser, baseURL }) => {
  await open(page);
  await pause(page);
  await hops(page).nth(7).getByRole('button', { name: /^8, / }).click();
  const place = await timeline(page).getAttribute('aria-valuetext');
  const step = await timeline(page).getAttribute('aria-valuenow');
  await page.getByRole('button', { name: 'Share' }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toContain('#s=');
  const link = await copied();
  const fresh = await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }) });
  const other = await fresh.newPage();
  await open(other, link);
  await expect(timeline(other)).toHaveAttribute('aria-valuetext', place ?? '');
  await expect(timeline(other)).toHaveAttribute('aria-valuenow', step ?? '');
  await fresh.close();
});

test('a bad link says so and loses nothing', async ({ page }) => {
  await open(page, './#s=k1.thisIsNoLink');
  await expect(page.getByText(/link/i).first()).toBeVisible();
  await expect(page.getByRole('list', { name: 'Hops' })).toContainText('microservice1');
});

test('the text survives a reload', async ({ page }) => {
  await open(page);
  await focusEditor(page);
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# mine\n');
  await expect(page.getByText('# mine')).toBeVisible();
  await page.waitForTimeout(1200);
  await page.reload();
  await expect(page.getByText('# mine')).toBeVisible({ timeout: 20_000 });
});
