import { dirname, join } from 'node:path/posix';
import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

const code = repositoryFiles().filter((file) =>
  /^(scheduler|tracer|pipeline|runtime-node|server|onnoise|runtime-web)\/.*\.tsx?$/.test(file),
);
const aliases = JSON.parse(readText('package.json')).imports as Record<string, string>;

/** The files that a file imports, types included, which Biome's rule leaves out. */
function importsOf(file: string): string[] {
  const names = [...readText(file).matchAll(/(?:\bfrom|\bimport) '([^']+\.tsx?)'/g)].map(([, name]) => name!);
  return names.map((name) => {
    if (name.startsWith('.')) return join(dirname(file), name);
    const alias = Object.keys(aliases).find((key) => name.startsWith(key.slice(0, -1)));
    return alias === undefined ? name : join(aliases[alias]!.slice(0, -1), name.slice(alias.length - 1));
  });
}

/** Circles of imports, each once, starting at the file where the walk met it. */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];
  const walk = (file: string, path: readonly string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push(path.slice(at));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

test('a circle is found', () => {
  expect(findCircles(new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: ['b'], d: [] })))).toEqual([['b', 'c']]);
});

test('no two files import each other', () => {
  const graph = new Map(code.map((file) => [file, importsOf(file)]));
  expect([...graph.values()].flat().filter((file) => graph.has(file)).length).toBeGreaterThan(500);
  expect(findCircles(graph)).toEqual([]);
});
