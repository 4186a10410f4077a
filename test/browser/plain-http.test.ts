/** The page by plain HTTP from another machine, as phones of a class have it: one thread, and no service worker. */
import { describe, expect, it } from 'vitest';
import { IN_CHROMIUM, launchBrowser, SITE, useHost, visit } from '#test/browser/visit.ts';

/** Browsers trust localhost; this is a name of it that they do not. */
const NAME = 'a-laptop.test';
const RUNTIME = /\/ort-wasm-simd-threaded-[\w-]+\.wasm$/;
/** Bytes by gzip, without the network: site/README.md has them. */
const MOST = 3.9e6;

describe('the page by plain HTTP', IN_CHROMIUM, () => {
  const host = useHost({ isolated: false, compress: true });

  it('draws on the one runtime without WebGPU', { tags: 'long' }, async () => {
    const browser = await launchBrowser({ args: [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`] });
    const { page, allow } = await visit(browser);
    allow(new RegExp(`^request to another host: http://${NAME}`)); // its name is of no host that tests know
    await page.goto(`${host().origin.replace('localhost', NAME)}${SITE}#/sample?count=1&steps=1&seed=1`);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.getByText(/^1 picture in/).waitFor();
    const sent = host().log.filter(({ path }) => !path.endsWith('.onnx'));
    const runtimes = sent.filter(({ path }) => path.endsWith('.wasm'));
    expect(runtimes.map(({ path }) => path)).toEqual([expect.stringMatching(RUNTIME)]);
    expect(sent.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(MOST);
  });
});
