/** The page in Firefox and WebKit: every view and chapter opens, it samples what Node samples, and both of its trainings run. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { LACKS_FIREFOX, launchFirefox } from '#test/browser/firefox.ts';
import type { Installed } from '#test/browser/installed.ts';
import { VIEWS } from '#test/browser/site.ts';
import { SITE, useHost } from '#test/browser/visit.ts';
import { LACKS_WEBKIT, launchWebKit } from '#test/browser/webkit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

const MODELS = join(import.meta.dirname, '..', '..', '..', 'models');

const BROWSERS = [
  { name: 'Firefox', lacks: LACKS_FIREFOX, threads: /has \d+ threads/, launch: launchFirefox },
  {
    name: 'WebKit',
    lacks: LACKS_WEBKIT,
    threads: /has (\d+ threads|one thread because the browser shares no memory)/,
    launch: launchWebKit,
  },
];

for (const { name, lacks, threads, launch } of BROWSERS) {
  describe(`the page in ${name}`, skipBecause(lacks), () => {
    const host = useHost({ folders: { '/models/': MODELS } });
    let browser: Installed;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    const open = async (hash: string) => {
      await browser.goto(`${host().origin}${SITE}${hash}`);
      await browser.until(() => {
        const takenOver = document.documentElement.dataset.first === undefined;
        return (takenOver && document.querySelector('h1')?.textContent) || null;
      });
    };

    it('samples the pictures of Node, with threads where there is memory to share', async () => {
      await browser.goto(`${host().origin}/pages/sampler.html`);
      await browser.until(() => ('sampler' in window ? true : null));
      expect(await browser.run(() => crossOriginIsolated)).toBe(true);
      const request = { seeds: [7, 2 ** 40 + 1], steps: 4, labels: [3, 8] };
      const info = await browser.run(() => window.sampler.load('/models/digits', { device: 'wasm' }));
      expect(info.reason).toMatch(threads);
      const made = await browser.run(
        (wanted: typeof request) => window.sampler.sample(wanted).then(({ images }) => Array.from(images)),
        request,
      );
      const model = await loadModel(join(MODELS, 'digits'), { device: 'cpu' });
      const { images } = await model.sample(request);
      await model.dispose();
      expectClose(made, images, { absolute: 1e-3 });
      expect(await browser.problems()).toEqual([]);
    });

    it('samples in its first view, and starts a round of the game', async () => {
      await open('#/sample?count=2&steps=2&seed=1');
      await browser.until(() => /\b2 pictures in/.test(document.body.textContent) || null);
      await open('#/game?seed=5&steps=1&pictures=6');
      await browser.click('Start');
      await browser.until(() => document.querySelector('canvas[aria-label="Picture 1 of 6"]') && true);
      expect(await browser.problems()).toEqual([]);
    });

    it.each([...VIEWS, ...CHAPTERS.map(({ id }) => `learn/${id}`)])(
      'opens %s, to its end and without a word in the console',
      async (view) => {
        await open(`#/${view}`);
        await browser.until(() => document.querySelector('.view-wait') === null || null);
        // What is below the first screen is shown when it comes near.
        await browser.until(() => {
          scrollBy(0, innerHeight / 2);
          return scrollY + innerHeight >= document.documentElement.scrollHeight - 1 || null;
        });
        const { text, wide } = await browser.run(() => ({
          text: document.querySelector('main')?.textContent ?? '',
          wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        }));
        expect(text).not.toContain('could not be loaded');
        expect(text.length).toBeGreaterThan(200);
        expect(wide).toBe(0);
        expect(await browser.problems()).toEqual([]);
      },
    );

    it('trains the network of the chapter on learning', async () => {
      await open('#/learn/learning');
      await browser.click('Train');
      const loss = await browser.until(() => {
        const label = document.querySelector('.learn-learning .learn-chart')?.getAttribute('aria-label') ?? '';
        const [, value, rounds] = /([\d.]+) after (\d+) rounds/.exec(label) ?? [];
        return Number(rounds) > 250 ? Number(value) : null;
      });
      expect(loss).toBeLessThan(0.7);
      await browser.click('Pause');
      expect(await browser.problems()).toEqual([]);
    });

    it('trains digits, and draws them', async () => {
      await open('#/train');
      await browser.click('Start');
      const [steps, trained] = await browser.until(() => {
        const [done, error] = [...document.querySelectorAll('.train-figures dd')].map((one) => Number(one.textContent));
        const drawn = document.querySelector('canvas[aria-label="a 3, as it draws it now"]');
        return drawn && done! >= 3 ? [done!, error!] : null;
      });
      expect(steps).toBeGreaterThanOrEqual(3);
      expect(trained).toBeGreaterThan(0);
      await browser.click('Pause');
      await browser.until(
        () => [...document.querySelectorAll('button')].some(({ textContent }) => textContent === 'Go on') || null,
      );
      expect(await browser.problems()).toEqual([]);
    });
  });
}
