/**
 * Records which functions of onnxruntime-web's WebAssembly the page calls where it has one thread: `site/build/runtime/record.json`,
 * by which the build writes a smaller WebAssembly. Run it again after every change of onnxruntime-web.
 *
 *     npm run record:runtime
 *
 * In Chromium, a module whose functions leave marks takes the place of the whole one, while a page loads and samples all shipped models
 * and small ones of every kind, and runs the graphs of the chapters. What a record lacks costs a visitor the whole WebAssembly, and nothing
 * else; errors are the whole one's to tell.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import { writeWhole } from '#base/files/output.ts';
import { countFunctions, markOf, withMarks, withoutOthers } from '#site/build/runtime/functions.ts';
import { encodeUsed, type RuntimeRecord } from '#site/build/runtime/record.ts';
import { buildPages } from '#test/browser/build.ts';
import { launchOptions, QUICK_WASM } from '#test/browser/launch.ts';
import { type Host, startHost } from '#test/browser/server.ts';
import { writeModels } from './models.ts';
import { runGraphs, sampleModel } from './use.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const RECORD = join(ROOT, 'site', 'build', 'runtime', 'record.json');
const PUBLIC = join(ROOT, 'site', 'public');
const { resolve } = createRequire(join(ROOT, 'runtime-web', 'package.json'));

const file = resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
const whole = new Uint8Array(await readFile(file));
const manifest = await readFile(join(dirname(file), '..', 'package.json'), 'utf8');
const { version } = JSON.parse(manifest) as { version: string };
const functions = countFunctions(whole);
const folder = await mkdtemp(join(tmpdir(), 'onnoise-runtime-'));
const used = new Set<number>();
try {
  const pages = join(folder, 'pages');
  const own = join(folder, 'models');
  console.log('Making the pages and the small models …');
  await buildPages(pages);
  const small = await writeModels(own, join(PUBLIC, 'training', 'digits'));
  const shipped = (await readdir(join(ROOT, 'models'), { withFileTypes: true })).filter((one) => one.isDirectory());
  const host = await startHost({
    isolated: false,
    folders: { '/pages/': pages, '/models/': join(ROOT, 'models'), '/own/': own, '/learn/': join(PUBLIC, 'learn') },
  });
  const browser = await chromium.launch(await launchOptions({ webgpu: false, args: [QUICK_WASM] }));
  try {
    await leaveMarks(host, pages);
    const page = await browser.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`${host.origin}/pages/sampler.html`);
    await page.waitForFunction(() => 'sampler' in window);
    for (const { name } of shipped) {
      await sampleModel(page, `${host.origin}/models/${name}`);
      await count(page, name);
    }
    await runGraphs(page, host.origin);
    await count(page, 'the graphs of the chapters');
    for (const name of small.keys()) {
      await sampleModel(page, `${host.origin}/own/${name}`);
      await count(page, name);
    }
  } finally {
    await browser.close();
    await host.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const record: RuntimeRecord = {
  package: `onnxruntime-web ${version}`,
  sha256: createHash('sha256').update(whole).digest('hex'),
  functions,
  used: encodeUsed(used, functions),
};
await writeWhole(RECORD, `${JSON.stringify(record, null, 2)}\n`);
console.log(`${used.size} of ${functions} functions.`);

/** Serves the module with marks, and workers that can say which are set. */
async function leaveMarks(host: Host, pages: string): Promise<void> {
  const assets = join(pages, 'assets');
  const worker = (await readdir(assets)).find((name) => /^onnoise-worker-.*\.js$/.test(name))!;
  const hook = `const begun = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  begun.push(made.instance ?? made);
  return made;
};
globalThis.ran = (name) => begun.some(({ exports }) => exports[name].value === 1);\n`;
  host.fault(/onnoise-worker-.*\.js$/, { body: hook + (await readFile(join(assets, worker), 'utf8')) });
  host.fault(/ort-wasm-simd-threaded-.*\.wasm$/, { body: withMarks(whole) });
}

async function count(page: Page, what: string): Promise<void> {
  const names = Array.from({ length: functions }, (_, place) => markOf(place));
  const [worker] = page.workers();
  const ran = await worker!.evaluate(
    (names) => names.map((name) => Number((globalThis as unknown as { ran(name: string): boolean }).ran(name))),
    names,
  );
  const before = used.size;
  for (const [place, mark] of ran.entries()) if (mark) used.add(place);
  if (used.size > before) console.log(`${used.size} functions by ${what}: ${sizesOf()}`);
}

function sizesOf(): string {
  const smaller = withoutOthers(whole, (place) => used.has(place), '');
  return `${smaller.length} bytes, ${gzipSync(smaller, { level: 9 }).length} by gzip`;
}
