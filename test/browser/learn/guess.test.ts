/** The chapter on guessing the noise. */
import { describe, expect, it } from 'vitest';
import { overflow, PHONE, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the chapter on guessing', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();

  it('tells t after a guess, and the error of the network at any t', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/guess');
    const mine = page.getByRole('slider', { name: 'Your guess: t' });
    await expect.poll(() => page.getByRole('button', { name: 'Check' }).isEnabled()).toBe(true);
    await mine.fill('700');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(/It is t = \d+, and you said 700/).waitFor();
    expect(await mine.isDisabled()).toBe(true);
    const error = async () => {
      const text = await page.getByText(/Mean squared error of the noise/).textContent();
      return Number(/error of the noise: ([\d.]*\d)/.exec(text ?? '')?.[1]);
    };
    await expect.poll(error).toBeGreaterThan(0);
    const time = page.getByRole('slider', { name: 'Now at any t' });
    // Little noise is hard to find, much of it is easy.
    await time.fill('20');
    await expect.poll(error).toBeGreaterThan(0.1);
    await time.fill('800');
    await expect.poll(error).toBeLessThan(0.02);
    await page.getByRole('button', { name: 'Another picture' }).click();
    await expect.poll(() => page.getByRole('slider', { name: 'Now at any t' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Check' }).isEnabled()).toBe(true);
  });

  it('says what is wrong when the network cannot be fetched, and asks it again', { tags: 'long' }, async () => {
    host().fault(/model\.onnx$/, { status: 503 });
    const { page } = await openSite('#/learn/guess', {
      ...PHONE,
      allow: [/model\.onnx/, /503|404/],
    });
    await page.getByRole('button', { name: 'Check' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText(/Cannot .*model\.onnx/).waitFor();
    expect(await overflow(page)).toEqual([]);
    host().mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/Mean squared error of the noise/).waitFor();
    expect(await alert.count()).toBe(0);
  });
});
