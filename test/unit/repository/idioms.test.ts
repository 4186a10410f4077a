import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

const code = repositoryFiles().filter((file) => /\.(ts|tsx|js|mjs)$/.test(file));

/** Places of a spread of an object literal, which says nothing that its entries alone would not say. */
function spreadLiterals(text: string): string[] {
  return text
    .split('\n')
    .map((line, i) => [i + 1, line.trim()] as const)
    .filter(([, line]) => /\.{3}\s*\{/.test(line))
    .map(([number, line]) => `${number}: ${line}`);
}

test('a spread of an object literal is seen', () => {
  expect(spreadLiterals(`const a = {\n  ..${'.{ b: 1, c: 2 }'},\n};`)).toEqual([`2: ..${'.{ b: 1, c: 2 }'},`]);
  expect(spreadLiterals('const { a, ...rest } = { ...b, ...(c ? {} : d) };')).toEqual([]);
});

test('no object literal is spread only to pack lines', () => {
  const found = code.flatMap((file) => spreadLiterals(readText(file)).map((place) => `${file}:${place}`));
  expect(code.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});
