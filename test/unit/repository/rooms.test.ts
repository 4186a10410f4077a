import { dirname, join } from 'node:path/posix';
import { expect, test } from 'vitest';
import { isCodeOf, readText, repositoryFiles, SOURCES } from '#test/repository.ts';

/** The packages and their rooms from the ground up: each may import those before it. */
const ORDER = [
  'scheduler tracer runtime-node server',
  'base/text base/files base/install base/arrays base/dicom base/pictures base/folders base/labels base/terminal',
  'medical',
  'training/layers training/optimizer training/privacy training/model training/data training/folder training/step training/settings training/saved training/engines',
  'training/tensorboard training/autoencoder training/fine-tuning training/plan training/pictures training/lessons training/run',
  'training',
  'evaluation/sets evaluation/pictures evaluation/measures evaluation/sampling evaluation/features evaluation/parts',
  'evaluation/memorisation evaluation/report evaluation/compare evaluation/membership evaluation/utility evaluation/privacy',
  'evaluation phantom',
  'pipeline/import pipeline/trace pipeline/pictures pipeline/bulk pipeline/jobs pipeline/export pipeline/setup pipeline/anomaly',
  'pipeline/commands pipeline onnoise',
].flatMap((floor) => floor.split(' '));
/** The page's rooms and those of scripts, likewise. */
const PAGE_ORDER = [
  'site/public site/sw site/style site/state site/components',
  'site/views/forward site/views/model site/views/game site/views/sample site/views/train site/views/learn',
  'site/shell site/first-view site/build site',
  'scripts/packages scripts/release scripts/api scripts/web scripts/learn scripts/bench scripts/golden scripts/medical scripts/mutate scripts',
].flatMap((floor) => floor.split(' '));
const PACKAGES = SOURCES.filter((folder) => folder !== 'site');
/** Those whose folders are rooms. */
const DIVIDED = new Set(ORDER.filter((room) => room.includes('/')).map((room) => room.split('/')[0]!));

const files = repositoryFiles();
const code = files.filter((file) => isCodeOf([...SOURCES, 'scripts'], file) || /^site\/.*\.css$/.test(file));

interface Manifest {
  imports?: Record<string, string>;
  exports?: Record<string, string> | string;
}

/** Of the nearest package.json, as Node reads them. */
const aliasesOf = (folder: string) => (JSON.parse(readText(join(folder, 'package.json'))) as Manifest).imports ?? {};
const own = Object.entries(aliasesOf('site')).map(([name, path]) => [name, join('site', path)] as const);
const common = Object.entries(aliasesOf('.'));

const exported = PACKAGES.flatMap((folder) => {
  const { exports = {} } = JSON.parse(readText(join(folder, 'package.json'))) as Manifest;
  const entries = Object.entries(typeof exports === 'string' ? { '.': exports } : exports);
  return entries.map(([path, target]) => [join('@onnoise', folder, path), join(folder, target)] as const);
});
const exportedFiles = new Map(exported);

/** The names in a file's imports, types included, which Biome's rule leaves out. */
function namesIn(file: string): string[] {
  const text = readText(file).replaceAll(/^ *\*.*$/gm, ''); // without the examples of comments
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name!);
}

/** The file that a file's import names. */
function fileOf(file: string, name: string): string {
  if (name.startsWith('.')) return join(dirname(file), name);
  const found = (file.startsWith('site/') ? own : common).find(([alias]) => name.startsWith(alias.slice(0, -1)));
  if (found) return join(found[1].slice(0, -1), name.slice(found[0].length - 1));
  return exportedFiles.get(name) ?? name;
}

const CODE = new Set(code);
const importsOf = (file: string, names = namesIn(file)): string[] =>
  names.map((name) => fileOf(file, name)).filter((name) => CODE.has(name));

const graph = new Map(code.map((file) => [file, importsOf(file)]));

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

/** `training/step`, or the package alone where its folders are no rooms. */
function roomOf(file: string): string | undefined {
  const [folder, src, room, ...rest] = file.split('/');
  if (folder === undefined || !PACKAGES.includes(folder) || src !== 'src') return undefined;
  return DIVIDED.has(folder) && rest.length > 0 ? `${folder}/${room}` : folder;
}

/** `site/views/game`, `scripts/web`, or the folder alone of what lies in none of its rooms. */
function pageRoomOf(file: string): string | undefined {
  const [folder, ...rest] = file.split('/').slice(0, -1);
  if (folder !== 'site' && folder !== 'scripts') return undefined;
  return [folder, ...rest.slice(0, rest[0] === 'views' ? 2 : 1)].join('/');
}

