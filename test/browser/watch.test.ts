/** The problems that `visit` must see: other tests rely on it to fail. */
import { describe, expect, it } from 'vitest';
import { IN_CHROMIUM, useBrowser, useHost, visit } from '#test/browser/visit.ts';

describe('visit', IN_CHROMIUM, () => {
  const { browser } = useBrowser();
  const host = useHost();

  it.each<[string, RegExp, () => unknown]>([
    // biome-ignore lint/suspicious/noConsole: it is what the test looks for
    ['an error in the console', /^console: broken/, () => console.error('broken')],
    ['an exception', /^exception: .*thrown/, () => void setTimeout(() => Promise.reject(new Error('thrown')))],
    ['a file that is missing', /^status 404: .*\/gone/, () => fetch('/gone')],
    ['a style in an attribute', /^CSP: style-src/, () => document.body.setAttribute('style', 'color: red')],
    ['a picture of another host', /^CSP: img-src/, () => Object.assign(new Image(), { src: 'http://127.0.0.1:9/x' })],
    ['a request of the worker to another host', /^request to another host: .*127/, loadFromElsewhere],
    ['a request that fails', /^request failed: .*\/cut/, () => fetch('/pages/cut').then((answer) => answer.text())],
  ])('sees %s', async (_, expected, act) => {
    const { page, problems, allow } = await visit(browser());
    await page.goto(`${host().origin}/pages/sampler.html`);
    expect(problems()).toEqual([]);
    host().fault(/\/cut$/, { cut: 10, body: 'x'.repeat(100) });
    allow(/./);
    await page.evaluate(act).catch(() => undefined);
    await expect
      .poll(() => problems().some((problem) => expected.test(problem)), { message: String(expected) })
      .toBe(true);
  });

  it('sees a request to another host that the policy allows', async () => {
    const { page, problems, allow } = await visit(browser(), { bypassCSP: true });
    await page.goto(`${host().origin}/pages/sampler.html`);
    allow(/./);
    await page.evaluate(() => fetch('http://127.0.0.1:9/x').catch(() => undefined));
    expect(problems().join('\n')).toMatch(/^request to another host: http:\/\/127\.0\.0\.1:9\/x$/m);
  });
});

/** The policy of a page does not restrict what its workers fetch. */
function loadFromElsewhere(): Promise<unknown> {
  return window.sampler.load({ kind: 'url', url: 'http://127.0.0.1:9/model' }).catch(() => undefined);
}
