/** The marks of charts as small drawings, for the lists beside them that say what is what. */
import { type Html, html, trusted } from './html.ts';

/** @param drawing SVG within 14 x 14 */
const swatch = (drawing: string): string =>
  `<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${drawing}</svg>`;

/** Forms that a series of points may have, by Plot's names, as paths within 14 x 14. */
const OUTLINES = {
  circle: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z',
  diamond: 'M7 1 11.5 7 7 13 2.5 7z',
  square: 'M2.5 2.5H11.5V11.5H2.5z',
  triangle: 'M7 2 12.5 11.5H1.5z',
} as const;

const SYMBOLS = Object.keys(OUTLINES) as (keyof typeof OUTLINES)[];
const COLOURS = 8;

/** Form and colour of series number `i`; the first eight are all different. */
export function seriesStyle(i: number): { symbol: keyof typeof OUTLINES; colour: string } {
  return { symbol: SYMBOLS[i % SYMBOLS.length]!, colour: `var(--c${i % COLOURS})` };
}

/** What a list of marks may hold. */
const MARKS = {
  model: '<circle cx="7" cy="7" r="5" fill="var(--accent)"/>',
  real: `<path d="${OUTLINES.diamond}" fill="none" stroke="var(--second)" stroke-width="2"/>`,
  noise: '<path d="M2 2 12 12M12 2 2 12" stroke="var(--muted)" stroke-width="2"/>',
  bar: '<rect y="2" width="14" height="10" fill="var(--accent)"/>',
  paleBar: '<rect y="2" width="14" height="10" fill="var(--accent)" fill-opacity="0.5"/>',
  tick: '<path d="M7 1V13" stroke="var(--third)" stroke-width="3"/>',
  outline: '<path d="M0 11H7V4H14" fill="none" stroke="var(--second)" stroke-width="2"/>',
  dashes: '<path d="M7 0V14" stroke="var(--third)" stroke-width="2" stroke-dasharray="4 2"/>',
} as const;

/** A list of marks and what each stands for. */
export const key = (entries: readonly (readonly [mark: keyof typeof MARKS, words: string])[]): Html =>
  html`<ul class="key" aria-label="Marks">
${entries.map(([mark, words]) => html`<li>${trusted(swatch(MARKS[mark]))}${words}</li>\n`)}</ul>
`;

/** The same for series, in order; one without a name is left out. */
export const seriesKey = (names: readonly (string | undefined)[]): Html =>
  html`<ul class="key" aria-label="Lines">
${names.map((name, i) => name !== undefined && html`<li>${seriesMark(i)}${name}</li>\n`)}</ul>
`;

export function seriesMark(i: number): Html {
  const { symbol, colour } = seriesStyle(i);
  return trusted(swatch(`<path d="${OUTLINES[symbol]}" fill="none" stroke="${colour}" stroke-width="2"/>`));
}
