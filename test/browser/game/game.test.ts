/** The game: it gives nothing away before the answer, and judges it correctly. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { type Kind, PICTURES, planRound } from '#site/views/game/rules/plan.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { heading, openSite, PHONE } from '#test/browser/site.ts';
import { useBrowser, useHost, type VisitOptions } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

const SEED = 482193;
const ROUND = `#/game?seed=${SEED}&steps=2&model=digits`;

describe('the game', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  /** A round that is under way. */
  async function start(options: VisitOptions = {}): Promise<Page> {
    const { page } = await openSite(browser(), host(), ROUND, options);
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

  it('calls the pictures by their names before they are there', { tags: 'long' }, async () => {
    let arrive = () => {};
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    host().fault(/model\.onnx$/, { hold: { after: 1000, until } });
    const { page } = await openSite(browser(), host(), '#/game?model=hands');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Phantom or generated?');
    await page.getByText(/moved, scaled and softened a little/).waitFor();
    await page.getByText('Getting the model ready…').waitFor();
    arrive();
    await page.getByText('Painting the first pictures').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Phantom or generated?');
  });

  it('counts right answers, by click and by key, and shares the round without its answers', async () => {
    const page = await start({ permissions: ['clipboard-read', 'clipboard-write'] });
    for (const [i, truth] of (await kinds()).entries()) {
      const said: Kind = i === 3 ? other(truth) : truth;
      await picture(page, i + 1).waitFor(); // the second half may still be painted
      if (i % 2 === 0) await page.getByRole('button', { name: said === 'real' ? /Real/ : /Synthetic/ }).click();
      else await page.keyboard.press(said === 'real' ? 'ArrowLeft' : 'ArrowRight');
      const verdict = said === truth ? `Right, it is ${truth}.` : /Fooled|Too suspicious/;
      await page.getByText(verdict).first().waitFor();
      await picture(page, i + 1, truth).waitFor();
      await page.keyboard.press('Enter'); // the button for the next round has the focus
    }
    await page.getByRole('heading', { level: 1, name: /9 of 10/ }).waitFor();
    await page.getByRole('button', { name: 'Copy result' }).click();
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

  it('goes on after a reload where it was, and shows the result again', { tags: 'long' }, async () => {
    const page = await start();
    const truths = await kinds();
    for (const [i, truth] of truths.entries()) {
      await picture(page, i + 1).waitFor();
      if (i === 3) {
        await page.reload();
        await picture(page, 4).waitFor();
      }
      await answers(page).first().waitFor();
      await page.keyboard.press(truth === 'real' ? 'r' : 's');
      await next(page).click();
    }
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
    await page.getByText(/^Most like it of/).waitFor();
    const [wide, room] = await page
      .locator('.game-reveal')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, Math.min(clientWidth, innerWidth)] as const);
    expect(wide, 'the answer fits the screen').toBeLessThanOrEqual(room);
    await swipe(page, picture(page, 1, first), 150);
    await picture(page, 2).waitFor();
    await swipe(page, picture(page, 2), 20);
    expect(await answers(page).count(), 'a short push is no answer').toBe(2);
  });

  it('shows what comes from its top, however far the page was scrolled before', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), `${ROUND}&pictures=6`, PHONE);
    const top = async (shown: Locator) => (await shown.boundingBox())!.y;
    const press = async (button: Locator) => {
      await button.click({ trial: true }); // waits until it can be pressed
      await button.evaluate((button: HTMLElement) => {
        scrollTo({ top: document.body.scrollHeight, behavior: 'instant' });
        button.click();
      });
    };
    await press(page.getByRole('button', { name: 'Start', exact: true }));
    for (let i = 1; i <= 6; i++) {
      const shown = page.getByRole('img', { name: `Picture ${i} of 6`, exact: true });
      await shown.waitFor();
      expect(await top(shown), `picture ${i}`).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('r');
      await next(page).waitFor();
      await press(next(page));
    }
    await page.getByRole('heading', { level: 1, name: /of 6/ }).waitFor();
    expect(await top(heading(page)), 'the result').toBeGreaterThanOrEqual(0);
    await press(page.getByRole('button', { name: 'Change settings' }));
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
    expect(await top(heading(page)), 'the settings').toBeGreaterThanOrEqual(0);
  });

  it('shows the picture large beside the answers on a phone on its side', { tags: 'long' }, async () => {
    const size = { width: 740, height: 360 };
    const page = await start({ ...PHONE, viewport: size, reducedMotion: 'reduce' });
    const boxes = async () => [
      await picture(page, 1).boundingBox(),
      ...(await Promise.all([0, 1].map((i) => answers(page).nth(i).boundingBox()))),
    ];
    const [shown, real, synthetic] = await boxes();
    expect(shown!.height).toBeGreaterThan(size.height / 2);
    for (const answer of [real!, synthetic!]) {
      expect(answer.x).toBeGreaterThan(shown!.x + shown!.width);
      expect(answer.y + answer.height).toBeLessThanOrEqual(size.height);
    }
  });

  it('tells when a link asks for a model that is not here', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), `#/game?seed=${SEED}&model=faces`);
    await page
      .getByText(/names the model “faces”, which this page does not have: Digits paints these pictures/)
      .waitFor();
    await expect.poll(() => page.url()).toContain('model=digits');
  });

  it('tells when a link asks for a round that there is not', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/game?seed=9007199254740991&model=digits');
    await page.getByText(/asks for round 9007199254740991, but rounds go from 0 to 999,999/).waitFor();
    await expect.poll(() => page.url()).toMatch(/seed=\d{1,6}&/);
  });

  it('asks what the player goes by, and counts it at the end', { tags: 'long' }, async () => {
    const page = await start();
    const truths = await kinds();
    for (const [i, truth] of truths.entries()) {
      await picture(page, i + 1).waitFor();
      const edges = page.getByRole('button', { name: 'Edges', exact: true });
      if (i < 3) await page.keyboard.press('3');
      else if (i === 3) await edges.click();
      expect(await edges.getAttribute('aria-pressed')).toBe(String(i < 4));
      const said = i === 0 ? other(truth) : truth;
      await page.keyboard.press(said === 'real' ? 'r' : 's');
      if (i < 4) await page.getByText('You went by: Edges.').waitFor();
      await next(page).click();
    }
    await page.getByRole('row', { name: 'Edges 3 4' }).waitFor();
    await page.getByText(/^6 answers without a reason\./).waitFor();
  });

  it('shows the nearest real pictures, and marks where the nearest differs most', { tags: 'long' }, async () => {
    const page = await start();
    await page.keyboard.press('r');
    await page.getByText(/^Most like it of the 400 real pictures here/).waitFor();
    const mark = page.getByRole('button', { name: 'Mark in the picture where it differs most from the nearest' });
    await mark.click();
    expect(await mark.getAttribute('aria-pressed')).toBe('true');
    const marked = await page.locator('.game-marked').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((_, i) => i % 4 === 3).filter((alpha) => alpha > 0).length;
    });
    expect(marked).toBeGreaterThan(0);
    expect(marked).toBeLessThan(0.05 * 28 * 28);
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
    const { page } = await openSite(browser(), host(), `#/game?seed=${SEED}&steps=1&model=${hands.id}&pictures=6`);
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
      await page.getByText(/^Most like it of the 120 phantoms here/).waitFor();
      expect(await page.locator('.game').textContent()).not.toMatch(/\breal\b/i);
      await next(page).click();
    }
    await page.getByRole('heading', { level: 1, name: /6 of 6/ }).waitFor();
    await page.getByRole('columnheader', { name: 'You said phantom' }).waitFor();
  });

  it('deals the same pictures to whoever has the number of a round', { tags: 'long' }, async () => {
    const pixels = async () => {
      const page = await start();
      const drawn = await picture(page, 1).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
      await page.close();
      return drawn;
    };
    expect(await pixels()).toBe(await pixels());
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
