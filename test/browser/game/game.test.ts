/** The game: it gives nothing away before the answer, and judges it correctly. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { type Kind, PICTURES, planRound } from '#site/views/game/rules/plan.ts';
import { PHONE, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, type VisitOptions } from '#test/browser/visit.ts';

const SEED = 482193;
const ROUND = `#/game?seed=${SEED}&steps=2&model=digits`;

describe('the game', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();

  /** A round that is under way. */
  async function start(options: VisitOptions = {}): Promise<Page> {
    const { page } = await openSite(ROUND, options);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await picture(page, 1).waitFor();
    return page;
  }

  it('tells nothing of a picture before the answer', { tags: 'long' }, async () => {
    const page = await start();
    const truths = await kinds();
    expect(new Set(truths).size).toBe(2);
    const questions = new Set<string>();
    const asked: Kind[] = [];
    for (const [i, truth] of truths.entries()) {
      await answers(page).first().waitFor();
      await picture(page, i + 1).waitFor();
      questions.add(await question(page, i + 1));
      asked.push(truth);
      const before = host().log.length;
      await page.keyboard.press('r');
      await next(page).waitFor();
      expect(
        host()
          .log.slice(before)
          .filter(({ path }) => !/\.(js|css)$/.test(path)),
        'no file is fetched for an answer',
      ).toEqual([]);
      await next(page).click();
    }
    expect(asked).toEqual(truths);
    expect([...questions], 'the page around a picture is the same for real and synthetic ones').toHaveLength(1);
  });

  it('counts right answers and reasons, by click and by key, and shares the round without its answers', async () => {
    const page = await start({ permissions: ['clipboard-read', 'clipboard-write'] });
    for (const [i, truth] of (await kinds()).entries()) {
      const said: Kind = i === 3 ? other(truth) : truth;
      await picture(page, i + 1).waitFor(); // the second half may still be painted
      const edges = page.getByRole('button', { name: 'Edges', exact: true });
      if (i < 3) await page.keyboard.press('3');
      else if (i === 3) await edges.click();
      expect(await edges.getAttribute('aria-pressed')).toBe(String(i < 4));
      if (i % 2 === 0) await page.getByRole('button', { name: said === 'real' ? /Real/ : /Synthetic/ }).click();
      else await page.keyboard.press(said === 'real' ? 'ArrowLeft' : 'ArrowRight');
      const verdict = said === truth ? `Right, it is ${truth}.` : /Fooled|Too suspicious/;
      await page.getByText(verdict).first().waitFor();
      await picture(page, i + 1, truth).waitFor();
      const fact = /^Painted on this page by Digits, asked for an? \d: seed \d+, 2 steps of DDIM\./;
      if (truth === 'synthetic') await page.getByText(fact).first().waitFor();
      if (i < 4) await page.getByText('You went by: Edges.').waitFor();
      await page.keyboard.press('Enter'); // the button for the next round has the focus
    }
    await page.getByRole('heading', { level: 1, name: /9 of 10/ }).waitFor();
    await page.getByText('Edges: 3 of 4 right').waitFor();
    await page.getByText(/^6 answers without a reason\./).waitFor();
    await page.getByRole('button', { name: 'Copy result' }).click();
    await page.getByText('The result is in the clipboard.').waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^Real or synthetic\? 9 of 10/);
    expect(text).toContain('🟩🟩🟩⬜🟩🟩🟩🟩🟩🟩');
    expect(text).toContain(`seed=${SEED}`);
    await page.getByRole('button', { name: /^Picture 4 of 10.*Look closer/ }).click();
    await page
      .getByRole('dialog')
      .getByText(/Fooled|Too suspicious/)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 320, height: 640 });
    const outside = (name: Element) =>
      name.getBoundingClientRect().right > name.parentElement!.getBoundingClientRect().right;
    for (const name of await page.locator('.game-thumb-kind').all()) expect(await name.evaluate(outside)).toBe(false);
    await page.getByRole('button', { name: 'Play again' }).click();
    await picture(page, 1).waitFor();
  });

  it('deals the same pictures to whoever has the link, also an old one to a class, and after a reload goes on where it was', {
    tags: 'long',
  }, async () => {
    const page = await start();
    const drawn = () => picture(page, 4).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const seen: string[] = [];
    for (const [i, truth] of (await kinds()).entries()) {
      await picture(page, i + 1).waitFor();
      if (i === 3) {
        seen.push(await drawn());
        await page.goto(page.url().replace('#/game?', '#/game/class?table=alice.9.10&'));
        await page.reload();
        await picture(page, 4).waitFor();
        seen.push(await drawn());
      }
      await answers(page).first().waitFor();
      await page.keyboard.press(truth === 'real' ? 'r' : 's');
      await next(page).click();
    }
    expect(seen[1]).toBe(seen[0]);
    await page.getByRole('heading', { level: 1, name: /10 of 10/ }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: /10 of 10/ }).waitFor();
    await page.getByRole('button', { name: 'Change settings' }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
    await page.locator('h1:focus').waitFor();
  });

  it('is played by swiping on a phone', { tags: 'long' }, async () => {
    const page = await start(PHONE);
    const [first] = await kinds();
    await swipe(page, picture(page, 1), first === 'real' ? -150 : 150);
    await page.getByText(`Right, it is ${first}.`).first().waitFor();
    const [wide, room] = await page
      .locator('.game-reveal')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, Math.min(clientWidth, innerWidth)] as const);
    expect(wide, 'the answer fits the screen').toBeLessThanOrEqual(room);
    await swipe(page, picture(page, 1, first), 150);
    await picture(page, 2).waitFor();
    await swipe(page, picture(page, 2), 20);
    expect(await answers(page).count(), 'a short push is no answer').toBe(2);
  });

  it.each([
    [
      `seed=${SEED}&model=faces`,
      /the model “faces”, which this page does not have: Digits paints these/,
      'model=digits',
    ],
    ['seed=9007199254740991&model=digits', /round 9007199254740991, but rounds go from 0 to 999,999/, /seed=\d{1,6}&/],
  ])('tells when a link asks for what there is not: %s', { tags: 'long' }, async (query, said, becomes) => {
    const { page } = await openSite(`#/game?${query}`);
    await page.getByText(said).waitFor();
    await expect.poll(() => page.url()).toMatch(becomes);
  });

  it('with hands asks for phantoms, says what they are, and never calls them real', {
    tags: 'long',
  }, async (context) => {
    const models = JSON.parse(await readFile(join(inject('browser').site, 'assets', 'models.json'), 'utf8')) as {
      id: string;
      pictures?: string;
    }[];
    const hands = models.find(({ pictures }) => pictures === 'hands/phantoms.json');
    if (!hands) return context.skip('the page has no model of hands: put one into models/hands');
    const { page } = await openSite(`#/game?seed=${SEED}&steps=1&model=${hands.id}&pictures=6`);
    await page.getByRole('heading', { level: 1, name: 'Phantom or generated?' }).waitFor();
    await page.getByText('Synthetic phantoms and pictures generated from them, not radiographs of people.').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const about = JSON.parse(await readFile(join(inject('browser').site, 'hands', 'phantoms.json'), 'utf8')) as {
      count: number;
      labels: number[];
    };
    const deals = planRound({ seed: SEED, pictures: 6, reals: about.count, labels: about.labels, classes: 2 });
    for (const [i, { kind }] of deals.entries()) {
      const word = kind === 'real' ? 'phantom' : 'generated';
      await page.getByRole('img', { name: `Picture ${i + 1} of 6`, exact: true }).waitFor();
      expect(await page.locator('.game').textContent()).not.toMatch(/\b(real|synthetic)\b(?! phantoms)/i);
      await page.keyboard.press(word[0]!);
      await page
        .getByText(kind === 'real' ? 'Right, it is a phantom.' : 'Right, it is generated.')
        .first()
        .waitFor();
      await page.getByRole('img', { name: `Picture ${i + 1} of 6: ${word}`, exact: true }).waitFor();
      expect(await page.locator('.game').textContent()).not.toMatch(/\breal\b/i);
      await next(page).click();
    }
    await page.getByRole('heading', { level: 1, name: /6 of 6/ }).waitFor();
    await page
      .getByText(/^You took 0 of \d generated pictures for phantoms, and 0 of \d phantoms for generated\./)
      .waitFor();
  });
});

