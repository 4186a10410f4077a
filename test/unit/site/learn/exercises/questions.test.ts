/** The three questions of the sheet, beside those of the teacher's page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { QUESTIONS } from '#site/views/learn/exercises/exercise-sheet.tsx';

const TEACHING = join(import.meta.dirname, '..', '..', '..', '..', '..', 'docs', 'teaching', 'README.md');
/** Without marks: the page and Markdown have other quotes and stresses. */
const letters = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, ' ').toLowerCase();

test('the three questions are worth what docs/teaching says', async () => {
  const rows = (await readFile(TEACHING, 'utf8')).split('\n').map(letters);
  for (const { question, worth } of QUESTIONS) {
    expect(rows, question).toContain(` ${[question, ...worth].map((cell) => letters(cell).trim()).join(' ')} `);
  }
});
