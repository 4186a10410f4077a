/** axe-core on a page. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Serious and critical violations, one line per place; best practices included. */
export const seriousFaults = (page: Page): Promise<string[]> => faults(page, ['serious', 'critical']);

/** All violations, one line per place; best practices included. */
export async function faults(page: Page, impacts?: axe.ImpactValue[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impacts === undefined || impacts.includes(impact ?? null))
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}
