/**
 * A small stroke alphabet, so that charts look the same on every machine, even one with no fonts.
 * Limits: capitals, digits and some signs; small letters are drawn as capitals, anything else as a box.
 */

/**
 * Strokes on a grid 4 wide and 6 high, from the top left: pairs of digits `xy`, joined by lines; a space ends a stroke.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '',
  A: '0602204246 0444',
  B: '0333444536060030414233',
  C: '4130100105163645',
  D: '00063645413000',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '1030 2026 1636',
  J: '4045361605',
  K: '0006 4004 1346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '103041453616050110',
  P: '06003041423303',
  Q: '103041453616050110 2446',
  R: '06003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  0: '103041453616050110',
  1: '112026 1636',
  2: '01103041420646',
  3: '01103041423313334445361605',
  4: '36300444',
  5: '400003334445361605',
  6: '413010010516364544331304',
  7: '004016',
  8: '103041423313020110 1304051636454433',
  9: '051636454130100102133342',
  '.': '2526',
  ',': '2516',
  ':': '2122 2425',
  '-': '0343',
  '+': '0343 2125',
  '=': '0242 0444',
  _: '0646',
  '/': '0640',
  '%': '0640 0001 4546',
  '(': '30212536',
  ')': '10212516',
};
export const INK = '#333333';
const BOX = '0040460600';
const ADVANCE = 6;

/** Width of a text in pixels when capitals are `size` pixels high. */
export function textWidth(text: string, size: number): number {
  return text.length === 0 ? 0 : ((text.length * ADVANCE - 2) * size) / 6;
}

/** An SVG element that draws path data in the colour of texts, with lines of this width; none for an empty path. */
export function strokes(path: string, width: number): string[] {
  if (path === '') return [];
  return [
    `<path d="${path}" stroke="${INK}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" fill="none"/>`,
  ];
}

/** The SVG path data of a text whose top left corner is (x, y) and whose capitals are `size` pixels high. */
export function textPath(text: string, x: number, y: number, size: number): string {
  const unit = size / 6;
  const at = (column: number, pair: string) =>
    `${round(x + (column * ADVANCE + Number(pair[0])) * unit)} ${round(y + Number(pair[1]) * unit)}`;
  return [...text.toUpperCase()]
    .flatMap((letter, column) =>
      (GLYPHS[letter] ?? BOX)
        .split(' ')
        .filter((stroke) => stroke !== '')
        .map((stroke) => `M${(stroke.match(/../g) ?? []).map((pair) => at(column, pair)).join('L')}`),
    )
    .join('');
}

/** Rounds to hundredths, for coordinates of paths. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
