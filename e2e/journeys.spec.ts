/** What a user does, in a real browser against the built page. */
import { expect, type Page, test } from '@playwright/test';

const hops = (page: Page) => page.getByRole('list', { name: 'Hops' }).getByRole('listitem');

async function open(page: Page, path = '/'): Promise<void> {
  await page.goto(path);
  await expect(hops(page).first()).toBeVisible();
}

test('a scenario is there already, drawn and moving, and plays to its end', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('combobox', { name: 'Scenario' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Topology' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Hops' })).toContainText('ingress-nginx-controller');
  await expect(page.getByRole('list', { name: 'Hops' })).toContainText('microservice1-');
  const timeline = page.getByRole('slider', { name: 'Timeline' });
  const before = Number(await timeline.getAttribute('aria-valuenow'));
  await expect.poll(async () => Number(await timeline.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Pause' }).click();
  await timeline.focus();
  await page.keyboard.press('End');
  await expect.poll(async () => timeline.getAttribute('aria-valuenow')).toBe(await timeline.getAttribute('aria-valuemax'));
  await expect(page.getByText('The client receives HTTP 200')).toBeVisible();
});
