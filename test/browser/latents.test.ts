/** A shipped model whose network paints latents: chosen, sampled, played with, and refused where a tab cannot train it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { grays, picturesOfNode, ROUNDING } from '#test/browser/pictures.ts';
import { useSite } from '#test/browser/site.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

const HANDS = join(import.meta.dirname, '..', '..', 'models', 'hands-128');
const LACKS_HANDS = LACKS_CHROMIUM ?? (existsSync(HANDS) ? undefined : 'there is no models/hands-128');

describe('a model that paints latents', skipBecause(LACKS_HANDS), () => {
  const { host, openSite } = useSite();

  it('is fetched once it is chosen, draws what Node draws, and is not trained in a tab', async () => {
    const before = host().log.length;
    const { page, url } = await openSite('#/sample?steps=2&count=1&seed=5&guidance=1');
    const model = page.getByLabel('Model', { exact: true });
    const label = await model.locator('option', { hasText: 'painted in latents' }).textContent();
    expect(label).toMatch(/^Hands 128 \(128 × 128, gray, 2 classes, painted in latents\)$/);
    await page.locator('.model-bar-ready').waitFor();
    const fetched = () =>
      host()
        .log.slice(before)
        .some(({ path }) => path.includes('models/hands-128/'));
    expect(fetched()).toBe(false);
    await page.goto(`${url}#/train`);
    await page.getByRole('heading', { level: 1, name: 'Train your own' }).waitFor();
    expect(await page.getByText('cannot be trained in a tab').count()).toBe(0);

    const asked = 'model=hands-128&count=1&steps=2&seed=5&labels=1&guidance=1&condition.boneage=120&sampler=ddim&eta=0';
    const { page: chosen } = await openSite(`#/sample?${asked}`);
    const picture = chosen.getByRole('button', { name: /^Picture 1, class male, bone age 10 years, seed 5:/ });
    await chosen.getByText(/^1 picture in .* steps\/s$/).waitFor();
    expect(fetched()).toBe(true);
    const conditions = { boneage: 120 };
    const request = { seed: 5, labels: [1], conditions, steps: 2, sampler: 'ddim', eta: 0, guidance: 1 } as const;
    expectClose(await grays(picture), await picturesOfNode(HANDS, request), { absolute: ROUNDING });

    await chosen.goto(`${url}#/train`);
    await chosen.getByText(/^Hands 128, the chosen model, cannot be trained in a tab: it paints latents/).waitFor();
  });

  it('is played against phantoms of its size, which the page draws', { tags: 'long' }, async () => {
    const before = host().log.length;
    const query = 'model=hands-128&seed=170&steps=2&pictures=6';
    const { page } = await openSite(`#/game?${query}`);
    await page.getByRole('heading', { level: 1, name: 'Phantom or generated?' }).waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    for (let place = 1; place <= 6; place++) {
      const face = page.getByRole('img', { name: `Picture ${place} of 6`, exact: true });
      await face.waitFor();
      expect(await face.evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height])).toEqual([128, 128]);
      await page.keyboard.press('p');
      await page.locator('.game-verdict').waitFor();
      await page.getByRole('button', { name: /^(Next picture|See how you did)$/ }).click();
    }
    await page.locator('.game[data-phase=summary]').waitFor();
    const paths = host()
      .log.slice(before)
      .map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('phantoms.png'))).toEqual([]);
  });
});
