/** A lecturer's whole way: make a round, hand it out, have it played elsewhere, enter the codes, see the sum. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { Download, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, inject, it } from 'vitest';
import { type Kind, planRound } from '#site/views/game/rules/plan.ts';
import { readRound } from '#site/views/game/rules/round-file.ts';
import { seriousFaults } from '#test/browser/axe.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite, overflow, PHONE, settle } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

const SEED = 482193;
const PICTURES = 8;
const ROUND = `seed=${SEED}&model=digits&steps=2&pictures=${PICTURES}`;
const SIDE = 32;

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const other = (kind: Kind): Kind => (kind === 'real' ? 'synthetic' : 'real');

/** Answers all pictures of a round that is laid out, by keyboard, and gives the code. */
async function play(page: Page, answers: readonly Kind[]): Promise<string> {
  await button(page, 'Start').click();
  for (const [i, said] of answers.entries()) {
    await page.getByRole('img', { name: `Picture ${i + 1} of ${answers.length}`, exact: true }).waitFor();
    await page.keyboard.press('3');
    await page.keyboard.press(said === 'real' ? 'ArrowLeft' : 'ArrowRight');
    await button(page, /Next picture|See how you did/).click();
  }
  return codeOf(page);
}

async function codeOf(page: Page): Promise<string> {
  const code = page.locator('.game-code-text');
  await code.waitFor();
  return (await code.textContent())!;
}

async function enter(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Codes' }).fill(text);
  await page.getByRole('textbox', { name: 'Codes' }).press('Enter');
}

async function textOf(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Axe in both schemes, and no scrolling sideways. */
async function looksRight(page: Page): Promise<void> {
  await settle(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousFaults(page), colorScheme).toEqual([]);
  }
  expect(await overflow(page)).toEqual([]);
}

/** For pictures that the page paints on a busy processor. */
const PATIENCE = { timeout: 120_000 };

