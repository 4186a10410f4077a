import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

/** Comments of TypeScript, CSS, Python and shells, in the first group; then a string, a word, a number or a sign. */
const TOKENS =
  /("""[\s\S]*?"""|'''[\s\S]*?'''|\/\*[\s\S]*?\*\/|(?<![:\w'"`/])\/\/[^\n]*|(?<![\w'"`&])#\s[^\n]*)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[A-Za-z_$][\w$]*|\d[\w.]*|[^\s\w]/g;

/** Tokens of a file. Comments and blanks weigh nothing, a string is one token. */
const weigh = (text: string) => [...text.matchAll(TOKENS)].filter(([, comment]) => comment === undefined).length;

/** What counts: code of all kinds, without the values that tests read. */
const isCode = (file: string) => /\.([cm]?[jt]s|tsx|css|py|sh)$/.test(file) && !/^test\/.*data\//.test(file);

const BOUNDS = 'test/unit/repository/mass.json';

test('a comment weighs nothing, and a string is one token', () => {
  expect(weigh("/** A few words. */\nconst a = 'b // c'; // d\n")).toBe(5);
  expect(weigh('# A comment\nlet x = `1 2 3` + y.z')).toBe(8);
});

test('no package is heavier than its bound, and bounds follow where a package becomes lighter', () => {
  const bounds = JSON.parse(readText(BOUNDS)) as Record<string, number>;
  const weights = new Map<string, number>();
  for (const file of repositoryFiles().filter(isCode)) {
    const folder = file.includes('/') ? file.split('/')[0]! : '.';
    weights.set(folder, (weights.get(folder) ?? 0) + weigh(readText(file)));
  }
  const names = new Set([...weights.keys(), ...Object.keys(bounds)]);
  const wrong = [...names].flatMap((name) => {
    const [weight, bound] = [weights.get(name) ?? 0, bounds[name] ?? 0];
    if (weight > bound) return [`${name} weighs ${weight} tokens, more than ${bound}: take out as much as you bring`];
    return weight < 0.97 * bound - 200 ? [`${name} weighs ${weight} tokens: lower its bound of ${bound}`] : [];
  });
  expect(wrong, BOUNDS).toEqual([]);
});
