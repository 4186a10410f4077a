import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCard, evaluationSection, withEvaluation, writeCard } from '#evaluation/report/card.ts';
import { exampleEvaluation, exampleMemorisation } from '#test/evaluation.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const CARD = '# rings\n\nA diffusion model.\n\n## Metrics\n\nNone were taken.\n\n## Limits\n\n- It makes rings.\n';

describe('the section', () => {
  it('has the verdict with the main figures, the features, the number and the sampler', () => {
    expect(evaluationSection(exampleEvaluation())).toBe(`## Evaluation

500 pictures of rings. 94.8 % show the class that was asked for (real images 98.6 %, noise 10.4 %). Frechet distance 18.2 (real images 9.06, noise 903). No copies of training images were found; 5 copies among 500 would be seen with a chance of 96.9 %.

- real images: as many images held out of training
- copies: A copy is a training image that is unchanged, moved by up to 2 pixels, mirrored, turned by right angles, negative, or a little lighter, darker or noisy. Copies that are turned by other angles, moved further, scaled or under strong noise may go unseen, however many. So may parts of an image, such as a half. Features, which are compared as the pictures are, may show some of these.
- sampled with ddpm, 20 steps, seed 7
- features of classifier of rings (a classifier trained on the training images, 64 numbers an image, 98.6 % right on held-out images), \`${'3'.repeat(64)}\`
- 2026-03-14, Onnoise 0.1.0; all measures with their intervals in \`evaluation.json\``);
  });

  it('keeps names from being Markdown', () => {
    const features = { ...exampleEvaluation().features, name: 'a | b <img> `c`\n# d' };
    expect(evaluationSection(exampleEvaluation({ features }))).toContain('a \\| b \\<img\\> \\`c\\` \\# d (');
    expect(evaluationSection(exampleEvaluation({ features: { ...features, width: 1 } }))).toContain(
      ', 1 number an image,',
    );
  });
});

describe('withEvaluation', () => {
  it('stands before the limits, and replaces what it wrote before', () => {
    const first = withEvaluation(CARD, exampleEvaluation());
    expect(first.match(/^## .*$/gm)).toEqual(['## Metrics', '## Evaluation', '## Limits']);
    const again = withEvaluation(
      first,
      exampleEvaluation({ memorisation: exampleMemorisation({ verdict: 'copies found' }) }),
    );
    expect(again.match(/^## .*$/gm)).toEqual(['## Metrics', '## Evaluation', '## Limits']);
    expect(again).toContain('Copies of training images were found.');
    expect(again).not.toContain('No copies');
    expect(withEvaluation(first, exampleEvaluation())).toBe(first);
  });

  it('stands at the end of another card, whose code it leaves alone', () => {
    const card = '# rings\n\n```sh\n## Evaluation\n# more\n```';
    const text = withEvaluation(card, exampleEvaluation());
    expect(text.startsWith(`${card}\n\n## Evaluation\n\n500 pictures`)).toBe(true);
    expect(withEvaluation(text, exampleEvaluation())).toBe(text);
  });

  it('keeps the line ends of the card', () => {
    const text = withEvaluation(CARD.replaceAll('\n', '\r\n'), exampleEvaluation());
    expect(text).not.toMatch(/[^\r]\n/);
  });
});

describe('writeCard', () => {
  it('writes the card and the figures into the folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'README.md'), CARD);
    await checkCard(folder);
    await writeCard(exampleEvaluation(), folder);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(withEvaluation(CARD, exampleEvaluation()));
    expect(JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8'))).toMatchObject({ version: 1 });
  });

  it('makes a card where there is none', async () => {
    const folder = temporaryFolder();
    await writeCard(exampleEvaluation(), folder);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(/^# rings\n\n## Evaluation\n/);
  });

  it('says before the work that a file is in the way', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'evaluation.json'));
    await expect(checkCard(folder)).rejects.toThrow(
      /the model card must be a file that can be written, there is a folder.*--no-card/,
    );
  });
});
