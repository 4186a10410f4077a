/**
 * @module-tag long
 *
 * The page in the locale `qps`: each view and chapter says all its words from the catalogue, and has room for 140 % of them.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { buildLocalSite } from '#test/browser/build.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { DESKTOP, heading, overflow, PHONE, settle, takenOver, toItsEnd, VIEWS } from '#test/browser/site.ts';
import { unsaid } from '#test/browser/unsaid.ts';
import { useBrowser, useHost, visit } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

const PLACES = [...VIEWS, ...CHAPTERS.map(({ id }) => `learn/${id}`), 'learn/reading', 'learn/sheet', 'learn/hand-in'];
/** Of options as the command line has them, and of models, their classes and what was measured, as their folders have them. */
const NAMES =
  /^(model|leading|linspace|trailing|karras|exponential|(female|male),?|\p{Lu}\w+( \d+)?,? +\(.*\)|Class accuracy|Error of \w+|Frechet distance)$/u;

describe('in the locale qps', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnoise-texts-'));
    await buildLocalSite('qps', folder);
    host().mount('/qps/', folder);
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('index.html says its language and is translated before any script', async () => {
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    expect(html).toContain('<html lang="qps">');
    expect(html).toMatch(/<h1[^>]*>⟦/);
    expect(html).not.toContain('Out of noise');
  });

  it.each(PLACES)('%s has all its words, and room for them', async (place) => {
    for (const size of [PHONE, DESKTOP]) {
      const { page, allow } = await visit(browser(), { serviceWorkers: 'block', ...size });
      allow(/net::ERR_ABORTED/);
      await page.goto(`${host().origin}/qps/#/${place}`);
      await heading(page).waitFor();
      await takenOver(page);
      await toItsEnd(page);
      for (const fold of await page.locator('summary:visible').all()) await fold.click();
      await settle(page);
      expect(await overflow(page)).toEqual([]);
      await expect.poll(() => unsaid(page, NAMES)).toEqual([]);
    }
  });
});
