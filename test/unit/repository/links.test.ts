/** Links of the documentation lead to a file of the repository, and within a page to one of its headings. */
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

const FILES = repositoryFiles();
const KNOWN = new Set(['.', ...FILES, ...FILES.flatMap(foldersOf)]);
const PAGES = FILES.filter((file) => file.endsWith('.md'));

function foldersOf(file: string): string[] {
  const folder = posix.dirname(file);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
}

const withoutCode = (page: string) => readText(page).replace(/^( *)```.*?^\1```/gms, '');

/** As GitHub makes them; the second of a name ends in -1. */
function anchorsOf(page: string): string[] {
  const titles = [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!);
  const names = titles.map((title) => {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[^\p{L}\p{N}\s_-]/gu, '');
    return plain.trim().toLowerCase().replaceAll(' ', '-');
  });
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before}`;
  });
}

function faultOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path)).replace(/\/$/, '');
  if (!KNOWN.has(target)) return `no file ${target}`;
  if (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).includes(anchor)) return undefined;
  return `no heading #${anchor} in ${target}`;
}

const faultsOf = (page: string, text: string): string[] => {
  const prose = text.replace(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)|\b(?:src|href)="([^"]+)"/g)].map(([, to, of]) => (to ?? of)!);
  const relative = links.filter((link) => !/^[a-z][a-z+.-]*:|^\/\//.test(link));
  return relative.flatMap((link) => faultOf(page, link) ?? []).map((fault) => `${page}: ${fault}`);
};

test('every relative link of a page leads to a file, and to a heading of it', () => {
  expect(PAGES.flatMap((page) => faultsOf(page, withoutCode(page)))).toEqual([]);
});

test('a link to nothing is found', () => {
  const text =
    '[a](sampling/none.md), [b `c`](data.md#none), ![d](../README.md) and [e](#none) `[f](g.md)` [h](https://i.j)';
  expect(faultsOf('docs/README.md', text)).toEqual([
    'docs/README.md: no file docs/sampling/none.md',
    'docs/README.md: no heading #none in docs/data.md',
    'docs/README.md: no heading #none in docs/README.md',
  ]);
});
