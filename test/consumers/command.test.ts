/** `npm install onnoise`: the command and its libraries, from a folder of pictures to a sheet, and the parts that are asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useProject } from '#test/consumers/project.ts';
import { saveLayersModel } from '#test/models/saved-models.ts';
import { writeGrayPictures } from '#test/pictures/images.ts';

const project = useProject(['onnoise'], ['training']);
beforeAll(() => writeGrayPictures(join(project().folder, 'training', 'pictures')));

const onnoise = (...args: string[]) => project().run('npx', ['onnoise', ...args], { cwd: 'training' });

/** Width and height of a picture in the project. */
const sizeOf = async (path: string) => {
  const { width, height } = await sharp(join(project().folder, 'training', path)).metadata();
  return [width, height];
};

describe('the command', () => {
  it('names itself and its version', async () => {
    const { version } = JSON.parse(
      await readFile(join(project().folder, 'node_modules', 'onnoise', 'package.json'), 'utf8'),
    );
    expect((await onnoise('--version')).stdout).toContain(version);
    expect((await onnoise('train', '--help')).stdout).toMatch(/^onnoise train \[options\]/);
  });

  it('trains, exports and samples', async () => {
    await onnoise('train', '--config', 'tiny.json', '--out', 'runs/tiny');
    await onnoise('export', '--run', 'runs/tiny', '--out', 'models/tiny');
    await onnoise('sample', '--model', 'models/tiny', '--count', '4', '--steps', '4', '--out', 'out/sheet.png');
    const [width, height] = await sizeOf('out/sheet.png');
    expect(width! * height!).toBeGreaterThanOrEqual(4 * 8 * 8);
  });

  it('draws phantoms, in threads', async () => {
    await onnoise('phantom', '--count', '160', '--size', '32', '--threads', '2', '--out', 'hands');
    const table = await readFile(join(project().folder, 'training', 'hands', 'hands.csv'), 'utf8');
    expect(table.trim().split('\n')).toHaveLength(161);
    expect(await sizeOf('hands/images/160.png')).toEqual([32, 32]);
  });
});

it('the command traces a model of TensorFlow.js', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'line' })] });
  await saveLayersModel(join(project().folder, 'training', 'saved'), model);
  const { stdout } = await onnoise('trace', 'saved', '--out', 'out/line.onnx');
  expect(stdout).toContain('Outputs: line float32[batch, 2]\n');
  expect((await readFile(join(project().folder, 'training', 'out', 'line.onnx'))).length).toBeGreaterThan(100);
});

it('the libraries do the same without the terminal', async () => {
  const { stdout, stderr } = await project().run(process.execPath, ['main.js'], { cwd: 'training' });
  expect(stderr).toBe('');
  const { count, losses, bytes, shape, finite } = JSON.parse(stdout);
  expect({ count, shape, finite }).toEqual({ count: 12, shape: [1, 8, 8], finite: true });
  expect(losses).toHaveLength(2);
  for (const loss of losses) expect(loss).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(1000);
  expect(await sizeOf('sheet.png')).toEqual(await sizeOf('out/sheet.png'));
});

describe('what only some commands need', () => {
  /** The line that a command gives for the packages that it misses. */
  async function askedFor(...args: string[]): Promise<string[]> {
    const { code, stderr } = await project().attempt('npx', ['onnoise', ...args], { cwd: 'training' });
    expect(stderr).toMatch(/^Cannot .+ must be installed, received none\. To install it: npm install \S/m);
    expect(code).toBe(2);
    return /To install it: npm (install .+)$/m.exec(stderr)![1]!.split(' ');
  }

  it('is not there until it is asked for', async () => {
    const { stdout } = await project().run('npm', ['ls', '--all', '--parseable']);
    const names = stdout.split('\n').map((path) => path.replaceAll('\\', '/').split('/node_modules/').at(-1)!);
    for (const name of [
      'fastify',
      '@onnoise/server',
      'bullmq',
      'ioredis',
      'dcmjs-codecs',
      'tsx',
      '@tensorflow/tfjs-node',
    ])
      expect(names).not.toContain(name);
    expect(names).toContain('onnxruntime-node');
  });

  it('serve gives the line that installs the server, and then serves', async () => {
    const line = await askedFor('serve', '--model', 'models/tiny');
    await project().run('npm', line);
    const url = await started('serve', '--port', '0', '--model', 'models/tiny');
    const answer = await fetch(`${url}/v1/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'image/png' },
      body: JSON.stringify({ steps: 2 }),
    });
    expect(answer.status).toBe(200);
    expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).format).toBe('png');
  });

  it('serve gives the line that installs gRPC before it loads the models, and then serves it', async () => {
    const line = await askedFor('serve', '--model', 'models/tiny', '--port', '0', '--grpc-port', '0');
    await project().run('npm', line);
    await started('serve', '--port', '0', '--model', 'models/tiny', '--grpc-port', '0');
  });

  it('bulk generation gives the line that installs the queue, and then looks for Redis', async () => {
    const args = [
      'generate',
      '--model',
      'models/tiny',
      '--count',
      '8',
      '--out',
      'bulk',
      '--queue',
      'redis://127.0.0.1:1',
    ];
    const line = await askedFor(...args);
    await project().run('npm', line);
    const { code, stderr } = await project().attempt('npx', ['onnoise', ...args], { cwd: 'training' });
    expect(stderr).toMatch(/redis/i);
    expect(stderr).not.toMatch(/must be installed/);
    expect(code).not.toBe(0);
  });
});

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the server of the installed command. Returns its URL. */
async function started(...args: string[]): Promise<string> {
  const bin = join(project().folder, 'node_modules', 'onnoise', 'bin', 'onnoise.mjs');
  const child = spawn(process.execPath, [bin, ...args], { cwd: join(project().folder, 'training') });
  children.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await expect.poll(() => said, { timeout: 60_000 }).toMatch(/Listening at \S+/);
  return /Listening at (\S+)/.exec(said)![1]!;
}
