/** The chapter on sampling, a smaller picture to paint: what the tab encodes, noises and decodes is what Node does. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPainter } from '#phantom/draw/draw-phantom.ts';
import { openCoder } from '#runtime-node/autoencoder.ts';
import { makeSchedule, parseSchedulerConfig } from '#scheduler/index.ts';
import { readAutoencoderFacts, scaled, toBytes, unscaled } from '#scheduler/model/index.ts';
import { noisyAt, psnr } from '#site/views/learn/sampling/latents/noisy.ts';
import { seriousFaults } from '#test/browser/axe.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite, overflow, PHONE, settle } from '#test/browser/site.ts';
import { useBrowser, useHost, type VisitOptions } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

const HANDS = join(import.meta.dirname, '..', '..', '..', 'models', 'hands-128');
const LACKS_HANDS = LACKS_CHROMIUM ?? (existsSync(HANDS) ? undefined : 'there is no models/hands-128');
const CUT_OFF = /net::ERR_FAILED|net::ERR_EMPTY_RESPONSE|net::ERR_CONNECTION/;
/** Of the first phantom on show, and of the first noise. */
const [PHANTOM, NOISE] = [12_734, 1];
const SIDE = 128;

describe('a smaller picture to paint', skipBecause(LACKS_HANDS), () => {
  const { browser } = useBrowser();
  const host = useHost();

  async function openFigure(options: VisitOptions & { allow?: RegExp[] } = {}) {
    const { page } = await openSite(browser(), host(), '#/learn/sampling', options);
    const card = page.getByRole('region', { name: 'A smaller picture to paint' });
    await card.waitFor();
    await card.getByRole('img', { name: '128 × 128: 16,384 numbers' }).waitFor();
    return { page, card };
  }
  const encode = async (card: Locator) => {
    await card.getByRole('button', { name: 'Encode it' }).click();
    await card.getByText(/^Decoded without noise: \d/).waitFor();
  };

  it('shows what Node decodes of the same noisy latents, and fetches the autoencoder alone, once it is asked', async () => {
    const before = host().log.length;
    const { page, card } = await openFigure();
    const fetched = () =>
      [
        ...new Set(
          host()
            .log.slice(before)
            .map(({ path }) => path),
        ),
      ].filter(ofHands);
    expect(fetched()).toEqual([]);
    await encode(card);
    expect(fetched().filter((path) => path.endsWith('.onnx'))).toEqual([
      expect.stringMatching(/hands-128\/vae\/encoder\.onnx$/),
      expect.stringMatching(/hands-128\/vae\/decoder\.onnx$/),
    ]);

    const node = await inNode();
    const picture = Float32Array.from(node.picture, (level) => level / 127.5 - 1);
    expect(await grays(card, '128 × 128: 16,384 numbers')).toEqual([...node.picture]);
    for (const t of [0, 200]) {
      await slide(page, card, t);
      const expected = await node.decode(t);
      const shown = async () => Number(/([\d.]+) dB/.exec((await card.locator('.learn-verdict').textContent())!)![1]);
      await expect.poll(shown).toBeCloseTo(psnr(picture, expected), 0);
      expectClose(await grays(card, 'then decoded'), [...toBytes(expected)], { absolute: 1, what: `t = ${t}` });
    }
    const noisy = toBytes(noisyAt(node.schedule, picture, 200, NOISE));
    expect(await grays(card, 'at the same t')).toEqual([...noisy]);
    for (const channel of [1, 2, 3, 4]) expect(await grays(card, `Latents, channel ${channel}`)).toHaveLength(32 * 32);
  });

  it('goes on with the keyboard, with other noise, another hand and a picture of the visitor’s', {
    tags: 'long',
  }, async () => {
    const { page, card } = await openFigure();
    await encode(card);
    const verdict = () => card.locator('.learn-verdict').textContent();
    const slider = card.getByRole('slider', { name: 'Noise at t' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('none');
    const seen = [await verdict()];
    const changes = async (act: () => Promise<unknown>) => {
      await act();
      await expect.poll(verdict).not.toBe(seen.at(-1));
      seen.push(await verdict());
    };
    await changes(async () => {
      await slider.focus();
      await page.keyboard.press('ArrowRight');
    });
    expect(await slider.getAttribute('aria-valuetext')).toBe('10 of 1000');
    await changes(() => card.getByRole('button', { name: 'New noise' }).click());
    await changes(() => card.getByRole('button', { name: 'New hand' }).click());
    await card.getByText('Synthetic phantom, not a radiograph of a person.').waitFor();
    const file = join(HANDS, '..', 'digits', 'samples.png');
    await changes(() => card.getByLabel('Your file', { exact: true }).setInputFiles(file));
    await card.getByText(/^Your picture/).waitFor();
    expect(await card.getByText('Synthetic phantom, not a radiograph of a person.').count()).toBe(0);
  });

  it('says what it could not fetch, and tries again', async () => {
    host().fault(/vae\/decoder\.onnx/, { dead: true });
    const { card } = await openFigure({ allow: [CUT_OFF, /decoder\.onnx/] });
    await card.getByRole('button', { name: 'Encode it' }).click();
    const alert = card.getByRole('alert');
    await alert.getByText(/decoder\.onnx must answer/).waitFor();
    host().mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await card.getByText(/^Decoded without noise: \d/).waitFor();
    expect(await alert.count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'fits a phone, moves nothing, and axe finds nothing serious: %s',
    {
      tags: 'long',
    },
    async (colorScheme) => {
      const { page, card } = await openFigure({ ...PHONE, colorScheme });
      const height = async () => (await card.boundingBox())!.height;
      const first = await height();
      await encode(card);
      expect(Math.abs((await height()) - first)).toBeLessThan(2);
      await slide(page, card, 100);
      await card.getByText('with noise in the pixels').waitFor();
      expect(Math.abs((await height()) - first)).toBeLessThan(2);
      await settle(page);
      expect(await overflow(page)).toEqual([]);
      expect(await seriousFaults(page)).toEqual([]);
    },
  );
});

const ofHands = (path: string) => path.includes('models/hands-128/');

async function slide(page: Page, card: Locator, t: number): Promise<void> {
  await card.getByRole('slider', { name: 'Noise at t' }).fill(String(t));
  await page.waitForTimeout(0);
}

const grays = (card: Locator, name: string): Promise<number[]> =>
  card.getByRole('img', { name, exact: true }).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return [...data].filter((_, i) => i % 4 === 0);
  });

/** The same by Node, from the same files. */
async function inNode() {
  const json = async (path: string) => JSON.parse(await readFile(join(HANDS, path), 'utf8'));
  const facts = readAutoencoderFacts('decode', await json('vae/config.json'), 'vae/config.json');
  const schedule = makeSchedule(parseSchedulerConfig(await json('scheduler/scheduler_config.json')));
  const [encoder, decoder] = ['encoder', 'decoder'].map((half) => join(HANDS, 'vae', `${half}.onnx`));
  const coder = openCoder([1, SIDE, SIDE], [4, 32, 32], { encoder: encoder!, decoder: decoder! });
  onTestFinished(() => coder.dispose());
  const { pixels } = createPainter()({ seed: 0, picture: PHANTOM, size: SIDE, age: [1, 228] });
  const { mean } = await coder.encode(Float32Array.from(pixels, (level) => level / 127.5 - 1));
  const latents = scaled(mean, facts);
  return {
    schedule,
    picture: pixels,
    decode: (t: number) => coder.decode(unscaled(noisyAt(schedule, latents, t, NOISE), facts)),
  };
}
