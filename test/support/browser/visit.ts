/**
 * Watched pages: errors in the console, exceptions, violations of the Content-Security-Policy, failed answers and
 * requests to other hosts fail the test that opened the page, unless it allowed them.
 */

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Request,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject, onTestFinished } from 'vitest';
import { skipBecause } from '#test/skip.ts';
import { LACKS_CHROMIUM } from './chromium.ts';
import { type BrowserOptions, launchOptions, QUICK_WASM } from './launch.ts';
import { type Host, type HostOptions, startHost } from './server.ts';

/** Milliseconds to wait for a page to show something: long, because no test is about speed and machines may be busy. */
const PATIENCE = 60_000;

/** The site's path in the tests: not the root of its host. */
export const SITE = '/some/folder/';

/** For `describe`: skips its tests where there is no Chromium. */
export const IN_CHROMIUM = skipBecause(LACKS_CHROMIUM);

export interface Visit {
  page: Page;
  /** What went wrong so far, one line each. A page that is left gives up what it is fetching: that is none. */
  problems(): string[];
  /** Problems that the test causes on purpose. */
  allow(...problems: RegExp[]): void;
}

export interface VisitOptions extends BrowserContextOptions {
  /** Runs in the page before its own scripts. */
  init?: string | (() => void);
  browser?: Browser;
}

/** The run's browser and this file's host, as functions to call inside its tests. */
export function useBrowser(): { browser: () => Browser } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.connect(inject('browser').endpoint);
  });
  afterAll(() => browser?.close());
  return { browser: () => browser! };
}

/** A browser of another kind, for one test. */
export async function launchBrowser(options: BrowserOptions): Promise<Browser> {
  const browser = await chromium.launch(
    await launchOptions({ ...options, args: [QUICK_WASM, ...(options.args ?? [])] }),
  );
  onTestFinished(() => browser.close());
  return browser;
}

/** A host of the built site, the tests' pages and the models, for the tests of a file. */
export function useHost(options: Partial<HostOptions> = {}): () => Host {
  let host: Host | undefined;
  beforeAll(async () => {
    const { site, pages } = inject('browser');
    const folders = { [SITE]: site, '/pages/': pages, ...options.folders };
    host = await startHost({ ...options, folders });
  });
  afterEach(() => host?.mend());
  afterAll(() => host?.stop());
  return () => host!;
}

/** A watched page in a context of its own, closed when the test ends. */
export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const { init, browser: _, ...contextOptions } = options;
  const context = await browser.newContext({ reducedMotion: 'no-preference', ...contextOptions });
  const seen: string[] = [];
  const aborted: { problem: string; document: number }[] = [];
  const allowed: RegExp[] = [];
  await context.exposeBinding('reportViolation', (_source, text: string) => seen.push(`CSP: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
      const report = (globalThis as unknown as { reportViolation(text: string): void }).reportViolation;
      report(`${effectiveDirective} forbids ${blockedURI} (${sourceFile}:${lineNumber})`);
    });
  });
  if (init !== undefined) await context.addInitScript(init);

  const own = new Set<string>();
  const documents = countDocuments(context);
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return;
    if (request.isNavigationRequest() && url.hostname === 'localhost') own.add(url.origin);
    else if (!own.has(url.origin)) seen.push(`request to another host: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    const problem = `request failed: ${request.url()} ${request.failure()?.errorText}`;
    if (problem.endsWith('net::ERR_ABORTED')) aborted.push({ problem, document: documents.of(request) });
    else seen.push(problem);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) seen.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => seen.push(`exception: ${error.error().stack ?? error.error().message}`));

  const problems = () => {
    const given = aborted.filter(({ document }) => document === documents.last());
    return [...seen, ...given.map(({ problem }) => problem)];
  };

  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  onTestFinished(async ({ task }) => {
    const unexpected = problems().filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
    if (task.result?.state === 'fail') await page.screenshot({ path: shotOf(task.name) }).catch(() => undefined);
    await context.close();
    if (unexpected.length > 0) throw new Error(`The page had problems:\n${unexpected.join('\n')}`);
  });
  return { page, problems, allow: (...patterns) => void allowed.push(...patterns) };
}

/** Which of the documents that a context opened, one after the other, a request is of. */
function countDocuments(context: BrowserContext): { of(request: Request): number; last(): number } {
  const places = new WeakMap<Request, number>();
  let last = 0;
  context.on('request', (request) => void places.set(request, last));
  // Until the next document is there, the one before may still ask. Another place of the same document counts for nothing.
  let answered = false;
  context.on('response', (response) => {
    if (response.request().isNavigationRequest()) answered = true;
  });
  context.on('page', (page) => {
    page.on('framenavigated', (frame) => {
      if (!answered || frame !== page.mainFrame()) return;
      answered = false;
      last++;
    });
  });
  return { of: (request) => places.get(request) ?? last, last: () => last };
}

/** A picture of a page whose test failed. */
const shotOf = (name: string) => `.cache/browser-failures/${name.replaceAll(/[^\w]+/g, '-').slice(0, 80)}.png`;
