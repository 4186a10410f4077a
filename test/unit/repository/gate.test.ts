import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLAKY, LAST, runGate } from '#test/gate/gate.ts';
import type { FileReport, RunReport } from '#test/gate/report.ts';
import { judge, slowest } from '#test/gate/verdict.ts';
import { ROOT } from '#test/repository.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';

const PASSES = "it('passes', () => {});\n";
const FAILS = "it('fails', () => { throw new TypeError('no\\nsecond line'); });\n";
/** Once. */
const FLAKES = `it('flakes', async () => {
  const { existsSync, writeFileSync } = await import('node:fs');
  const known = existsSync('seen');
  writeFileSync('seen', '');
  if (!known) throw new Error('a port was taken');
});\n`;

/** A project of these test files with a gate over it. */
function gateOf(files: Readonly<Record<string, string>>) {
  const root = temporaryFolder();
  mkdirSync(join(root, 'test'));
  const report = join(ROOT, 'test', 'support', 'gate', 'report.ts');
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `import { gateReporter } from ${JSON.stringify(report)};
     export default { test: { reporters: [gateReporter()], globals: true, projects: [{ test: { name: 'unit', globals: true, include: ['test/*.ts'] } }] } };`,
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'test', name), text);
  const said: string[] = [];
  const run = () => runGate({ root, groups: [['unit']], say: (line) => said.push(line), output: 'ignore' });
  return { root, run, last: () => said.at(-1)!.trim().split('\n') };
}

describe('runGate', () => {
  it('is red for what fails twice, and names it with the first line of its error', async () => {
    const { run, last, root } = gateOf({ 'a.ts': PASSES, 'b.ts': FAILS });
    expect(await run()).toBe(1);
    expect(last()).toEqual(['FAIL unit test/b.ts fails: TypeError: no', '1 passed, 1 failed, 0 skipped']);
    expect(slowest(JSON.parse(readFileSync(join(root, LAST), 'utf8'))).join('\n')).toMatch(/ s {2}unit test\/b\.ts/);
  });

  it('is green for what passes alone, lists it, and is red when it flakes again', async () => {
    const { run, last, root } = gateOf({ 'a.ts': PASSES, 'b.ts': FLAKES });
    expect(await run()).toBe(0);
    expect(last().at(-2)).toMatch(/^\d{4}-\d\d-\d\d unit test\/b\.ts flakes: Error: a port was taken$/);
    expect(last().at(-1)).toBe('2 passed, 0 failed, 0 skipped');
    const list = readFileSync(join(root, FLAKY), 'utf8');
    expect(list).toBe(`${last().at(-2)}\n`);

    const again = gateOf({ 'a.ts': PASSES, 'b.ts': FLAKES });
    writeFileSync(join(again.root, FLAKY), list);
    expect(await again.run()).toBe(1);
    expect(again.last()).toContain('Red, for test/b.ts was flaky before: mend its cause, then take it off the list.');
    expect(readFileSync(join(again.root, FLAKY), 'utf8')).toBe(list);
  });

  it('is red where vitest cannot begin, and for a file that cannot be read', async () => {
    const none = gateOf({});
    expect(await none.run()).toBe(1);
    expect(none.last()[0]).toMatch(/^FAIL vitest ended with 1/);
    const broken = gateOf({ 'a.ts': "import './missing.ts';" });
    expect(await broken.run()).toBe(1);
    expect(broken.last()[0]).toMatch(/^FAIL unit test\/a\.ts Error: /);
  });
});

describe('judge', () => {
  const file = (name: string, failures = 0): FileReport => ({
    project: 'unit',
    file: name,
    seconds: 1,
    passed: 1,
    skipped: 0,
    failures: Array.from({ length: failures }, (_, i) => ({ test: `test ${i}`, error: `Error: ${'x'.repeat(300)}` })),
  });
  const report = (files: FileReport[], errors: string[] = []): RunReport => ({ files, errors });
  const names = (n: number) => Array.from({ length: n }, (_, i) => `${i}.ts`);

  it('is red for more than three flaky files', () => {
    const judgement = (n: number) =>
      judge(report(names(n).map((name) => file(name, 1))), report(names(n).map((name) => file(name))), '', 'list');
    expect(judgement(3)).toMatchObject({ red: false, flaky: { length: 3 } });
    expect(judgement(4).red).toBe(true);
  });

  it('is red for an error that belongs to no file', () => {
    const { red, lines } = judge(report([file('a.ts')], ['Error: late']), report([]), '', 'list');
    expect(red).toBe(true);
    expect(lines).toEqual(['FAIL Error: late', '1 passed, 1 failed, 0 skipped']);
  });

  it('says it in at most twenty lines, which fit a screen', () => {
    const { lines } = judge(report([file('a.ts', 15), file('b.ts', 15)]), report([]), '', 'list');
    expect(lines).toHaveLength(20);
    expect(lines.at(-2)).toBe('and 12 more, above');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(200);
  });
});