const other = (kind: Kind): Kind => (kind === 'real' ? 'synthetic' : 'real');

/** Whether each picture of the round is real or synthetic. */
async function kinds(): Promise<Kind[]> {
  const listing = await readFile(join(inject('browser').site, 'assets', 'real-28.json'), 'utf8');
  const { count, labels } = JSON.parse(listing) as { count: number; labels: number[] };
  const deals = planRound({ seed: SEED, reals: count, labels, classes: 10 });
  expect(deals).toHaveLength(PICTURES);
  return deals.map(({ kind }) => kind);
}

const picture = (page: Page, number: number, kind?: Kind) =>
  page.getByRole('img', { name: `Picture ${number} of 10${kind ? `: ${kind}` : ''}`, exact: true });
const answers = (page: Page) => page.getByRole('button', { name: /^\W*(Real|Synthetic)\W*$/ });
const next = (page: Page) => page.getByRole('button', { name: /Next picture|See how you did/ });

/** The page while it shows a picture, without the picture's number, its pixels, and the score. */
const question = (page: Page, number: number): Promise<string> =>
  page.evaluate((number) => {
    const copy = document.querySelector('.game-round')!.cloneNode(true) as HTMLElement;
    copy.querySelector('.game-board')!.remove();
    for (const moved of copy.querySelectorAll('[style]'))
      if (!moved.getAttribute('style')) moved.removeAttribute('style');
    return copy.outerHTML.replaceAll(`Picture ${number} of`, 'Picture # of');
  }, number);

async function swipe(page: Page, target: ReturnType<typeof picture>, by: number): Promise<void> {
  const { x, y, width, height } = (await target.boundingBox())!;
  const from = { x: x + width / 2, y: y + height / 2 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by / 2, from.y, { steps: 3 });
  await page.mouse.move(from.x + by, from.y, { steps: 3 });
  await page.mouse.up();
}
