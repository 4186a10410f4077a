/** The view that trains: start, pause, reload, go on, download; own pictures and the camera; what goes wrong. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { readZip, writeZip } from '#runtime-web/trainer/files/zip.ts';
import { extentOf, type PictureSize, sampleSizeOf } from '#scheduler/model/index.ts';
import { useSite } from '#test/browser/site.ts';
import { freshStepFiles, planOfNetwork, writeFiles } from '#test/browser/trainer.ts';
import { IN_CHROMIUM, type VisitOptions } from '#test/browser/visit.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

/** It trains at the speed that other tests leave: milliseconds. */
const PATIENCE = 600_000;

describe('the view that trains', { ...IN_CHROMIUM, timeout: PATIENCE }, () => {
  const { host, openSite } = useSite();
  const open = (options: VisitOptions & { allow?: RegExp[] } = {}) => openSite('#/train', options);

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const steps = async (page: Page) => Number(await page.locator('.train-figures dd').first().textContent());
  const stepsReach = (page: Page, least: number) =>
    expect.poll(() => steps(page), { timeout: 300_000 }).toBeGreaterThanOrEqual(least);
  /** Closes the tab with its last events, and waits until it is gone. */
  const closeAsUsers = async (page: Page) => {
    const gone = page.waitForEvent('close');
    await page.close({ runBeforeUnload: true });
    await gone;
  };
  /** A file that waits for its pictures. */
  const waits = (page: Page, text: string) => page.locator('.train-earlier').filter({ hasText: text });
  /** The words of what has the focus; of nothing, those of the page. */
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
  const pause = async (page: Page) => {
    await button(page, 'Pause').click();
    await button(page, 'Go on').waitFor();
  };

  it('trains on digits, draws, pauses; the download is a model that the page opens, and goes on from', async () => {
    const { page } = await open();
    await button(page, 'Start').click();
    await stepsReach(page, 3);
    await page.getByRole('img', { name: 'a 3, as it draws it now' }).waitFor();
    await pause(page);
    const before = await steps(page);
    const loss = Number(await page.locator('.train-figures dd').nth(1).textContent());
    expect(loss).toBeGreaterThan(0);
    expect(await page.getByRole('img', { name: /^Loss: from/ }).count()).toBe(1);

    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download').click()]);
    expect(download.suggestedFilename()).toBe(`digits-${before}.zip`);
    const file = join(temporaryFolder(), 'digits.zip');
    await download.saveAs(file);
    const zip = await readFile(file);
    const folder = await writeFiles(await readZip(new Blob([Uint8Array.from(zip)])));
    const model = await loadModel(folder, { device: 'cpu' });
    expect(model).toMatchObject({ shape: [1, 16, 16], classNames: Array.from('0123456789') });
    await model.dispose();

    await page.getByRole('link', { name: 'Open a model' }).click();
    await page.getByLabel('Choose files').setInputFiles(file);
    await page.getByRole('heading', { name: `digits-${before}` }).waitFor();
    await button(page, 'Sample it').waitFor();
    await page.goBack();

    await button(page, 'Start over').click();
    await button(page, 'Start').waitFor();
    await page.getByLabel('Go on from a file').setInputFiles(file);
    await button(page, 'Go on').waitFor();
    expect(await steps(page)).toBe(before);
  });

  it('goes on after a reload, and forgets what is started over', { tags: 'long' }, async () => {
    const { page } = await open();
    await button(page, 'Start').click();
    await stepsReach(page, 2);
    await pause(page);
    const before = await steps(page);
    await page.reload();
    await page.getByText(`This browser keeps a training of digits, after ${before} steps.`).waitFor();
    await button(page, 'Go on with it').click();
    await stepsReach(page, before + 2);
    await pause(page);
    await button(page, 'Start over').click();
    await button(page, 'Start').waitFor();
    expect(await focused(page)).toBe('Start over');
    await page.reload();
    await button(page, 'Start').waitFor();
    expect(await page.getByText('This browser keeps').count()).toBe(0);
  });

  it('asks before a training that is kept or open is replaced', { tags: 'long' }, async () => {
    const { page } = await open();
    const run = zipOf(await freshStepFiles(runOf({ size: 28, channels: 1, num_class_embeds: 10 })));
    const upload = async () => {
      await page.getByLabel('Go on from a file').setInputFiles(run);
      await waits(page, 'The file holds a training of 0 steps, but not the pictures.').waitFor();
      await page.getByRole('radio', { name: 'Digits' }).check();
      await button(page, 'Go on').click();
    };
    const asks = (title: string, text: string) =>
      page.getByRole('dialog', { name: title }).filter({ hasText: text }).waitFor();
    await button(page, 'Start').click();
    await stepsReach(page, 2);
    await pause(page);
    const before = await steps(page);
    await upload();
    await asks('Go on from the file?', `The training of ${before} steps that is open will be replaced.`);
    await button(page, 'Keep it').click();
    await button(page, 'Put the file aside').click();
    await button(page, 'Go on').waitFor();
    expect(await steps(page)).toBe(before);

    await page.reload();
    const kept = page.getByText(`This browser keeps a training of digits, after ${before} steps.`);
    await kept.waitFor();
    const replaced = `The training of ${before} steps that this browser keeps will be replaced.`;
    await upload();
    await asks('Go on from the file?', replaced);
    await page.keyboard.press('Escape');
    await button(page, 'Put the file aside').click();
    await button(page, 'Start').click();
    await asks('Start over?', replaced);
    await button(page, 'Keep it').click();
    await kept.waitFor();
    await button(page, 'Start').click();
    await button(page, 'Replace it').click();
    await stepsReach(page, 1);
    await pause(page);
    expect(await kept.count()).toBe(0);
  });

  it('trains on files, and says which are no pictures and when they are too few', { tags: 'long' }, async () => {
    const { page } = await open();
    await page.getByRole('radio', { name: 'My pictures' }).check();
    expect(await button(page, 'Start').isDisabled()).toBe(true);
    const input = page.getByLabel('Choose pictures');
    await input.setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') }]);
    await page
      .getByRole('alert')
      .filter({
        hasText: 'Cannot read the pictures: they must be PNG, JPEG, WebP or GIF, received notes.txt (another file).',
      })
      .waitFor();
    await input.setInputFiles(await pictures(5));
    const why = '5 pictures. It takes 16 or more; a hundred is better.';
    await page.getByRole('status').getByText(why).waitFor(); // and not "Ready"
    const described = await button(page, 'Start').getAttribute('aria-describedby');
    expect(await page.locator(`#${described}`).textContent()).toBe(why);
    expect(await button(page, 'Start').isDisabled()).toBe(true);
    await input.setInputFiles([...(await pictures(18)), ...(await noPictures())]);
    await page.getByText('18 pictures.', { exact: true }).waitFor();
    await page.getByText(LEFT_OUT).waitFor();
    await button(page, 'Start').click();
    await stepsReach(page, 2);
    await pause(page);
  });

  it.each<[string, Run, string, string | RegExp]>([
    ['28 x 28 in gray', { size: 28, channels: 1, num_class_embeds: 10 }, 'Digits', DIGITS_28],
    ['8 x 8 in colour', { size: 8, channels: 3, num_class_embeds: null }, 'My pictures', FILES_8],
    ['8 x 12 in gray', { size: '8x12', channels: 1, num_class_embeds: null }, 'My pictures', FILES_8X12],
  ])(
    'goes on from a run of %s: it draws in that shape, and says what it learns from, after a reload too',
    { tags: 'long' },
    async (_, run, source, words) => {
      const { page } = await open();
      await page.getByLabel('Go on from a file').setInputFiles(zipOf(await freshStepFiles(runOf(run))));
      await waits(page, 'The file holds a training of 0 steps, but not the pictures.').waitFor();
      expect(await button(page, 'Go on').isDisabled()).toBe(true);
      await page.getByRole('radio', { name: source }).check();
      if (source === 'My pictures') await page.getByLabel('Choose pictures').setInputFiles(await pictures(18));
      await button(page, 'Go on').click();
      await page.getByText(words).waitFor();
      const drawn = page.getByRole('img', { name: /as it draws it now$/ });
      await drawn.first().waitFor();
      const sides = (all: Element[]) =>
        all.map((one) => [(one as HTMLCanvasElement).width, (one as HTMLCanvasElement).height]);
      const { width, height } = extentOf(run.size);
      expect(await drawn.evaluateAll(sides)).toEqual(new Array(10).fill([width, height]));
      if (source === 'My pictures') {
        const learnt = page.locator('.train-own canvas');
        expect(await learnt.evaluateAll(sides)).toEqual(new Array(18).fill([width, height]));
      }
      await stepsReach(page, 2);
      await pause(page);
      await page.reload();
      await button(page, 'Go on with it').click();
      await page.getByText(words).waitFor();
      await pause(page);
    },
  );

  it('goes on from a file with the pictures that it learned from, and with others only when asked', {
    tags: 'long',
  }, async () => {
    const { page } = await open();
    const mine = await pictures(18);
    const choose = async (files: typeof mine) => {
      await page.getByLabel('Choose pictures').setInputFiles(files);
      await page.getByText(`${files.length} pictures.`, { exact: true }).waitFor();
    };
    await page.getByRole('radio', { name: 'My pictures' }).check();
    await choose(mine);
    await button(page, 'Start').click();
    await stepsReach(page, 2);
    await pause(page);
    const before = await steps(page);
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download').click()]);
    const file = join(temporaryFolder(), 'mine.zip');
    await download.saveAs(file);
    await button(page, 'Start over').click();
    await page.getByText('The training is forgotten.').waitFor({ state: 'attached' });
    await page.reload();

    expect(await page.getByRole('radio', { name: 'Digits' }).isChecked()).toBe(true);
    await page.getByLabel('Go on from a file').setInputFiles(file);
    await waits(
      page,
      `The file holds a training of ${before} steps, which learned from pictures from your files, but not the pictures.`,
    ).waitFor();
    expect(await page.getByRole('radio', { name: 'My pictures' }).isChecked()).toBe(true);
    expect(await button(page, 'Go on').isDisabled()).toBe(true);
    await choose((await pictures(20)).slice(1));
    await button(page, 'Go on').click();
    const question = page.getByRole('dialog', { name: 'Learn other pictures?' });
    await question.filter({ hasText: 'The chosen pictures are others' }).waitFor();
    await button(page, 'Choose again').click();
    await choose(mine);
    await button(page, 'Go on').click();
    await stepsReach(page, before + 1);
    expect(await question.count()).toBe(0);
    await pause(page);
  });

  it('lets one tab alone train, and says so in the other', { tags: 'long' }, async () => {
    const { page } = await open();
    await button(page, 'Start').click();
    await stepsReach(page, 2);
    await pause(page);
    const before = await steps(page);
    const other = await page.context().newPage();
    await other.goto(page.url());
    const refusal = other.getByRole('alert').filter({
      hasText:
        'Cannot train in this tab: only one tab may train at a time, and another tab has a training open. Go on there, or close that tab first.',
    });
    for (const name of ['Go on with it', 'Forget it', 'Start']) {
      await button(other, name).click();
      await refusal.waitFor();
      // The refusal of the button before may stand there still: this one is answered when they may be pressed again.
      await expect.poll(() => button(other, name).isEnabled()).toBe(true);
      await other.getByText('This browser keeps a training of digits').waitFor();
      expect(await other.getByRole('dialog').count()).toBe(0);
    }
    await page.close();
    // A busy browser frees what a closed tab held later than the page waits for it: then a second press helps.
    const goOn = button(other, 'Go on with it');
    await expect
      .poll(
        async () => {
          if ((await goOn.isVisible()) && (await goOn.isEnabled())) await goOn.click();
          return steps(other);
        },
        { timeout: 300_000, interval: 500 },
      )
      .toBeGreaterThan(before);
    await pause(other);
  });

  it.each(['reload', 'close'])(
    'loses few steps to a %s in the middle of the training',
    { tags: 'long' },
    async (how) => {
      const { page, url } = await open();
      await button(page, 'Start').click();
      await stepsReach(page, 12);
      const before = await steps(page);
      // A private window, which contexts are, forgets all with its last tab.
      const next = how === 'reload' ? page : await page.context().newPage();
      if (how === 'reload') await page.reload();
      else {
        await closeAsUsers(page);
        await next.goto(`${url}#/train`);
      }
      const kept = await next.getByText('This browser keeps a training of digits, after').textContent();
      const after = Number(/after (\d+) step/.exec(kept!)![1]);
      expect(after).toBeGreaterThanOrEqual(before - 5);
    },
  );

  it('takes pictures with the camera, a series at once', { tags: 'long' }, async () => {
    const { page } = await open();
    await page.getByRole('radio', { name: 'Camera' }).check();
    await button(page, 'Take pictures').click();
    await button(page, 'Take one').click();
    await page.getByRole('status').filter({ hasText: '1 picture' }).waitFor();
    await button(page, 'Take 20').click();
    await page.getByRole('status').filter({ hasText: '21 pictures' }).waitFor();
    await button(page, 'Done').click();
    await page.getByText('21 pictures.', { exact: true }).waitFor();
    expect(await button(page, 'Start').isEnabled()).toBe(true);
  });

  it('says in a sentence that the camera is refused, that the digits are gone, that storage is full', {
    tags: 'long',
  }, async () => {
    const { page } = await open({
      allow: [/digits\.png/, /status 404/, /Failed to load resource/],
      init: () => {
        Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
        if (!navigator.mediaDevices) return; // the blank page that comes first
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      },
    });
    const alert = page.getByRole('alert');
    await page.getByRole('radio', { name: 'Camera' }).check();
    await button(page, 'Take pictures').click();
    await alert.filter({ hasText: 'Cannot use the camera: this page may not.' }).waitFor();

    await page.getByRole('radio', { name: 'Digits' }).check();
    host().fault(/digits\.png$/, { status: 404 });
    await button(page, 'Start').click();
    await alert.filter({ hasText: 'Cannot fetch the digits: the server answers 404.' }).waitFor();
    host().mend();

    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: host().origin, quotaSize: 1000 });
    await button(page, 'Start').click();
    await page.getByText(/^Cannot keep the training: the browser must .* before you close the tab\.$/).waitFor();
    await stepsReach(page, 2);
    await pause(page);
  });
});

