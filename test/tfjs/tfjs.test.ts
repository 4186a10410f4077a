/**
 * The tests that tfjs-core's npm package ships, run on the tracer. None may be wrong. Those that the tracer refuses are kept in
 * refused.txt, and by kernel in the tracer's README: `npm run test:tfjs -- -u` writes both anew.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { formatRefused, type Outcomes, sortOutcomes, withRefused } from './outcomes.ts';

/** Tests that the tracer neither passes nor can pass. */
const EXCEPTIONS: Record<string, string> = {
  'exp int32': 'onnxruntime rounds exp(10) to the second nearest float32, and the test allows no more than the nearest',
  'gather throws when index is out of bound':
    'what an index is shows when the graph is run: onnxruntime refuses it then',
};

describe("tfjs' own tests", () => {
  let folder: string;
  let inputs: Outcomes;
  let constants: Outcomes;

  beforeAll(async () => {
    // Below the packages that the bundle leaves outside.
    folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.tfjs-', import.meta.url)));
    const program = join(folder, 'run.cjs');
    await bundle(program);
    // In a process of its own: jasmine has globals, and native code that fails ends the process.
    const run = async (...options: string[]) => {
      const results = join(folder, `results${options.join('')}.json`);
      await promisify(execFile)(process.execPath, [program, results, ...options], { maxBuffer: 2 ** 26 });
      return sortOutcomes(JSON.parse(await readFile(results, 'utf8')));
    };
    [inputs, constants] = await Promise.all([run(), run('--with-constants')]);
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const wrong = (outcomes: Outcomes) => [...outcomes.wrong].filter(([name]) => !(name in EXCEPTIONS));

  it('are never wrong on the tracer', () => {
    expect(Object.fromEntries(wrong(inputs))).toEqual({});
  });

  it('are never wrong where every second tensor is a constant', () => {
    expect(Object.fromEntries(wrong(constants))).toEqual({});
  });

  it('pass, but for those that are listed as refused', async () => {
    await expect(formatRefused(inputs)).toMatchFileSnapshot('refused.txt');
    expect(inputs.passed.length).toBeGreaterThanOrEqual(3800);
  });

  it("are listed by kernel in the tracer's README", async () => {
    const readme = '../../tracer/README.md';
    const text = await readFile(fileURLToPath(new URL(readme, import.meta.url)), 'utf8');
    await expect(withRefused(text, formatRefused(inputs))).toMatchFileSnapshot(readme);
  });

  it('have all exceptions among them', () => {
    const names = new Set([...inputs.passed, ...inputs.wrong.keys()]);
    expect(Object.keys(EXCEPTIONS).filter((name) => !names.has(name))).toEqual([]);
  });
});
