/** The function of docs/serving/bundled-servers.md, made by the lines there: its folder, moved elsewhere, draws what the sources draw. */
import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel, png } from '#runtime-node/index.ts';
import { useProject } from '#test/consumers/project.ts';
import { ROOT, readText } from '#test/repository.ts';
import { skipBecause } from '#test/skip.ts';

const SECTION = /## AWS Lambda[\s\S]*?(?=\n## )/.exec(readText('docs/serving/bundled-servers.md'))![0];
const [, HANDLER] = /```js\n([\s\S]*?)```/.exec(SECTION)!;
const [, LINES] = /```sh\n([\s\S]*?)```/.exec(SECTION)!;

const NEEDS_BASH = skipBecause(process.platform === 'linux' ? undefined : 'the lines are for Linux: run there');

describe('a server in one file', NEEDS_BASH, () => {
  const project = useProject(['@onnoise/runtime-node', '@onnoise/model-digits', 'esbuild']);
  let expected: string;
  beforeAll(async () => {
    await writeFile(join(project().folder, 'handler.mjs'), HANDLER!);
    const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
    const { images, shape } = await model.sample({ labels: [3], seed: 7 });
    expected = Buffer.from(await png(images, shape)).toString('base64');
    await model.dispose();
  });

  /** Calls the handler of a bundle, in a process that was started in the folder `cwd`. */
  async function bodyOf(bundle: string, cwd: string): Promise<string> {
    const program =
      'import(process.argv[1]).then(async ({ handler }) => console.log((await handler({ digit: 3 })).body))';
    return (await project().run(process.execPath, ['-e', program, bundle], { cwd })).stdout.trim();
  }

  it.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])('of the format %s, beside the packages, finds the model in its package', async (format, extension) => {
    const line = LINES!.split('\n')[0]!.replace('--format=esm', `--format=${format}`);
    const outfile = `out/index.${extension}`;
    const { stderr } = await project().run('bash', ['-ec', line.replace('function/index.mjs', outfile)]);
    expect(stderr).not.toMatch(/warning/i);
    expect(await bodyOf(join(project().folder, outfile), '.')).toBe(expected);
  });

  it.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])('of the format %s runs in a folder of its own', async (format, extension) => {
    const lines = LINES!.replace('--format=esm', `--format=${format}`).replace('index.mjs', `index.${extension}`);
    await project().run('bash', ['-ec', lines]);
    const apart = join(project().folder, '.apart', format);
    await cp(join(project().folder, 'function'), apart, { recursive: true });
    await rename(join(project().folder, 'node_modules'), join(project().folder, 'away'));
    try {
      expect(await bodyOf(join(apart, `index.${extension}`), '.apart')).toBe(expected);
    } finally {
      await rename(join(project().folder, 'away'), join(project().folder, 'node_modules'));
    }
  });
});
