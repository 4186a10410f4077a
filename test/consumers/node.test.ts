/** The libraries of Node, installed from their tarballs, compute what the sources compute, however they are loaded. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { installed, type Project } from '#test/consumers/project.ts';
import { ROOT } from '#test/repository.ts';
import * as runtime from '../../runtime-node/src/index.ts';
import * as scheduler from '../../scheduler/src/index.ts';
import * as tracer from '../../tracer/src/index.ts';
import answers from './projects/answers/answers.cjs';

const MODEL = join(ROOT, 'models', 'digits');

let project: Project;
let expected: Record<string, string>;
beforeAll(async () => {
  project = await installed(
    ['@onnoise/runtime-node', '@onnoise/tracer', '@tensorflow/tfjs'],
    'answers',
    'modules',
    'commonjs',
  );
  expected = await answers({ scheduler, tracer, runtime, tf }, MODEL);
});

it.each(['modules', 'commonjs'])('a program of %s computes what the sources compute', async (folder) => {
  const { stdout, stderr } = await project.run(process.execPath, [join(folder, 'main.js'), MODEL]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(expected);
});
