import { describe, expect, it } from 'vitest';
import { escapeHtml, html, textOf, trusted } from '#evaluation/report/html.ts';

describe('html', () => {
  it('escapes what is put into text and attributes', () => {
    const name = `<script>alert("it's & done")</script>`;
    expect(textOf(html`<td title="${name}">${name}</td>`)).toBe(
      `<td title="${escapeHtml(name)}">&#60;script&#62;alert(&#34;it&#39;s &#38; done&#34;)&#60;/script&#62;</td>`,
    );
  });

  it('puts HTML into HTML once, lists without commas, and leaves out what is absent', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(textOf(html`<ul>${items}${undefined}${false}${0}</ul>`)).toBe('<ul><li>a</li><li>&#60;b&#62;</li>0</ul>');
    expect(textOf(html`${trusted('<svg></svg>')}`)).toBe('<svg></svg>');
  });

  it('has no control characters, which HTML does not allow', () => {
    expect(escapeHtml('a\u0000b\u001bc\ud800\td')).toBe('a\ufffdb\ufffdc\ufffd\td');
    expect(escapeHtml('a 🦴')).toBe('a 🦴');
  });
});
