/** The catalogue of the page's texts is that of its source. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { catalogueText, readCatalogue, TEXTS } from '#site/build/texts/catalogue.ts';
import { readLocale } from '#site/build/texts/locale.ts';

it('site/texts/en.json is what "npm run texts" writes', async () => {
  expect(await readFile(join(TEXTS, 'en.json'), 'utf8')).toBe(catalogueText(await readCatalogue()));
}, 300_000);

it('a locale says what its file says, at a place of its own first, and counts what is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-texts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'xx.json'), '{ "Sample": "A", "site/b.ts: Sample": "B" }');
  const locale = await readLocale('xx', folder);
  const message = (text: string) =>
    ({ text, kind: 'string', range: [0, 0], around: ['', ''], places: new Map() }) as const;
  expect([locale.say(message('Sample'), 'site/a.ts'), locale.say(message('Sample'), 'site/b.ts')]).toEqual(['A', 'B']);
  expect(locale.say(message('Train'), 'site/a.ts')).toBeUndefined();
  expect([...locale.missing]).toEqual(['Train']);
  await expect(readLocale('yy', folder)).rejects.toThrow(
    /--locale must be qps or name a file of texts, .*, received "yy", and/,
  );
});