describe('a round for a class', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  async function truths(): Promise<Kind[]> {
    const listing = await readFile(join(inject('browser').site, 'assets', 'real-28.json'), 'utf8');
    const { count, labels } = JSON.parse(listing) as { count: number; labels: number[] };
    return planRound({ seed: SEED, pictures: PICTURES, reals: count, labels, classes: 10 }).map(({ kind }) => kind);
  }

  /** The page of the lecturer, and the hash of the link for the players. */
  async function openClass(): Promise<{ page: Page; hash: string }> {
    const { page } = await openSite(browser(), host(), `#/game/class?${ROUND}`, PHONE);
    const link = (await page.locator('.game-link').textContent())!;
    expect(link).toContain(`#/game?${ROUND}&class=1`);
    return { page, hash: new URL(link).hash };
  }

  it('is played from its link, and its code is counted once', { tags: 'long' }, async () => {
    const { page, hash } = await openClass();
    const class1 = await openSite(browser(), host(), hash, PHONE);
    const right = await play(class1.page, await truths());
    expect(right).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    await class1.page.getByRole('heading', { name: 'What you went by' }).waitFor();
    await class1.page.getByRole('row', { name: `Edges ${PICTURES} ${PICTURES}` }).waitFor();
    await looksRight(class1.page);
    await class1.page.reload();
    expect(await codeOf(class1.page), 'after a reload it is the same code').toBe(right);

    await enter(page, right.toLowerCase().replace('-', ' '));
    await page.getByRole('heading', { name: '4. The sum: 1 player' }).waitFor();
    await page.getByText('The class tells them apart better than chance.').waitFor();
    await enter(page, right);
    await page.getByText(`${right} is counted already: each code counts once.`).waitFor();
  });

  it('adds up the codes of several players', { tags: 'long' }, async () => {
    const { page, hash } = await openClass();
    const kinds = await truths();
    const class1 = await openSite(browser(), host(), hash, PHONE);
    await enter(page, await play(class1.page, kinds));
    const class2 = await openSite(browser(), host(), hash);
    const wrong = await play(class2.page, kinds.map(other));
    const elsewhere = await openSite(browser(), host(), `#/game?${ROUND.replace(`${SEED}`, '7')}&class=1`);
    const foreign = await play(elsewhere.page, Array<Kind>(PICTURES).fill('real'));
    const mistyped = wrong.replace(/^./, (letter) => (letter === '7' ? '8' : '7'));
    await enter(page, [wrong, foreign, mistyped].join('\n'));
    await page.getByRole('heading', { name: '4. The sum: 2 players' }).waitFor();
    await page.getByText(`Cannot count ${foreign}: it is a code of another round.`).waitFor();
    await page.getByText(`Cannot count "${mistyped}": a character is wrong or two are swapped`).waitFor();
    await page.getByText('Chance could have done that.').waitFor();
    await expect.poll(() => page.getByText('fooled 1 of 2').count()).toBe(PICTURES);
    await page.getByText('2 codes counted').click();
    await looksRight(page);

    await page.reload();
    await page.getByRole('heading', { name: '4. The sum: 2 players' }).waitFor();
    await page.getByText('2 codes counted').click();
    await button(page, `Take back ${wrong}`).click();
    await page.getByRole('heading', { name: '4. The sum: 1 player' }).waitFor();
  });

  it('is made of own pictures, played from its file, and its codes are added up', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/game/class?model=digits');
    await page.getByRole('radio', { name: 'Your own' }).check();
    await button(page, 'Make the round').click();
    await page.getByText('Cannot make the round: real pictures must be at least 2, received 0.').waitFor();

    const zone = (name: string) => page.getByRole('region', { name: `Your ${name}` });
    const files = (name: string) => zone(name).getByLabel(/^Choose files or a ZIP/);
    await files('real pictures').setInputFiles([
      ...(await Promise.all(Array.from({ length: 4 }, (_, i) => png(`anna-mueller-${i}.png`, 40 * i)))),
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') },
    ]);
    await zone('real pictures').getByText('4 pictures, 32 × 32 pixels. 1 other file left out.').waitFor();
    await files('synthetic pictures').setInputFiles([await png('big.png', 9, 64), await png('small.png', 9)]);
    await button(page, 'Make the round').click();
    await page
      .getByText(/all pictures must have one size, received 32 × 32 \(anna-mueller-0.png\) and 64 × 64 \(big.png\)/)
      .waitFor();
    await drop(zone('synthetic pictures'), await archive(5));
    await zone('synthetic pictures').getByText('5 pictures, 32 × 32 pixels.').waitFor();
    await files('synthetic pictures').setInputFiles(await archive(4));
    await zone('synthetic pictures').getByText('4 pictures, 32 × 32 pixels.').waitFor();
    await page.getByLabel('Title').fill('Seminar');
    await page.getByLabel('Pictures in the round').fill('8');
    await looksRight(page);
    await button(page, 'Make the round').click();
    await page.getByText('Seminar', { exact: true }).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Save the round’s file').click(),
    ]);
    const text = await textOf(download);
    expect(text).not.toContain('mueller');
    const kinds = readRound(text, 'round.json').pictures.map(({ kind }) => kind);
    expect(kinds).toHaveLength(8);

    const player = await openSite(browser(), host(), '#/game?model=digits', PHONE);
    const open = player.page.getByLabel('Open a round’s file');
    await open.setInputFiles({ name: 'photo.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await player.page.getByText('Cannot open the round: "photo.json" is no round that this page saved.').waitFor();
    const round = { name: 'round.json', mimeType: 'application/json', buffer: Buffer.from(text) };
    await open.setInputFiles(round);
    await player.page.getByText('The round is ready.').waitFor();
    await looksRight(player.page);
    const code = await play(player.page, kinds);
    await player.page.getByText('Your code for the lecturer').waitFor();

    await page.reload(); // the lecturer opens the saved file again
    await page.getByLabel('Open a round’s file').setInputFiles(round);
    await enter(page, code);
    await page.getByRole('heading', { name: '4. The sum: 1 player' }).waitFor();
    await page.getByText('The class tells them apart better than chance.').waitFor();
  });

  it('is saved as a file for phones that are slow, whose codes count with those of the link', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite(browser(), host(), `#/game/class?${ROUND}`);
    const save = button(page, 'Save the round’s file');
    await expect.poll(() => save.isEnabled(), PATIENCE).toBe(true);
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    const text = await textOf(download);
    const kinds = await truths();
    expect(readRound(text, 'round.json').pictures.map(({ kind }) => kind)).toEqual(kinds);
    const player = await openSite(browser(), host(), '#/game?model=digits');
    await player.page
      .getByLabel('Open a round’s file')
      .setInputFiles({ name: 'r.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await enter(page, await play(player.page, kinds));
    await page.getByRole('heading', { name: '4. The sum: 1 player' }).waitFor();
  });
});

/** A file of one level with a stroke. */
async function png(name: string, level: number, side = SIDE) {
  const raw = Uint8Array.from({ length: side * side }, (_, i) => (i % side === 5 ? 255 : level));
  const buffer = await sharp(raw, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  return { name, mimeType: 'image/png', buffer };
}

/** A file that is let go over an element, which shows that it takes it. */
async function drop(zone: Locator, { name, buffer }: { name: string; buffer: Buffer }): Promise<void> {
  const dataTransfer = await zone.page().evaluateHandle(
    ([called, base64]) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0))], called!));
      return dropped;
    },
    [name, buffer.toString('base64')],
  );
  await zone.dispatchEvent('dragover', { dataTransfer });
  await expect.poll(() => zone.getAttribute('data-over')).toBe('true');
  await zone.dispatchEvent('drop', { dataTransfer });
  await expect.poll(() => zone.getAttribute('data-over')).toBe('false');
}

async function archive(count: number) {
  const pictures = await Promise.all(Array.from({ length: count }, (_, i) => png(`${i}.png`, 30 * i + 7)));
  const entries = pictures.map(({ name, buffer }) => [`made/${name}`, new Uint8Array(buffer)] as const);
  const bytes = zipSync({ ...Object.fromEntries(entries), 'made/.DS_Store': strToU8('x') });
  return { name: 'made.zip', mimeType: 'application/zip', buffer: Buffer.from(bytes) };
}
