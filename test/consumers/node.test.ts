/** The libraries of Node, installed from their tarballs, compute what the sources compute, however and by whom they are loaded. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import * as runtime from '#runtime-node/index.ts';
import * as scheduler from '#scheduler/index.ts';
import { useProject } from '#test/consumers/project.ts';
import { ROOT } from '#test/repository.ts';
import * as tracer from '#tracer/index.ts';
import answers from './projects/answers/answers.cjs';

const MODEL = join(ROOT, 'models', 'digits');

const project = useProject(
  ['@onnoise/runtime-node', '@onnoise/tracer', '@tensorflow/tfjs'],
  ['answers', 'modules', 'commonjs'],
);
let expected: Record<string, string>;
beforeAll(async () => {
  expected = await answers({ scheduler, tracer, runtime, tf }, MODEL);
});

it.each(['modules', 'commonjs'])('a program of %s computes what the sources compute', async (folder) => {
  // Some versions of Node warn that a module is loaded by `require`.
  const options = { env: { NODE_NO_WARNINGS: '1' } };
  const { stdout, stderr } = await project().run(process.execPath, [join(folder, 'main.js'), MODEL], options);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(expected);
});

/** Programs of npm that run the same modules. They are no part of package-lock.json: each is 100 MB. */
const OTHERS = [
  [
    'deno, with the permissions of docs/install.md,',
    'deno@2.9.6',
    ['run', '--allow-read', '--allow-ffi', '--allow-env'],
  ],
  ['bun', 'bun@1.4.5', ['run']],
] as const;

it.each(OTHERS)('%s computes what Node computes', async (_, spec, words) => {
  const { stdout } = await project().run('npx', [spec, ...words, 'main.js', MODEL], { cwd: 'modules' });
  expect(JSON.parse(stdout)).toEqual(expected);
});
