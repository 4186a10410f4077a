import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PAPERS, type PaperId } from '#site/views/learn/cite.tsx';
import { ENTRIES, FURTHER, linkOf, ORDER } from '#site/views/learn/reading/papers.ts';
import { repositoryFiles } from '#test/repository.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const IDS = Object.keys(PAPERS) as PaperId[];

describe('the papers', () => {
  test('are listed once each', () => {
    const listed = [...ORDER, ...FURTHER.flatMap(({ papers }) => papers)];
    expect([...listed].sort()).toEqual([...IDS].sort());
    expect(Object.keys(ENTRIES).sort()).toEqual([...IDS].sort());
    const links = Object.values(ENTRIES).map(linkOf);
    expect(new Set(links).size).toBe(links.length);
  });

  test.each(IDS)('%s is written as its first author and its year, which its number agrees with', (id) => {
    const { authors, year, at } = ENTRIES[id];
    const names = authors.split(', ').map(
      (name) =>
        name
          .replace(/ and .*/, '')
          .split(' ')
          .at(-1)!,
    );
    const many = names.length > 2 || / and \w+ others/.test(authors);
    const first = many ? `${names[0]} et al.` : names.join(' & ');
    expect(PAPERS[id]).toBe(`${first} ${year}`);
    if ('arxiv' in at) {
      expect(at.arxiv).toMatch(/^\d{4}\.\d{4,5}$/);
      expect(2000 + Number(at.arxiv.slice(0, 2))).toBe(year);
      expect(at.arxiv.length).toBe(year < 2015 ? 9 : 10); // five digits since 2015
    }
  });

  test('are all cited by a chapter, but for those that are only to be read', async () => {
    const files = repositoryFiles().filter((file) => /^site\/views\/learn\/.*\.tsx$/.test(file));
    const texts = await Promise.all(files.map((file) => readFile(join(ROOT, file), 'utf8')));
    const cited = new Set(texts.flatMap((text) => [...text.matchAll(/<Cite of="(\w+)"/g)].map(([, id]) => id)));
    expect(IDS.filter((id) => !cited.has(id))).toEqual(['weng2021', 'karras2022', 'chan2024']);
  });
});
