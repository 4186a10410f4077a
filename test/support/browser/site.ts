/** The built site in a watched page. */
import type { Browser, Page } from 'playwright-core';
import type { View } from '#site/state/router.ts';
import type { Host, HostOptions } from './server.ts';
import { SITE, useBrowser, useHost, type Visit, type VisitOptions, visit } from './visit.ts';

export const VIEWS: readonly View[] = ['sample', 'learn', 'forward', 'game', 'train', 'model'];

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

export interface SiteVisit extends Visit {
  /** Address of the site's folder, with its slash. */
  url: string;
}

/**
 * Opens an address of the site, `#/sample?seed=7`, and waits for its view. The service worker is blocked, except in its
 * own tests: `serviceWorkers: 'allow'`.
 */
export async function openSite(
  browser: Browser,
  host: Host,
  hash = '',
  { allow: allowed = [], ...options }: VisitOptions & { allow?: RegExp[] } = {},
): Promise<SiteVisit> {
  const opened = await visit(browser, { serviceWorkers: 'block', ...DESKTOP, ...options });
  opened.allow(...allowed);
  const url = host.origin + SITE;
  await opened.page.goto(url + hash);
  await heading(opened.page).waitFor();
  await takenOver(opened.page);
  return { ...opened, url };
}

/** The run's browser, a host of this file, and `openSite` in both. */
export function useSite(options?: Partial<HostOptions>) {
  const { browser } = useBrowser();
  const host = useHost(options);
  const open = (hash?: string, more?: Parameters<typeof openSite>[3]) => openSite(browser(), host(), hash, more);
  return { browser, host, openSite: open };
}

/** The title of a view. */
export const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** Waits until the page's script has taken over what index.html shows. */
export const takenOver = (page: Page) =>
  page.waitForFunction(() => document.documentElement.dataset.first === undefined);

/** Ends all animations and transitions, now and later. */
export const settle = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const still = new CSSStyleSheet();
    still.replaceSync('*, ::before, ::after { animation: none !important; transition: none !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  });

/** What is below the first screen is shown when it comes near. */
export async function toItsEnd(page: Page): Promise<void> {
  const atEnd = () =>
    page.evaluate(() => {
      scrollBy(0, innerHeight / 2);
      return scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    });
  while (!(await atEnd())) await page.waitForTimeout(50);
}

/** Elements past the right edge, if the page scrolls sideways; not those in a part that scrolls by itself. */
export const overflow = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (one: Element) => one !== document.body && getComputedStyle(one).overflowX !== 'visible';
    const isInside = (one: Element | null): boolean => one !== null && (scrolls(one) || isInside(one.parentElement));
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 0.5 && !isInside(element.parentElement))
      .map((element) => `${element.tagName}.${element.className} ends at ${element.getBoundingClientRect().right}`)
      .slice(0, 8);
  });
