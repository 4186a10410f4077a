import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { insertStyles } from '#site/build/first-styles.ts';

const PAGE = `<head><meta content="script-src 'self'; style-src 'self'; img-src 'self'" /></head><body></body>`;

describe('insertStyles', () => {
  it('writes each style into the head, and allows these alone', () => {
    const styles = ['p{color:red}', 'a::after{content:"$&"}'];
    const page = insertStyles(PAGE, styles);
    expect([...page.matchAll(/<style>(.*?)<\/style>/g)].map(([, style]) => style)).toEqual(styles);
    expect(page.indexOf('<style>')).toBeLessThan(page.indexOf('</head>'));
    const hashes = styles.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(/style-src ([^;]+);/.exec(page)![1]).toBe(["'self'", ...hashes].join(' '));
  });

  it('refuses a page whose policy could not allow them', () => {
    expect(() => insertStyles('<head></head>', ['p{color:red}'])).toThrow(/must have this once: style-src 'self'/);
  });
});
