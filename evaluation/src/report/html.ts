/**
 * HTML from templates: every value put into a template is escaped, unless it is HTML itself. So a class that is called
 * `<script>` is harmless wherever it is shown.
 */
const MARK: unique symbol = Symbol('html');

/** Text that is HTML already. Only `html` and `trusted` make it. */
export interface Html {
  readonly [MARK]: string;
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** html`<td title="${name}">${value}</td>`: attributes must be in double quotes; undefined and false are left out. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return trusted(texts.map((text, i) => text + write(parts[i])).join(''));
}

/** Declares a text to be HTML: for what a library has written and escaped. */
export const trusted = (text: string): Html => ({ [MARK]: text });

export const textOf = (document: Html): string => document[MARK];

function write(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return MARK in part ? part[MARK] : part.map(write).join('');
}

/** Control characters, which are not allowed in HTML, become the replacement character. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, '\uFFFD');
}
