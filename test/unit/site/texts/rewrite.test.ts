/** A module in another language. */
import { describe, expect, it } from 'vitest';
import { findMessages } from '#site/build/texts/find.ts';
import { pseudo } from '#site/build/texts/pseudo.ts';
import { rewrite, type Translation } from '#site/build/texts/rewrite.ts';

function said(code: string, texts: Record<string, Translation>): string {
  return rewrite(code, findMessages(code, 'a.tsx'), ({ text }) => texts[text], 'pl');
}

describe('rewrite', () => {
  it('says nothing else where nothing is translated', () => {
    const code = '<p title="Two words">Draw {count} of {names[0]!}.</p>';
    expect(said(code, {})).toBe(code);
  });
  it('moves values and elements', () => {
    const code = '<p>Draw {count} pictures with <b class="x">one {thing}</b>.</p>';
    expect(said(code, { 'Draw {count} pictures with <b>one {thing}</b>.': '<b>{thing}</b>: {count}!' })).toBe(
      '<p><b class="x">{thing}</b>{": "}{count}{"!"}</p>',
    );
  });
  it('says what stands at a place in the same language', () => {
    const code = '<p>So {far ? `is ${it}` : <a title="An end">the end</a>} it is.</p>';
    const texts = { 'So {far} it is.': 'A {far}', 'is {it}': 'b {it} c', 'An end': 'D', 'the end': 'e' };
    expect(said(code, texts)).toBe('<p>{"A "}{far ? `b ${it} c` : <a title={"D"}>{"e"}</a>}</p>');
  });
  it('keeps white space around, and signs that would end a string', () => {
    expect(said('go(" and then", `${n} of them`)', { 'and then': 'a"b', '{n} of them': '`$\\ {n}' })).toBe(
      'go(" a\\"b", `\\`$\\\\ ${n}`)',
    );
  });
  it('chooses a form by the plural of a value', async () => {
    const code = 'export const of = (count: number) => `${count} long words`;';
    const forms = { of: 'count', one: '{count} słowo', few: '{count} słowa', other: '{count} słów' };
    const module = said(code, { '{count} long words': forms }).replace(': number', '');
    const { of } = (await import(`data:text/javascript,${encodeURIComponent(module)}`)) as { of(n: number): string };
    expect([1, 2, 5].map(of)).toEqual(['1 słowo', '2 słowa', '5 słów']);
  });
  it.each([
    ['{other} words', 'has no place other'],
    ['words', 'has a place count, missing'],
    ['{count} <b>words', 'has no place b'],
  ])('refuses %s', (text, rule) => {
    expect(() => said('<p>{count} words to say</p>', { '{count} words to say': text })).toThrow(rule);
  });
});

it('pseudo keeps places, and is 140 % as long between brackets', () => {
  const text = pseudo('Draw {count} pictures with <b>care</b>', 'jsx');
  expect(text).toMatch(/^⟦Dřáw \{count\} píçtúřéš wíth <b>çářé<\/b> .*⟧$/);
  const words = (all: string) => all.replaceAll(/\{count\}|<\/?b>/g, '').length;
  expect(words(text)).toBe(Math.round(words('Draw {count} pictures with <b>care</b>') * 1.4));
});
