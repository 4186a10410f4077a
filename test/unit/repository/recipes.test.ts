/** The lists of files in the recipes of CONTRIBUTING.md are correct. */
import { describe, expect, test } from 'vitest';
import { isCodeOf, readText, repositoryFiles, SOURCES } from '#test/repository.ts';

const FILES = new Set(repositoryFiles());
const product = [...FILES].filter((file) => isCodeOf(SOURCES, file));

interface Recipe {
  title: string;
  /** Files that exist. */
  named: string[];
  /** Path patterns of the files to add. */
  added: string[];
}

function readRecipes(text: string): Recipe[] {
  const section = text.split(/^## /m).find((part) => part.startsWith('Recipes')) ?? '';
  return section
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const list = part.split('\n').filter((line) => line.startsWith('- '));
      const paths = list.flatMap((line) => [...line.matchAll(/`([^`\s]+)`/g)].map(([, path]) => path!));
      return {
        title: part.slice(0, part.indexOf('\n')),
        named: paths.filter((path) => !path.includes('<')),
        added: paths.filter((path) => path.includes('<')),
      };
    });
}

const recipes = readRecipes(readText('CONTRIBUTING.md'));

describe.each(recipes)('$title', ({ named, added }) => {
  test('names files that exist', () => {
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((file) => !FILES.has(file))).toEqual([]);
  });

  test('puts new files into folders that exist', () => {
    const folders = added.map((path) => path.slice(0, path.indexOf('<')));
    expect(folders.filter((folder) => ![...FILES].some((file) => file.startsWith(folder)))).toEqual([]);
  });
});

/** Code without its comments. */
const codeOf = (file: string) => readText(file).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** Files outside `own` that mention one thing of a kind: adding another means checking each of them. */
function speakOf(pattern: RegExp, own: RegExp): string[] {
  return product.filter((file) => !own.test(file) && pattern.test(codeOf(file)));
}

test.each([
  [
    'a sampler',
    /'ddim'|\/ddim\.ts/,
    /sampling\/methods\/ddim|sampling\/(round-trip|distilled)|views\/(game\/(rules\/presentation|round)|learn\/(learning\/errors|sampling\/pair))/,
  ],
  ['a network', /SimpleUnet|simple-unet/, /model\/simple-unet/],
  ['a data format', /IDX files|\/idx\.ts/, /data\/sources\/(idx|digits)/],
  ['a view of the page', /\bforward: '|'forward'|views\/forward|import\(.*views/, /views\/(forward|learn\/destroy)\//],
] as const)('the recipe for %s leaves out no file that speaks of one', (thing, pattern, own) => {
  const { named } = recipes.find(({ title }) => title === `Add ${thing}`)!;
  const found = speakOf(pattern, own);
  expect(found).not.toEqual([]);
  expect(found.filter((file) => !named.includes(file))).toEqual([]);
});

test('the recipe for a kernel row holds for every family', () => {
  const { named } = recipes.find(({ title }) => title === 'Add a kernel row')!;
  const families = [...readText('tracer/src/kernels/index.ts').matchAll(/from '\.\/tensors\/([\w-]+)\.ts'/g)].map(
    ([, name]) => name!,
  );
  const others = families.filter((name) => name !== 'row');
  expect(others.length).toBeGreaterThan(5);
  for (const family of others) {
    for (const file of named) expect(FILES).toContain(file.replace('elementwise', family));
  }
});
