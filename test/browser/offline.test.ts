/**
 * The service worker: threads on hosts without headers, the page without a network, new versions. The host sends no
 * special headers, and the site lies in one of its folders.
 *
 * @module-tag long
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { hashOf } from '#site/sw/files.ts';
import { type Host, startHost } from '#test/browser/server.ts';
import { heading } from '#test/browser/site.ts';
import { IN_CHROMIUM, useBrowser, type Visit, visit } from '#test/browser/visit.ts';

const FOLDER = '/a/b/';
/** Reloading aborts downloads under way. */
const CUT_OFF = /request failed: .* net::ERR_(ABORTED|FAILED)/;

describe('the service worker', IN_CHROMIUM, () => {
  const { browser } = useBrowser();

  async function hostOf(site: string, isolated = false): Promise<Host> {
    const host = await startHost({ folders: { [FOLDER]: site }, isolated });
    onTestFinished(() => host.stop());
    return host;
  }

  async function open(options: BrowserContextOptions & { init?: () => void } = {}): Promise<Visit> {
    const opened = await visit(browser(), { serviceWorkers: 'allow', ...options });
    opened.allow(CUT_OFF);
    await opened.page.addInitScript(() => {
      sessionStorage.setItem('loads', String(Number(sessionStorage.getItem('loads')) + 1));
    });
    return opened;
  }

  it('loads the page once more on the first visit, isolated and with threads, and not again', async () => {
    const host = await hostOf(inject('browser').site);
    const { page } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    expect(await situation(page)).toEqual({ isolated: true, controlled: true, loads: 2 });
    expect(await loadedOn(page)).toMatch(WITH_THREADS);
    await page.reload();
    await ready(page);
    expect(await situation(page)).toEqual({ isolated: true, controlled: true, loads: 3 });
  });

  it('leaves a page alone that its host has isolated', async () => {
    const host = await hostOf(inject('browser').site, true);
    const { page } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    expect(await situation(page)).toEqual({ isolated: true, controlled: true, loads: 1 });
  });

  it('asks a visitor who has begun, and takes nothing from them', async () => {
    const host = await hostOf(inject('browser').site);
    const { page } = await open({
      init: () => addEventListener('DOMContentLoaded', () => dispatchEvent(new Event('pointerdown'))),
    });
    await page.goto(host.origin + FOLDER);
    await ready(page);
    expect(await situation(page)).toMatchObject({ isolated: false, loads: 1 });
    await page.getByRole('button', { name: 'Load again' }).click();
    await page.waitForFunction(() => crossOriginIsolated);
    expect(await situation(page)).toMatchObject({ isolated: true, loads: 2 });
  });

  it('does not load a page again and again that stays as it is', async () => {
    const host = await hostOf(
      await changed(async (site) => {
        const worker = join(site, 'sw.js');
        await writeFile(worker, (await readFile(worker, 'utf8')).replaceAll('require-corp', 'unsafe-none'));
      }),
    );
    const { page } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    expect(await situation(page)).toMatchObject({ isolated: false, loads: 2 });
    await page.reload();
    await ready(page);
    expect(await situation(page)).toMatchObject({ isolated: false, loads: 3 });
  });

  it('isolates a page again that was loaded past it', async () => {
    const host = await hostOf(inject('browser').site);
    const { page } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.reload', { ignoreCache: true }); // as with Shift and reload
    await expect.poll(() => situation(page).catch(() => undefined)).toMatchObject({ isolated: true, controlled: true });
  });

  it('shows every view and samples without a network', async () => {
    const host = await hostOf(inject('browser').site);
    const { page } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    expect(await loadedOn(page)).toMatch(WITH_THREADS); // the model and the runtime are loaded and stored
    await host.stop();
    await page.context().setOffline(true);
    for (const view of ['forward', 'game', 'model', 'sample']) {
      await page.goto(`${host.origin}${FOLDER}#/${view}`);
      await page.reload();
      await heading(page).waitFor();
    }
    expect(await loadedOn(page)).toMatch(WITH_THREADS);
  });

  it('says so where nothing was stored', async () => {
    const host = await hostOf(inject('browser').site);
    const { page, allow } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    await loadedOn(page);
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name);
    });
    await host.stop();
    await page.context().setOffline(true);
    allow(/503/, /ERR_INTERNET_DISCONNECTED/);
    await page.goto(host.origin + FOLDER);
    expect(await page.locator('body').textContent()).toMatch(/no network, and this page has not been stored/);
  });

  it('tells of a new version, shows it when asked, and keeps what did not change', async () => {
    const site = await changed(async () => {});
    const host = await hostOf(site);
    const { page } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    await loadedOn(page); // model and runtime are stored
    const from = host.log.length; // Chromium may be late with its own look for an update
    await publish(site, '<meta name="edition" content="second" />');
    await page.reload();
    const button = page.getByRole('button', { name: 'Load it' });
    await button.waitFor();
    expect(await page.locator('meta[name=edition]').count()).toBe(0); // not before the visitor agrees
    await button.click();
    await page.locator('meta[name=edition]').waitFor({ state: 'attached' });
    await ready(page);
    expect(await situation(page)).toMatchObject({ isolated: true, controlled: true });
    const asked = new Set(host.log.slice(from).map(({ path }) => path));
    expect([...asked].sort()).toEqual([FOLDER, `${FOLDER}sw.js`]);
    expect(await starts(page)).toBe(2);

    await publish(site, '<meta name="edition" content="third" />');
    // Browsers look for updates like this at times.
    await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    await button.click();
    await page.locator('meta[content=third]').waitFor({ state: 'attached' });
    await expect.poll(() => starts(page)).toBe(2); // the one in use and the one before it
  });

  it('stays with the version it has where the new one does not arrive whole', async () => {
    const site = await changed(async () => {});
    const host = await hostOf(site);
    const { page, allow } = await open();
    await page.goto(host.origin + FOLDER);
    await ready(page);
    await publish(site, '<meta name="edition" content="second" />');
    host.fault(/\/a\/b\/$/, { status: 500 });
    allow(/500/);
    await page.reload();
    await expect.poll(() => host.log.filter(({ path, status }) => path === FOLDER && status === 500).length).toBe(1);
    await page.context().setOffline(true);
    await page.reload();
    await heading(page).waitFor();
    expect(await page.getByRole('button', { name: 'Load it' }).count()).toBe(0);
  });
});

