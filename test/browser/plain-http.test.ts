/** The page by plain HTTP from another machine, as phones of a class have it: one thread, no service worker, and the small runtime. */
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { withoutOthers } from '#site/build/runtime/functions.ts';
import { wholeRuntime } from '#site/build/runtime/plugin.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { launchBrowser, SITE, useHost, visit } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

/** Browsers trust localhost; this is a name of it that they do not. */
const NAME = 'a-laptop.test';
const SMALL = /\/ort-small-[\w-]+\.wasm$/;
/** Bytes of the small one by gzip; the whole one has 3.7 million. */
const MOST = 1.6e6;
/** Of a module that does not start. */
const SAID_BY_ONNXRUNTIME = /^console: (failed to asynchronously prepare wasm|Aborted\()/;
const WHOLE = /\/ort-wasm-simd-threaded[\w.-]+\.wasm$/;

describe('the page by plain HTTP', skipBecause(LACKS_CHROMIUM), () => {
  const host = useHost({ isolated: false, compress: true });

  /** Draws a picture. @returns its pixels as a PNG, and the files of runtimes that were asked for, with their bytes as sent */
  async function draw(browser: Browser) {
    const { page, allow } = await visit(browser);
    allow(new RegExp(`^request to another host: http://${NAME}`)); // its name is of no host that tests know
    allow(SAID_BY_ONNXRUNTIME);
    host().log.length = 0;
    await page.goto(`${host().origin.replace('localhost', NAME)}${SITE}#/sample?count=1&steps=1&seed=1`);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.getByText(/^1 picture in/).waitFor();
    const picture = await page.locator('.sample-panel-x canvas').first().screenshot();
    const files = host().log.filter(({ path }) => path.endsWith('.wasm'));
    return { picture, asked: files.map(({ path }) => path), bytes: files.map(({ bytes }) => bytes) };
  }

  it('draws by the small runtime alone, and the same by the whole one where the small one lacks all', {
    tags: 'long',
  }, async () => {
    const browser = await launchBrowser({ args: [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`] });
    const small = await draw(browser);
    expect(small.asked).toEqual([expect.stringMatching(SMALL)]);
    expect(small.bytes[0]).toBeLessThan(MOST);
    host().fault(SMALL, { body: withoutOthers(await wholeRuntime(), () => false, '') });
    const whole = await draw(browser);
    expect(whole.asked).toEqual([expect.stringMatching(SMALL), expect.stringMatching(WHOLE)]);
    expect(whole.picture.equals(small.picture)).toBe(true);
  });
});