test('a room of the page, or of scripts, imports those below it', () => {
  const climbs = [...graph].flatMap(([file, names]) => {
    const from = pageRoomOf(file);
    if (from === undefined) return [];
    if (!PAGE_ORDER.includes(from)) return [`${file} is in no room`];
    const above = names.filter((name) => PAGE_ORDER.indexOf(pageRoomOf(name) ?? from) > PAGE_ORDER.indexOf(from));
    return above.map((name) => `${file} > ${name}`);
  });
  expect(climbs).toEqual([]);
});

test('a room imports those below it', () => {
  const climbs = [...graph].flatMap(([file, names]) => {
    const from = roomOf(file);
    if (from === undefined || from === 'runtime-web') return [];
    if (!ORDER.includes(from)) return [`${file} is in no room`];
    const above = names.filter((name) => ORDER.indexOf(roomOf(name) ?? from) > ORDER.indexOf(from));
    return above.map((name) => `${file} > ${name}`);
  });
  expect(climbs).toEqual([]);
});

test('a package imports others by their names, since paths out of it are not published', () => {
  const published = code.filter((file) => PACKAGES.some((folder) => file.startsWith(`${folder}/src/`)));
  const out = published.flatMap((file) => {
    const paths = namesIn(file).filter((name) => name.startsWith('.'));
    return paths
      .filter((path) => join(dirname(file), path).split('/')[0] !== file.split('/')[0])
      .map((path) => `${file} > ${path}`);
  });
  expect(published.length).toBeGreaterThan(500);
  expect(out).toEqual([]);
});

test('no package is a quarter of the source', () => {
  const lines = new Map<string, number>();
  for (const file of files.filter((name) => /\.(tsx?|mjs|py|css)$/.test(name) && !/^(test|docs)\//.test(name))) {
    const folder = file.split('/')[0]!;
    lines.set(folder, (lines.get(folder) ?? 0) + readText(file).split('\n').length);
  }
  const all = [...lines.values()].reduce((a, b) => a + b);
  expect([...lines].filter(([, count]) => count >= all / 4)).toEqual([]);
});

test('the README is one short story', () => {
  expect(readText('README.md').split(/\s+/).length).toBeLessThanOrEqual(701);
});

test('no folder holds more than 25 files', () => {
  const counts = new Map<string, number>();
  const counted = files.filter((file) => /\.(tsx?|mjs|js|py|css|json|md)$/.test(file) && !file.includes('/data/'));
  for (const folder of counted.map(dirname)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 25)).toEqual([]);
});

/** The files that are loaded with a file, types left out; with `lazy` also what it may load later, such as the programs of its processes. */
function loadedWith(start: string, lazy: boolean): string[] {
  const names = lazy ? /(?:\bfrom|\bimport|\bnew URL)\s*\(?\s*'([^']+)'/g : /(?:\bfrom|\bimport)\s*'([^']+)'/g;
  const loaded = new Set([start]);
  for (const file of loaded) {
    const text = readText(file)
      .replaceAll(/^ *\*.*$/gm, '')
      .replaceAll(/\b(?:import|export) type [^;]*?'[^']+'|\btypeof import\('[^']+'\)/g, '');
    for (const next of importsOf(
      file,
      [...text.matchAll(names)].map(([, name]) => name!),
    ))
      loaded.add(next);
  }
  return [...loaded];
}

const linesOf = (paths: readonly string[]) =>
  paths.reduce((sum, file) => sum + readText(file).trimEnd().split('\n').length, 0);

/** Readers of the files that an option names, as --masks and --format dicom do: loaded with these. */
const BY_OPTION = /^(medical|base\/src\/(pictures|labels|folders)|scheduler\/src\/model\/png)\//;

test.each([
  { command: 'sample', most: 9500, later: 12_000 },
  { command: 'serve', most: 8500, later: 20_700 },
  { command: 'generate', most: 8900, later: 12_200 },
  { command: 'worker', most: 8600, later: 12_300 },
])('$command loads no tracer, no training and no evaluation, and few lines', ({ command, most, later }) => {
  const start = `pipeline/src/commands/${command}.ts`;
  const [first, all] = [loadedWith(start, false), loadedWith(start, true)];
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter((file) => /^(tracer|training|evaluation)\//.test(file))).toEqual([]);
  expect(linesOf(first)).toBeLessThanOrEqual(most);
  expect(linesOf(all.filter((file) => !BY_OPTION.test(file)))).toBeLessThanOrEqual(later);
});
