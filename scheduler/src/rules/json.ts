/**
 * Reads JSON, and says what is wrong with a text that is none. Parsers say it in words of their own, which differ between
 * browsers, and seldom name the place.
 */

/** @param refuse throws the sentence; it gets what ends it, after "received" */
export function parseJson(text: string, refuse: (received: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(faultOf(text));
  }
}

function faultOf(text: string): string {
  const begin = text.trimStart();
  if (begin === '') return 'an empty file';
  if (/^<(!doctype|html)/i.test(begin)) return 'a web page';
  if (!/^[{[]/.test(begin)) return 'something else';
  const at = mistakeIn(text);
  if (at === undefined) return 'text with a mistake in it';
  if (at === text.length) return 'a file that was cut short: copy or download it again';
  return `text with a mistake in line ${text.slice(0, at).split('\n').length}`;
}

/** What may follow a mark, a text (") or another value (v). */
const NEXT: Readonly<Record<string, string>> = {
  '{': '"}',
  '[': 'v"{[]',
  '}': ',}]',
  ']': ',}]',
  ',': 'v"{[',
  ':': 'v"{[',
  '"': ',:}]',
  v: ',}]',
};
const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null))/iy;

/** Where a text stops to be JSON; its length where it ends too early. Some mistakes are not found. */
function mistakeIn(text: string): number | undefined {
  let before = ',';
  let depth = 0;
  for (let at = 0; text.slice(at).trim() !== ''; ) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    const start = at + /^\s*/.exec(text.slice(at))![0].length;
    if (token === null) return /^"(?:[^"\\]|\\.)*\\?$/.test(text.slice(start)) ? text.length : start;
    const kind = token[1] ?? (token[2] ? '"' : 'v');
    if (!NEXT[before]!.includes(kind) || (depth === 0 && at > 0)) return start;
    if (/[{[]/.test(kind)) depth++;
    if (/[}\]]/.test(kind)) depth--;
    before = kind;
    at = TOKEN.lastIndex;
  }
  return depth > 0 ? text.length : undefined;
}
