/** The game with a visitor's own real pictures, for a model that the page has none for. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { grayPicture, noisePicture } from '#test/pictures/images.ts';

describe('the game with own pictures', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('takes a folder, says what it leaves out, and plays with it', { tags: 'long' }, async () => {
    const folder = join(await temporaryFolder(), 'patients');
    await mkdir(folder);
    for (let i = 0; i < 12; i++) {
      const picture = await grayPicture(40, 40, (x, y) => (20 * i + 3 * x + 2 * y) % 256).toBuffer();
      await writeFile(join(folder, `anna-mueller-${i}.png`), picture);
    }
    const cut = (await noisePicture(64, 64).jpeg().toBuffer()).subarray(0, 300);
    await writeFile(join(folder, 'cut.jpeg'), cut);
    await writeFile(join(folder, 'notes.txt'), 'no picture');

    const { page } = await openSite('#/game?seed=3&model=fashion&steps=1&pictures=6');
    const bring = page.getByRole('region', { name: 'Bring real pictures' });
    const archive = { name: 'hand.tar.gz', mimeType: 'application/gzip', buffer: Buffer.from([0x1f, 0x8b, 8, 0]) };
    await bring.getByLabel(/^Choose files/).setInputFiles(archive);
    await bring
      .getByText('they must be PNG, JPEG, WebP or GIF, received hand.tar.gz (a gzip archive: unpack it first).')
      .waitFor();
    await bring
      .getByLabel(/^Choose files/)
      .setInputFiles([join(folder, 'anna-mueller-0.png'), join(folder, 'cut.jpeg')]);
    await bring.getByText(/pictures must be at least 10 .*, received 1\. Left out: cut\.jpeg \(/).waitFor();
    await bring.getByLabel(/^Choose a folder/).setInputFiles(folder);
    await page
      .getByText(
        'Left out: patients/cut.jpeg (a JPEG picture that was cut short or is damaged), patients/notes.txt (another file).',
      )
      .waitFor();

    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const said = new Set<string | null>();
    for (let i = 0; i < 6; i++) {
      await page.getByRole('button', { name: 'Lines', exact: true }).click();
      await page.keyboard.press('ArrowLeft');
      const onward = page.getByRole('button', { name: /^(Next picture|See how you did)$/ });
      await onward.waitFor();
      said.add(await page.getByRole('main').textContent());
      await onward.click();
    }
    await page.getByRole('heading', { level: 1, name: /\d of 6/ }).waitFor();
    expect([...said].join()).toContain('Your picture “patients/anna-mueller-');
  });
});
