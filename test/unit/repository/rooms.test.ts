import { dirname, join } from 'node:path/posix';
import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

/** The rooms of pipeline/src from the ground up: each may import those before it. */
const ORDER = [
  'text files install terminal',
  'model folder pictures medical data train',
  'import trace phantom bulk evaluate export setup',
  'api commands',
].flatMap((floor) => floor.split(' '));

const files = repositoryFiles();
const code = files.filter((file) =>
  /^(scheduler|tracer|pipeline|runtime-node|server|onnoise|runtime-web|site)\/.*\.tsx?$/.test(file),
);

interface Manifest {
  imports?: Record<string, string>;
}

/** Of the nearest package.json, as Node reads them. */
const aliasesOf = (folder: string) => (JSON.parse(readText(join(folder, 'package.json'))) as Manifest).imports ?? {};
const own = Object.entries(aliasesOf('site')).map(([name, path]) => [name, join('site', path)] as const);
const common = Object.entries(aliasesOf('.'));

/** The files that a file imports, types included, which Biome's rule leaves out. */
function importsOf(file: string): string[] {
  const names = [...readText(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+\.tsx?)'/g)].map(([, name]) => name!);
  return names.map((name) => {
    if (name.startsWith('.')) return join(dirname(file), name);
    const found = (file.startsWith('site/') ? own : common).find(([alias]) => name.startsWith(alias.slice(0, -1)));
    return found ? join(found[1].slice(0, -1), name.slice(found[0].length - 1)) : name;
  });
}

const graph = new Map(code.map((file) => [file, importsOf(file).filter((name) => code.includes(name))]));

/** Circles, each once, starting at the node where the walk met it. */
function findCircles(nodes: ReadonlyMap<string, Iterable<string>>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];
  const walk = (node: string, path: readonly string[]) => {
    const at = path.indexOf(node);
    if (at >= 0) circles.push(path.slice(at));
    if (at >= 0 || done.has(node)) return;
    for (const next of nodes.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of nodes.keys()) walk(node, []);
  return circles;
}

function foldersOf(nodes: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const [file, names] of nodes) {
    const from = dirname(file);
    const others = names.map(dirname).filter((folder) => folder !== from);
    folders.set(from, new Set([...(folders.get(from) ?? []), ...others]));
  }
  return folders;
}

test('a circle is found', () => {
  expect(findCircles(new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: ['b'], d: [] })))).toEqual([['b', 'c']]);
  const mutual = new Map(Object.entries({ 'a/x': ['b/x'], 'b/y': ['a/y'], 'b/x': [], 'a/y': [] }));
  expect(findCircles(foldersOf(mutual))).toEqual([['a', 'b']]);
});

test('no file and no folder is part of a circle of imports', () => {
  expect([...graph.values()].flat().length).toBeGreaterThan(2000);
  expect(findCircles(graph)).toEqual([]);
  expect(findCircles(foldersOf(graph))).toEqual([]);
});

test('a room of the pipeline imports those below it', () => {
  const room = (file: string) => /^pipeline\/src\/([^/]+)\//.exec(file)?.[1];
  const climbs = [...graph].flatMap(([file, names]) => {
    const from = room(file);
    if (from === undefined) return [];
    const above = names.filter((name) => ORDER.indexOf(room(name) ?? 'none') > ORDER.indexOf(from));
    return ORDER.includes(from) ? above.map((name) => `${file} > ${name}`) : [`${file} is in no room`];
  });
  expect(climbs).toEqual([]);
});

test('no folder holds more than 25 files', () => {
  const counts = new Map<string, number>();
  const counted = files.filter((file) => /\.(tsx?|mjs|js|py|css|json|md)$/.test(file) && !file.includes('/data/'));
  for (const folder of counted.map(dirname)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 25)).toEqual([]);
});
