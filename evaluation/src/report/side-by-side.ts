/** Puts points that have the same place on a logarithmic axis beside each other, so that each shows its interval. */

/** Pixels between neighbours, where there is room. */
const APART = 11;

export interface SideBySide {
  domain: [least: number, greatest: number];
  /** Of each value, its place on the axis: the value itself where it has the place alone. */
  places: number[];
}

/**
 * Neighbours keep the order of the values, their middle is the value, and those of one value stay clear of the next.
 * @param values above 0 @param pixels between the ends of the domain @param room pixels beyond each end
 */
export function sideBySide(values: readonly number[], pixels: number, room: number): SideBySide {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [least, greatest] = [distinct[0]!, distinct.at(-1)!];
  const domain: SideBySide['domain'] = least === greatest ? [least / 2, 2 * least] : [least, greatest];
  const ofPixel = Math.log(domain[1] / domain[0]) / pixels;
  const stepOf = (value: number, count: number): number => {
    const at = distinct.indexOf(value);
    const gaps = [distinct[at - 1], distinct[at + 1]].flatMap((next) =>
      next === undefined ? [] : [Math.abs(Math.log(next / value)) / ofPixel],
    );
    return Math.min(APART, (2 * room) / count, ...gaps.map((gap) => gap / (count + 1)));
  };
  const seen = new Map<number, number>();
  const places = values.map((value) => {
    const count = values.filter((other) => other === value).length;
    const nth = seen.get(value) ?? 0;
    seen.set(value, nth + 1);
    return value * Math.exp(ofPixel * stepOf(value, count) * (nth - (count - 1) / 2));
  });
  return { domain, places };
}
