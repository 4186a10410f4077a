/** The chapter on improving: recorded runs, side by side. */
import { describe, expect, it } from 'vitest';
import { IMPROVEMENTS, runOf } from '#site/views/learn/improve/runs/runs.ts';
import { differencesOf } from '#site/views/learn/improve/seeds/interval.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the chapter on improving', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('shows each improvement beside the tutorial, with its pictures, loss and command', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/improve');
    const sheets = page.locator('.learn-sheet');
    const switches = page.locator('.learn-switch input');
    const seen = new Set<string>();
    await switches.first().waitFor(); // the chapter comes after its heading
    for (const one of await switches.all()) {
      await one.check();
      seen.add((await sheets.nth(1).getAttribute('src'))!);
      await expect
        .poll(() => sheets.nth(1).evaluate((image: HTMLImageElement) => image.naturalWidth))
        .toBeGreaterThan(0);
    }
    expect(seen.size).toBe(await switches.count());
    expect(await sheets.nth(0).getAttribute('src')).toContain('improve-tutorial');
    await page.getByText('The command of this run').click();
    await page.getByText(/^pipeline train --data digits --preset tutorial/).waitFor();
    await page.getByText('Done.', { exact: false }).first().waitFor();
  });

  it('shows every seed of a run as a dot, and says what they tell together', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/improve');
    const figure = page.getByRole('img', { name: /^Held-out loss of improvements/ });
    await figure.waitFor();
    const compared = IMPROVEMENTS.filter(({ otherNoise }) => !otherNoise);
    const all = compared.flatMap(({ id }) => differencesOf(runOf(id)));
    expect(await figure.locator('circle').count()).toBe(all.length);
    const several = compared.filter(({ id }) => differencesOf(runOf(id)).length > 1);
    expect(await figure.locator('.learn-seeds-interval').count()).toBe(several.length);
    for (const { name } of compared) {
      await page
        .getByRole('listitem')
        .filter({ hasText: `${name}: ` })
        .waitFor();
    }
    await page.getByRole('radio', { name: compared[0]!.name }).check();
    expect(await figure.locator('.learn-seeds-chosen').textContent()).toContain(compared[0]!.name);
  });
});
