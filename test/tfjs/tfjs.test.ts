/**
 * The tests that tfjs-core's npm package ships, run on the tracer. None may be wrong. Those that the tracer refuses are kept in
 * refused.txt, and by kernel in the tracer's README: `npx vitest run --project tfjs -u` writes both anew.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernels } from '#tracer/kernels/index.ts';
import { bundle } from './bundle.ts';
import { formatRefused, type Outcomes, sortOutcomes, withRefused } from './outcomes.ts';
import { WAYS, type Way } from './ways.ts';

/** Tests that the tracer neither passes nor can pass. */
const EXCEPTIONS: Record<string, string> = {
  'exp int32': 'onnxruntime rounds exp(10) to the second nearest float32, and the test allows no more than the nearest',
  'gather throws when index is out of bound':
    'what an index is shows when the graph is run: onnxruntime refuses it then',
};

/** Kernels that they do not run: test/unit/tracer/kernels.test.ts has these. */
const UNUSED = ['RotateWithOffset'];

describe("tfjs' own tests", () => {
  let folder: string;
  const outcomes: Partial<Record<Way, Outcomes>> = {};
  let ran: string[];

  beforeAll(async () => {
    // Below the packages that the bundle leaves outside.
    folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.tfjs-', import.meta.url)));
    const program = join(folder, 'run.cjs');
    await bundle(program);
    // In a process of its own: jasmine has globals, and native code that fails ends the process.
    const run = async (way: Way) => {
      const file = join(folder, `${way}.json`);
      await promisify(execFile)(process.execPath, [program, file, `--${way}`], { maxBuffer: 2 ** 26 });
      const found = JSON.parse(await readFile(file, 'utf8'));
      outcomes[way] = sortOutcomes(found.results);
      if (way === 'inputs') ran = found.ran;
    };
    const [first, ...others] = WAYS;
    // Two at a time.
    await Promise.all([run(first).then(() => run(others[0])), run(others[1]).then(() => run(others[2]))]);
  }, 900_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const wrong = (way: Way) => [...outcomes[way]!.wrong].filter(([name]) => !(name in EXCEPTIONS));

  it.each(WAYS)('are never wrong on the tracer: %s', (way) => {
    expect(Object.fromEntries(wrong(way))).toEqual({});
    expect(outcomes[way]!.passed.length).toBeGreaterThanOrEqual(3800);
  });

  it('run every kernel', () => {
    expect(Object.keys(kernels).filter((kernel) => !ran.includes(kernel))).toEqual(UNUSED);
  });

  it('pass, but for those that are listed as refused', async () => {
    await expect(formatRefused(outcomes.inputs!)).toMatchFileSnapshot('refused.txt');
  });

  it("are listed by kernel in the tracer's README", async () => {
    const readme = '../../tracer/README.md';
    const text = await readFile(fileURLToPath(new URL(readme, import.meta.url)), 'utf8');
    await expect(withRefused(text, formatRefused(outcomes.inputs!))).toMatchFileSnapshot(readme);
  });

  it('have all exceptions among them', () => {
    const names = new Set([...outcomes.inputs!.passed, ...outcomes.inputs!.wrong.keys()]);
    expect(Object.keys(EXCEPTIONS).filter((name) => !names.has(name))).toEqual([]);
  });
});
