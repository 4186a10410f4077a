/**
 * The tests that tfjs-core's npm package ships, run on the tracer. None may be wrong. Those that the tracer refuses are kept in
 * refused.txt: `npm run test:tfjs -- -u` writes it anew.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { formatRefused, type Outcomes, sortOutcomes } from './outcomes.ts';

/** Tests that the tracer neither passes nor can pass. */
const EXCEPTIONS: Record<string, string> = {
  'exp int32': 'onnxruntime rounds exp(10) to the second nearest float32, and the test allows no more than the nearest',
  'gather throws when index is out of bound':
    'what an index is shows when the graph is run: onnxruntime refuses it then',
};

describe("tfjs' own tests", () => {
  let folder: string;
  let outcomes: Outcomes;

  beforeAll(async () => {
    // Below the packages that the bundle leaves outside.
    folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.tfjs-', import.meta.url)));
    const [program, results] = [join(folder, 'run.cjs'), join(folder, 'results.json')];
    await bundle(program);
    // In a process of its own: jasmine has globals, and native code that fails ends the process.
    await promisify(execFile)(process.execPath, [program, results], { maxBuffer: 2 ** 26 });
    outcomes = sortOutcomes(JSON.parse(await readFile(results, 'utf8')));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are never wrong on the tracer', () => {
    const wrong = [...outcomes.wrong].filter(([name]) => !(name in EXCEPTIONS));
    expect(Object.fromEntries(wrong)).toEqual({});
  });

  it('pass, but for those that are listed as refused', async () => {
    await expect(formatRefused(outcomes)).toMatchFileSnapshot('refused.txt');
    expect(outcomes.passed.length).toBeGreaterThan(3300);
  });

  it('have no exception that is none', () => {
    expect(Object.keys(EXCEPTIONS).filter((name) => !outcomes.wrong.has(name))).toEqual([]);
  });
});