const LEFT_OUT =
  'Left out: cut.png (a PNG picture that was cut short or is damaged), dot.png (one smaller than 8 × 8 pixels), icon.svg (an SVG drawing, which has no pixels: save it as PNG), notes.txt (another file), photo-1.heic and 1 more (a HEIC picture, which this browser does not read: save it as JPEG).';

/** Of kinds that a browser does not read, or not whole. */
async function noPictures() {
  const noise = sharp(Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 7919) % 251)), {
    raw: { width: 64, height: 64, channels: 3 },
  });
  const png = await noise.png().toBuffer();
  const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#08c' } })
    .png()
    .toBuffer();
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const files: [string, Buffer][] = [
    ['photo-1.heic', heic],
    ['photo-2.heic', heic],
    ['cut.png', png.subarray(0, png.length / 2)],
    ['dot.png', dot],
    ['icon.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['notes.txt', Buffer.from('no picture')],
  ];
  return files.map(([name, buffer]) => ({ name, mimeType: 'application/octet-stream', buffer }));
}

const DIGITS_28 = /^[\d,]+ handwritten digits of the MNIST data set, 28 × 28 pixels, in gray/;
const FILES_8 = '18 pictures from your files, 8 × 8 pixels, in colour.';
const FILES_8X12 = '18 pictures from your files, 8 × 12 pixels, in gray.';

interface Run {
  size: PictureSize;
  channels: number;
  num_class_embeds: number | null;
}

const runOf = ({ size, channels, num_class_embeds }: Run) =>
  planOfNetwork({
    data: { size, channels },
    model: {
      sample_size: sampleSizeOf(extentOf(size)),
      in_channels: channels,
      out_channels: channels,
      num_class_embeds,
    },
    training: { labelDropout: num_class_embeds === null ? 0 : 0.2 },
  });

const zipOf = (files: Awaited<ReturnType<typeof freshStepFiles>>) => ({
  name: 'run.zip',
  mimeType: 'application/zip',
  buffer: Buffer.from(writeZip(files as Parameters<typeof writeZip>[0])),
});

/** Discs of different places. */
async function pictures(count: number) {
  const make = async (i: number) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><circle cx="${35 + i}" cy="30" r="20" fill="#08c"/></svg>`;
    return { name: `disc-${i}.png`, mimeType: 'image/png', buffer: await sharp(Buffer.from(svg)).png().toBuffer() };
  };
  return Promise.all(Array.from({ length: count }, (_, i) => make(i)));
}
