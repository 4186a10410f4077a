/**
 * What a class sees of `npm run web -- --host`: a phone on a slow line, and thirty at once. It uses this machine's address on its
 * network, so the page has what phones have by plain HTTP: one thread, no WebGPU, no service worker.
 *
 *     npm run bench:class
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { availableParallelism, cpus, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { launchOptions } from '#test/browser/launch.ts';
import { ownOptions } from '../parse.ts';
import { HELP, readOptions } from './options.ts';
import { openLine } from './slow-line.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const VIEWS = ['', '#/learn', '#/learn/guess', '#/forward', '#/game', '#/train', '#/model'];
const { kilobits, latency, phones, slower } = ownOptions(readOptions, HELP);

const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
if (address === undefined) throw new Error('This machine is on no network.');

const web = spawn(process.execPath, ['--import', 'tsx', 'scripts/web/main.ts', 'serve', '--host', '--port', '5290'], {
  cwd: ROOT,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, NO_COLOR: '1' },
});
const port = await portOf(web);
const browser = await chromium.launch(await launchOptions({ webgpu: false }));
try {
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Chromium ${browser.version()}`);
  console.log(`a line of ${kilobits} kbit/s, ${latency} ms; scripts ${slower} times slower\n`);
  console.log('view                  first paint, s   largest, s   kB of it');
  let first: string[] = [];
  for (const view of VIEWS) {
    const { painted, largest, bytes, asked } = await visit(browser, view, false);
    if (view === '') first = asked;
    console.log(
      `${(view || 'the first').padEnd(20)}${cell(painted)}${cell(largest)}${String(Math.round(bytes / 1000)).padStart(13)}`,
    );
  }
  const { pictures, bytes, asked } = await visit(browser, '#/sample?count=1', true);
  console.log(`\nfirst picture of one’s own: ${pictures!.toFixed(1)} s, ${(bytes / 1e6).toFixed(2)} MB`);
  const all = [...new Set([...first, ...asked])];
  const begin = performance.now();
  const each = await Promise.all(Array.from({ length: phones }, () => fetchAll(all)));
  const seconds = (performance.now() - begin) / 1000;
  const total = each.reduce((sum, one) => sum + one, 0);
  console.log(`${phones} phones, ${all.length} files each: ${(total / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s`);
} finally {
  await browser.close();
  web.kill();
}

function cell(seconds: number): string {
  return seconds.toFixed(2).padStart(14);
}

/** By a phone of its own, with nothing stored. Times count from the request of the page. */
async function visit(browser: Browser, hash: string, samples: boolean) {
  const line = await openLine(address!, port, { bits: kilobits * 1000, latency });
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(300_000);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    await page.goto(`http://${address}:${line.port}/${hash}`, { waitUntil: 'commit' });
    let pictures: number | undefined;
    if (samples) {
      await page.getByText(/^1 picture in/).waitFor();
      pictures = await page.evaluate(() => performance.now() / 1000);
    } else await page.locator('h1').first().waitFor();
    const bytes = line.received();
    if (!samples) await page.waitForTimeout(3000); // what is larger may still come
    const [painted, largest] = await page.evaluate(timesOfPaint);
    return { painted: painted!, largest: largest!, pictures, bytes, asked: line.asked() };
  } finally {
    await context.close();
    line.close();
  }
}

/** Seconds. Runs in the page. */
function timesOfPaint(): Promise<number[]> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      resolve([paint?.startTime ?? Number.NaN, list.getEntries().at(-1)!.startTime].map((ms) => ms / 1000));
    }).observe({ type: 'largest-contentful-paint', buffered: true } as never); // Node has no such type
  });
}

/** As browsers do, six connections at a time. @returns bytes as sent */
async function fetchAll(paths: readonly string[]): Promise<number> {
  const waiting = [...paths];
  let bytes = 0;
  const work = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const sent = await fetchOne(path);
      bytes += sent;
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return bytes;
}

function fetchOne(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, path, headers: { 'accept-encoding': 'gzip' } };
    get(options, (response) => {
      let bytes = 0;
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
      response.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      response.on('end', () => resolve(bytes));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** Once it listens. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('close', () => reject(new Error(`The page was not served:\n${said}`)));
    child.stdout!.on('data', (part) => {
      said += part;
      const found = /Network:.*?:(\d+)\//.exec(said);
      if (found) resolve(Number(found[1]));
    });
  });
}
