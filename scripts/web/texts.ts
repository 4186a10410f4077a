/** Writes the catalogue of the page's texts, site/texts/en.json: `npm run texts`. With a locale it says what that one lacks. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodeOf } from '../../base/src/terminal/errors.ts';
import { catalogueText, readCatalogue, TEXTS } from '../../site/build/texts/catalogue.ts';

try {
  const catalogue = await readCatalogue();
  await mkdir(TEXTS, { recursive: true });
  await writeFile(join(TEXTS, 'en.json'), catalogueText(catalogue));
  console.log(`site/texts/en.json has ${catalogue.size} texts.`);
  for (const locale of process.argv.slice(2)) await compare(locale, new Set(catalogue.keys()));
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** What to translate, and what is no longer said. */
async function compare(locale: string, all: ReadonlySet<string>): Promise<void> {
  const said = JSON.parse(await readFile(join(TEXTS, `${locale}.json`), 'utf8')) as object;
  const keys = new Set(Object.keys(said).map((key) => key.replace(/^site\/[^:]*: /, '')));
  const list = (words: string, from: ReadonlySet<string>, without: ReadonlySet<string>) => {
    const left = [...from].filter((key) => !without.has(key));
    console.log([`\n${locale}: ${left.length} ${words}`, ...left].join('\n  '));
  };
  list('texts to translate', all, keys);
  list('translations of texts that the page no longer has', keys, all);
}
