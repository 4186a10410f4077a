/** The chapter on improving: recorded runs, side by side. */
import { describe, expect, it } from 'vitest';
import { differencesOf, IMPROVEMENTS, runOf } from '#site/views/learn/improve/runs.ts';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the chapter on improving', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('shows each improvement beside the tutorial, with its pictures, loss and command', async () => {
    const { page } = await openSite('#/learn/improve');
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
    const { page } = await openSite('#/learn/improve');
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

  it('lets a shipped student draw beside its teacher, from the same noise', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/improve');
    const card = page.getByRole('region', { name: 'Teacher and student, from the same noise' });
    await card.getByRole('button', { name: 'Draw 4 pictures' }).click();
    await card.getByRole('img', { name: 'The noise, the same for all, picture 4' }).waitFor({ timeout: 120_000 });
    await card
      .getByRole('img', { name: /^Teacher, in \d+ steps, guided: \d+ calls, picture 4$/ })
      .first()
      .waitFor();
    await card.getByText('Student in 2 calls').waitFor();
    await card.getByRole('button', { name: 'Stop' }).click();
    await card.getByRole('button', { name: 'Draw 4 pictures' }).waitFor();
    expect(await card.getByRole('alert').count()).toBe(0);
  });
});
