/** The packages of models: the two examples of each readme, run as they stand, draw what the sources draw of `models`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { launchOptions, QUICK_WASM } from '#test/browser/launch.ts';
import { startHost } from '#test/browser/server.ts';
import { visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { useProject } from '#test/consumers/project.ts';
import { ROOT } from '#test/repository.ts';
import { skipBecause } from '#test/skip.ts';
import { examplesIn } from '../../scripts/api/examples.ts';

const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
const PAGE = '<link rel="icon" href="data:," /><canvas></canvas><script type="module" src="./page.ts"></script>\n';

/** Of each model what its readme asks for, and the file that it writes. */
const MODELS = [
  { name: 'digits', side: 28, request: { labels: [3] }, file: 'three.png' },
  { name: 'hands', side: 64, request: { labels: ['female'], conditions: { boneage: 120 } }, file: 'ten-years.png' },
];

const project = useProject([
  ...['@onnoise/runtime-node', '@onnoise/runtime-web'],
  ...MODELS.map(({ name }) => `@onnoise/model-${name}`),
]);

describe.each(MODELS)('the readme of the package of $name', ({ name, side, request, file }) => {
  const folder = () => join(project().folder, name);
  let expected: Float32Array;
  beforeAll(async () => {
    const readme = join(project().folder, 'node_modules', '@onnoise', `model-${name}`, 'README.md');
    const [inNode, inPage, ...others] = examplesIn('README.md', await readFile(readme, 'utf8'));
    expect(others).toEqual([]);
    await mkdir(folder());
    await writeFile(join(folder(), 'node.mjs'), inNode!.code);
    await writeFile(join(folder(), 'page.ts'), inPage!.code);
    await writeFile(join(folder(), 'index.html'), PAGE);
    const model = await loadModel(join(ROOT, 'models', name), { device: 'cpu' });
    expected = Float32Array.from(toBytes((await model.sample(request)).images));
    await model.dispose();
    expect(expected).toHaveLength(side * side);
  });

  /** A rounding may tip a pixel. */
  const expectPicture = (pixels: ArrayLike<number>, what: string) =>
    expectClose(Float32Array.from(pixels), expected, { absolute: 1, what });

  it('samples in Node', async () => {
    await project().run(process.execPath, ['node.mjs'], { cwd: name });
    const { data, info } = await sharp(join(folder(), file))
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([side, side]);
    expectPicture(data, file);
  });

  it('draws on the canvas of a page', skipBecause(LACKS_CHROMIUM), async () => {
    await project().run(process.execPath, [VITE, 'build', '--base', './'], { cwd: name });
    const host = await startHost({ folders: { '/': project().folder } }); // isolated: WebAssembly has threads
    onTestFinished(() => host.stop());
    const browser = await chromium.launch(await launchOptions({ webgpu: false, args: [QUICK_WASM] }));
    onTestFinished(() => browser.close());
    const { page } = await visit(browser);
    await page.goto(`${host.origin}/${name}/dist/index.html`);
    await page.waitForFunction((width) => document.querySelector('canvas')?.width === width, side, {
      timeout: 240_000,
    });
    const drawn = await page.evaluate((width) => {
      const context = document.querySelector('canvas')!.getContext('2d')!;
      return Array.from(context.getImageData(0, 0, width, width).data.filter((_, i) => i % 4 === 0));
    }, side);
    expectPicture(drawn, `the canvas of ${name}`);
  });
});
