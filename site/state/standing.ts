/**
 * The first view as it stands in index.html before the app takes it over: see build/first-view.ts. In the build itself it
 * stands as well, while it is written; in the dev server it never does.
 */
const page = typeof document === 'undefined' ? undefined : document;

let stands = page === undefined || page.documentElement.dataset.first === 'shown';

/** Whether the page began with the view that index.html holds. */
export const stoodAtFirst = stands;

/** Whether the view on show is the one that index.html holds. */
export const isStanding = (): boolean => stands;

/** What a part of it holds, so that a first rendering can leave it alone; empty once the app has taken over. */
export const standingHtml = (selector: string): string =>
  stands ? (page?.querySelector(selector)?.innerHTML ?? '') : '';

/** The last button or choice that was pressed, for the app to press again once it knows what to do. */
export const pressedBefore = (): HTMLElement | null => page?.querySelector<HTMLElement>('[data-pressed]') ?? null;

/** From now on all that is shown is the app's. */
export function takeOver(): void {
  stands = false;
  delete page?.documentElement.dataset.first;
}
