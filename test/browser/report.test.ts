/** The files of `pipeline evaluate`, `compare` and `audit`, and the page's view of a model that was evaluated. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSides } from '#evaluation/compare/folders.ts';
import { formatComparison } from '#evaluation/compare/page.ts';
import { formatPrivacyPage } from '#evaluation/privacy/index.ts';
import { formatEvaluation, writeReport } from '#evaluation/report/write.ts';
import { faults } from '#test/browser/axe.ts';
import { DESKTOP, PHONE, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, useBrowser, useHost, visit } from '#test/browser/visit.ts';
import { writeEvaluatedModel, writeRun } from '#test/compare-folders.ts';
import { eachLong } from '#test/each-long.ts';
import { exampleCopies, examplePrivacyReport, examplePromise } from '#test/evaluate/privacy-report.ts';
import { exampleEvaluation, exampleMeasures, examplePictures } from '#test/evaluation.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const NAMES = ['report.html', 'compare.html', 'privacy.html'];
/** CSS pixels between the margins of A4. */
const PAPER = { width: 718, height: 1000 };

describe('the files', IN_CHROMIUM, () => {
  const { browser } = useBrowser();
  const folder = temporaryFolder();
  const host = useHost({ folders: { '/files/': folder } });
  beforeAll(async () => {
    await writeReport(exampleEvaluation(), examplePictures(), folder);
    const sides = await openSides([
      await writeRun(join(folder, 'a')),
      await writeRun(join(folder, 'b'), { lr: 0.002 }),
      await writeRun(join(folder, 'a-run-that-has-a-long-name-and-has-not-begun'), { steps: 0 }),
      await writeEvaluatedModel(join(folder, 'c')),
      await writeEvaluatedModel(join(folder, 'd'), { measures: exampleMeasures(12.1) }),
    ]);
    writeFileSync(join(folder, 'compare.html'), await formatComparison(sides));
    writeFileSync(join(folder, 'privacy.html'), formatPrivacyPage(examplePrivacyReport()));
  });
  const open = async (name: string, options: Parameters<typeof visit>[1]) => {
    const { page } = await visit(browser(), options);
    await page.goto(`${host().origin}/files/${name}`);
    return page;
  };
  const rows = NAMES.flatMap((name) => [
    { name, device: 'a desktop', options: { ...DESKTOP, colorScheme: 'light' } as const },
    { name, device: 'a phone', options: { ...PHONE, colorScheme: 'dark' } as const },
  ]);

  // axe is a script, which the files forbid.
  eachLong(rows, 'is accessible and fits: $name on $device', async ({ name, options }) => {
    const page = await open(name, { ...options, bypassCSP: true });
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });

  it('a privacy report is one page of A4, whatever it found', async () => {
    const unclear = { verdict: 'cannot tell', copies: null } as const;
    writeFileSync(join(folder, 'unclear.html'), formatPrivacyPage(examplePrivacyReport(unclear)));
    const spaces = ['pixels', 'features', 'crops', 'halves'].map((space) => ({ space, flagged: 12, expected: 0.55 }));
    const images = ['--data <knees-2019>', '--csv <knees.csv>', '--label-names 0=left,1=right', '--other-images'];
    const fullest = examplePrivacyReport({
      copies: exampleCopies({ verdict: 'copies found', tests: spaces }),
      differentialPrivacy: examplePromise({ unit: 'image' }),
      settings: { ...examplePrivacyReport().settings, images },
    });
    writeFileSync(join(folder, 'fullest.html'), formatPrivacyPage(fullest));
    for (const name of ['privacy.html', 'unclear.html', 'fullest.html']) {
      const page = await open(name, { viewport: PAPER });
      const pdf = await page.pdf({ preferCSSPageSize: true });
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g), name).toHaveLength(1);
    }
  });

  it('runs no script, even one that is put into it', async () => {
    const evil = readFileSync(join(folder, 'report.html'), 'utf8').replace(
      '<h1>',
      '<img src="x" onerror="document.title=1"><script>document.title=2</script><h1>',
    );
    writeFileSync(join(folder, 'evil.html'), evil);
    const opened = await visit(browser());
    opened.allow(/CSP: /, /Content Security Policy/i, /request failed/, /status 404/);
    await opened.page.goto(`${host().origin}/files/evil.html`);
    expect(await opened.page.title()).toBe('Evaluation of rings');
  });
});

describe('the page', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it("shows the figures of an evaluated model of the visitor's, and none of one that was not", {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('#/model');
    const folder = await tinyArtefact({ shape: [1, 8, 8] });
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, 'unet', 'model.onnx')))
      .digest('hex');
    const { model } = exampleEvaluation();
    writeFileSync(join(folder, 'evaluation.json'), formatEvaluation(exampleEvaluation({ model: { ...model, hash } })));
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByText('18.2 (real images 9.06, noise 903)').waitFor();
    await page.getByRole('button', { name: 'Sample it' }).click();
    const bar = page.getByRole('region', { name: 'Model and device' });
    await bar.getByText('94.8 %').waitFor();
    await bar.getByText('no copies of training images found').waitFor();
    expect(await faults(page, ['serious', 'critical'])).toEqual([]);
    await page.goBack();
    await page.getByRole('button', { name: 'Open another' }).click();
    await page.getByLabel('Choose a folder').setInputFiles(await tinyArtefact({ shape: [1, 8, 8] }));
    await page.getByText('T = 100').waitFor();
    expect(await page.getByText('Frechet distance').count()).toBe(0);
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.locator('.model-bar-ready').waitFor();
    expect(await bar.getByText('Frechet distance').count()).toBe(0);
  });
});

/** CSS pixels that the page is wider than the screen. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
