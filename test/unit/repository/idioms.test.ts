import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

const code = repositoryFiles().filter((file) => /\.(ts|tsx|js|mjs)$/.test(file));

/** Places that spread an object literal, where its entries alone would say the same. */
function spreadLiterals(text: string): string[] {
  return text
    .split('\n')
    .map((line, i) => [i + 1, line.trim()] as const)
    .filter(([, line]) => /\.{3}\s*\{/.test(line))
    .map(([number, line]) => `${number}: ${line}`);
}

test('no object literal is spread only to pack lines', () => {
  const found = code.flatMap((file) => spreadLiterals(readText(file)).map((place) => `${file}:${place}`));
  expect(code.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});

/** Constants of a module that hold plain data (a number, a text, a pattern, a list or a set) and are not UPPER_CASE. */
function lowerConstants(text: string): string[] {
  const plain =
    /^(?:export )?const ([a-z]\w*)(?:: [^=\n]+)? =\s+(?:-?\d|['"`]|\/(?![/*])|new Set(?:<.*>)?\((?!\))|\[\s*(?:-?\d|['"`/[]))/gm;
  return [...text.matchAll(plain)].map((match) => match[1]!);
}

test('constants of plain data are UPPER_CASE', () => {
  const found = code.flatMap((file) => lowerConstants(readText(file)).map((name) => `${file}: ${name}`));
  expect(found).toEqual([]);
});

/** Functions of a module whose result may be null, without components. */
function nullResults(text: string): string[] {
  let name = '';
  return text.split('\n').flatMap((line) => {
    name = /^(?:export )?(?:async )?function (\w+)/.exec(line)?.[1] ?? name;
    const result = /^(?:export|async|function|\)).*\): ([^(){}]+) \{$|^\): ([^(){}]+) \{$/.exec(line);
    const type = result?.[1] ?? result?.[2] ?? '';
    return /\bnull\b/.test(type) && type !== 'JSX.Element | null' ? [name] : [];
  });
}

test('a function that may find nothing returns undefined, and null only where none is written down', () => {
  const allowed = [
    'runtime-web/src/session/download.ts: lengthOf', // total of a progress message
    'scheduler/src/rules/rule.ts: nullable', // for values of files and requests
    'scheduler/src/schedule/config.ts: readTrainedBetas', // trained_betas of a configuration
    'scheduler/src/schedule/config.ts: writtenBetas', // the same of a file
    'training/src/settings/class-count.ts: classesOf', // num_class_embeds of a configuration
  ];
  const packages = code.filter((file) => !file.startsWith('test/'));
  const found = packages.flatMap((file) => nullResults(readText(file)).map((name) => `${file}: ${name}`));
  expect(found.sort()).toEqual(allowed);
});
