import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const config = join(root, 'test', 'support', 'skips', 'vitest.config.ts');

/** Runs a file of test/support/skips in vitest. Returns its output, and the lines below `Skipped:` if there are any. */
const run = (...args: string[]): Promise<{ text: string; skipped: string[] | undefined }> =>
  new Promise((resolve) => {
    const command = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', config, ...args];
    const env = { ...process.env, NO_COLOR: '1', GITHUB_ACTIONS: '' };
    execFile(process.execPath, command, { cwd: root, env }, (_, stdout, stderr) => {
      const block = stdout.split('Skipped:\n')[1];
      resolve({ text: `${stdout}${stderr}`, skipped: block?.trimEnd().split('\n') });
    });
  });

describe('skipReporter', () => {
  it('ends the run with one line a reason, beside what the other reporter says', async () => {
    const { text, skipped } = await run('skips.ts');
    expect(text).toMatch(/Tests .*1 passed/);
    expect(skipped).toEqual([
      '  4 tests: no engine: install one [engine; model > runs on the engine; and 1 more]',
      '  2 tests: no disk: buy one [model > exports 1; model > exports 2]',
      '  1 test: no GPU: run where one is [model > samples]',
      '  1 test: no sleep [model > dreams (skipped: no sleep)]',
      '  1 test: no reason given [is silent]',
    ]);
  });

  it('names of the tests that -t chooses those that are skipped', async () => {
    expect((await run('skips.ts', '-t', 'model (runs|samples)')).skipped).toEqual([
      '  1 test: no engine: install one [model > runs on the engine]',
      '  1 test: no GPU: run where one is [model > samples]',
    ]);
  });

  it.each([
    ['where none is skipped, whatever -t leaves out', ['skips.ts', '-t', 'loads'], /Tests .*1 passed \| \d+ skipped/],
    ['of tests whose hook failed, which are told of as failures', ['broken.ts'], /Error: as it should/],
  ])('prints nothing %s', async (_, args, message) => {
    const { text, skipped } = await run(...args);
    expect(text).toMatch(message);
    expect(skipped).toBeUndefined();
  });
});