/** Waits until the page says that it works without a network. */
const ready = (page: Page) => page.locator('html[data-offline=ready]').waitFor({ state: 'attached' });

const situation = (page: Page) =>
  page.evaluate(() => ({
    isolated: crossOriginIsolated,
    controlled: navigator.serviceWorker.controller !== null,
    loads: Number(sessionStorage.getItem('loads')),
  }));

const WITH_THREADS = /WebAssembly has \d+ threads/;

/** Waits until the view has loaded its model, which it does by itself. @returns its device, and why. */
async function loadedOn(page: Page): Promise<string> {
  const status = page.locator('.model-bar-ready');
  await status.waitFor();
  return (await status.textContent()) ?? '';
}

/** Number of start pages in the cache. */
const starts = (page: Page) =>
  page.evaluate(async () => {
    const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const keys = (await Promise.all(stores.map((store) => store.keys()))).flat();
    return keys.filter(({ url }) => url.includes('/index.html?')).length;
  });

/** A copy of the built site for a test to change. */
async function changed(change: (site: string) => Promise<void>): Promise<string> {
  const site = await mkdtemp(join(tmpdir(), 'onnoise-site-'));
  onTestFinished(() => rm(site, { recursive: true, force: true }));
  await cp(inject('browser').site, site, { recursive: true });
  await change(site);
  return site;
}

/** A new version: another start page, and a worker that lists it, as the build makes it. */
async function publish(site: string, head: string): Promise<void> {
  const [page, worker] = [join(site, 'index.html'), join(site, 'sw.js')];
  const before = await readFile(page);
  const after = before.toString().replace(/(<meta name="edition"[^>]*>)?<\/head>/, `${head}</head>`);
  const [old, hash] = [await hashOf(new Uint8Array(before)), await hashOf(new TextEncoder().encode(after))];
  const script = (await readFile(worker, 'utf8')).replaceAll(old, hash).replace(/(version:`)[^`]*/, `$1${hash}`);
  await writeFile(page, after);
  await writeFile(worker, script);
}
