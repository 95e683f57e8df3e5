/** Words for the journeys: what a user looks at and does, by accessible name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Locator, type Page } from '@playwright/test';

export const hops = (page: Page): Locator => page.getByRole('list', { name: 'Hops' }).getByRole('listitem');
export const timeline = (page: Page): Locator => page.getByRole('slider', { name: 'Timeline' });
export const things = (page: Page): Locator => page.getByRole('region', { name: 'Topology' }).getByRole('list', { name: 'Things' });
export const problems = (page: Page): Locator => page.getByRole('list', { name: 'Problems' });

/** Opens the page and waits until a walk is there. Fails the test on any error that the page logs. */
export async function open(page: Page, path = './'): Promise<void> {
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(path);
  await expect(hops(page).nth(1)).toBeVisible({ timeout: 20_000 });
}

export async function pause(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Pause' });
  if (await button.isVisible()) await button.click();
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
}

/** Waits for the real editor and puts the caret into it. */
export async function focusEditor(page: Page): Promise<void> {
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 20_000 });
  await page.locator('.monaco-editor .view-lines').first().click();
}

/** Replaces the whole text of the open file, as a paste does. */
export async function pasteText(page: Page, text: string): Promise<void> {
  await focusEditor(page);
  await page.keyboard.press('Control+A');
  await page.evaluate(async (pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press('Control+V');
}

const sharedFolder = fileURLToPath(new URL('../../shared/', import.meta.url));

/** A real manifest from the research data beside the checkout; undefined in a fresh clone. */
export const sharedManifest = (path: string): string | undefined =>
  existsSync(sharedFolder + path) ? readFileSync(sharedFolder + path, 'utf8') : undefined;

/** Each project of a folder of the research data, its YAML files as one text; none in a fresh clone. */
export function sharedManifests(folder: string): readonly { readonly name: string; readonly text: string }[] {
  const root = `${sharedFolder}${folder}/`;
  if (!existsSync(root)) return [];
  const projects = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return projects.map(({ name }) => {
    const files = readdirSync(root + name).filter((file) => /\.ya?ml$/.test(file));
    return { name, text: files.map((file) => readFileSync(`${root}${name}/${file}`, 'utf8')).join('\n---\n') };
  });
}
