/** What a visit leaves behind: the page must not grow with each sampling. What is made once, by and by, does not count. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('sixty samplings', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('leave no elements, no listeners and no memory', { tags: 'long', timeout: 300_000 }, async () => {
    const { page } = await openSite(browser(), host(), '#/sample?count=1&steps=1&seed=1');
    await page.locator('.sample[data-phase="done"]').waitFor();
    await sample(page, 30);
    let before = await measure(page);
    const grown: Record<keyof typeof before, number>[] = [];
    do {
      await sample(page, 60);
      const { nodes, listeners, heap } = await measure(page);
      grown.push({ nodes: nodes - before.nodes, listeners: listeners - before.listeners, heap: heap - before.heap });
      before = { nodes, listeners, heap };
    } while (!isSteady(grown.at(-1)!) && grown.length < ROUNDS);
    expect(grown.at(-1)).toSatisfy(isSteady, JSON.stringify(grown));
  });
});

/** What leaks leaks in each of them. */
const ROUNDS = 4;

const isSteady = ({ nodes, listeners, heap }: { nodes: number; listeners: number; heap: number }) =>
  nodes < 30 && listeners < 10 && heap < 1e6;

/** Presses "Sample", and waits until the picture is there, so many times. */
const sample = (page: Page, times: number) =>
  page.evaluate(async (times) => {
    const task = () => new Promise((resolve) => setTimeout(resolve));
    const phase = () => document.querySelector<HTMLElement>('.sample')!.dataset.phase;
    for (let i = 0; i < times; i++) {
      document.querySelector<HTMLButtonElement>('.sample-go')!.click();
      do await task();
      while (phase() !== 'done');
    }
  }, times);

/** Of what is left once garbage is collected. */
async function measure(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const of = (wanted: string) => metrics.find(({ name }) => name === wanted)!.value;
  return { nodes: of('Nodes'), listeners: of('JSEventListeners'), heap: of('JSHeapUsedSize') };
}
