/** Texts of a page in the locale `qps` that its catalogue has not: words outside of its brackets. */
import type { Page } from 'playwright-core';
import { CLOSE, OPEN } from '#site/build/texts/pseudo.ts';
import { hasWord } from '#site/build/texts/rules.ts';

/** Code, formulas, titles of papers and addresses, and what no visitor of this browser sees. */
const FOREIGN = 'code, pre, kbd, math, script, style, noscript, sub, sup, textarea, [translate=no]';
const ATTRIBUTES = ['aria-label', 'title', 'alt', 'placeholder', 'aria-valuetext', 'aria-description'];

interface Seen {
  text: string;
  /** Of the element that holds it. */
  place: string;
}

/** @param names what is called the same in all languages. @returns each with its place */
export async function unsaid(page: Page, names = /^$/): Promise<string[]> {
  const seen = await page.evaluate(read, { FOREIGN, ATTRIBUTES, OPEN, CLOSE });
  const words = seen.filter(({ text }) => hasWord(text) && !names.test(text));
  return [...new Set(words.map(({ text, place }) => `${place}: ${text}`))];
}

function read(given: { FOREIGN: string; ATTRIBUTES: string[]; OPEN: string; CLOSE: string }): Seen[] {
  const seen: Seen[] = [];
  /** What stands outside of brackets. @param depth how many are open before it */
  const outside = (text: string, depth: number): [string, number] => {
    let out = '';
    for (const sign of text) {
      if (sign === given.OPEN) depth++;
      else if (sign === given.CLOSE) depth--;
      else if (depth <= 0) out += sign;
    }
    return [out.trim(), depth];
  };
  const placeOf = (one: Element) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}`;
  let depth = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node instanceof Element ? node : node.parentElement!;
    if (element.closest(given.FOREIGN)) continue;
    if (node instanceof Element) {
      for (const name of given.ATTRIBUTES) {
        const [text] = outside(node.getAttribute(name) ?? '', 0);
        seen.push({ text, place: `${placeOf(node)} ${name}` });
      }
      continue;
    }
    const [text, after] = outside(node.nodeValue ?? '', depth);
    seen.push({ text, place: placeOf(element) });
    depth = Math.max(0, after);
  }
  if (depth > 0) seen.push({ text: 'a text whose end was cut off', place: 'body' });
  const [title] = outside(document.title, 0);
  return [...seen, { text: title, place: 'title' }];
}
