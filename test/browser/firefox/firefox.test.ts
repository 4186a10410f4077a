/** The page in Firefox: it samples what Node samples, and both of its trainings run. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { type Firefox, LACKS_FIREFOX, launchFirefox } from '#test/browser/firefox.ts';
import { SITE, useHost } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

const MODELS = join(import.meta.dirname, '..', '..', '..', 'models');

describe('the page in Firefox', skipBecause(LACKS_FIREFOX), () => {
  const host = useHost({ folders: { '/models/': MODELS } });
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await launchFirefox();
  });
  afterAll(() => firefox?.close());

  const open = async (hash: string) => {
    await firefox.goto(`${host().origin}${SITE}${hash}`);
    await firefox.until(() => {
      const takenOver = document.documentElement.dataset.first === undefined;
      return (takenOver && document.querySelector('h1')?.textContent) || null;
    });
  };

  it('samples the pictures of Node, with threads', async () => {
    await firefox.goto(`${host().origin}/pages/sampler.html`);
    await firefox.until(() => ('sampler' in window ? true : null));
    expect(await firefox.run(() => crossOriginIsolated)).toBe(true);
    const request = { seeds: [7, 2 ** 40 + 1], steps: 4, labels: [3, 8] };
    const info = await firefox.run(() => window.sampler.load('/models/digits', { device: 'wasm' }));
    expect(info.reason).toMatch(/WebAssembly has \d+ threads/);
    const made = await firefox.run(
      (wanted: typeof request) => window.sampler.sample(wanted).then(({ images }) => Array.from(images)),
      request,
    );
    const model = await loadModel(join(MODELS, 'digits'), { device: 'cpu' });
    const { images } = await model.sample(request);
    await model.dispose();
    expectClose(made, images, { absolute: 1e-3 });
    expect(await firefox.problems()).toEqual([]);
  });

  it('trains the network of the chapter on learning', async () => {
    await open('#/learn/learning');
    await firefox.click('Train');
    const loss = await firefox.until(() => {
      const label = document.querySelector('.learn-learning .learn-chart')?.getAttribute('aria-label') ?? '';
      const [, value, rounds] = /([\d.]+) after (\d+) rounds/.exec(label) ?? [];
      return Number(rounds) > 250 ? Number(value) : null;
    });
    expect(loss).toBeLessThan(0.7);
    await firefox.click('Pause');
    expect(await firefox.problems()).toEqual([]);
  });

  it('trains digits, and draws them', async () => {
    await open('#/train');
    await firefox.click('Start');
    const [steps, trained] = await firefox.until(() => {
      const [done, error] = [...document.querySelectorAll('.train-figures dd')].map((one) => Number(one.textContent));
      const drawn = document.querySelector('canvas[aria-label="a 3, as it draws it now"]');
      return drawn && done! >= 3 ? [done!, error!] : null;
    });
    expect(steps).toBeGreaterThanOrEqual(3);
    expect(trained).toBeGreaterThan(0);
    await firefox.click('Pause');
    await firefox.until(
      () => [...document.querySelectorAll('button')].some(({ textContent }) => textContent === 'Go on') || null,
    );
    expect(await firefox.problems()).toEqual([]);
  });
});
