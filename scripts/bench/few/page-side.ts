/** A tab of the tests' Chromium that samples on WebAssembly, each model in a worker of its own. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { chromium, type Page } from 'playwright-core';
import { createServer } from 'vite';
import { plural } from '#base/text/format.ts';
import { launchOptions } from '#test/browser/launch.ts';
import type { Drawers } from './drawers.ts';
import type { Opened, Setting } from './piece.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const { index, scheduler, unet, network } = MODEL_FILES;

export async function openPage({ all }: Drawers, { pictures, folder }: Setting): Promise<Opened> {
  const files = join(folder, 'page');
  for (const drawer of all) {
    for (const path of [index, scheduler, unet, network]) {
      await cp(join(drawer.folder, path), join(files, drawer.name, path));
    }
  }
  const server = await createServer({
    configFile: false,
    root: join(ROOT, 'scripts', 'bench', 'few', 'page'),
    cacheDir: join(folder, 'vite'),
    logLevel: 'error',
    publicDir: files,
    server: {
      hmr: false,
      watch: null,
      fs: { allow: [ROOT] },
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
    optimizeDeps: { exclude: ['onnxruntime-web'] },
  });
  await server.listen();
  const browser = await chromium.launch(await launchOptions({ webgpu: false }));
  const stop = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.waitForFunction('window.few !== undefined');
    const threads: number[] = [];
    for (const { name } of all) threads.push(await call<number>(page, 'open', `/${name}`));
    const ways = [1, pictures].flatMap((count) => all.map((drawer, number) => ({ count, drawer, number })));
    return {
      about: `Chromium ${browser.version()}, WebAssembly on ${[...new Set(threads)].map((count) => plural(count, 'thread')).join(' or ')}`,
      pieces: ways.map(({ count, number, drawer: { name, conditions } }) => ({
        place: 'page',
        model: name,
        pictures: count,
        round: (times) => call<number>(page, 'draw', number, { count, conditions }, times),
      })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a function of page/page.ts gives. */
function call<T>(page: Page, name: string, ...values: unknown[]): Promise<T> {
  return page.evaluate<T>(`few.${name}(${values.map((value) => JSON.stringify(value)).join(', ')})`);
}
