/** How the pictures of a panel are laid out. index.html needs it before the view's code is there: first-view/body.ts. */
import { crispGrid, type Grid } from './layout.ts';

/** CSS pixels, for three and four rows of cells of 84, which is three times a picture of 28. */
const HEIGHT = 3 * 84 + 2 * 6;
const TALL = 4 * 84 + 3 * 6;
const MANY = 12;
/** Smaller pictures say nothing, on a phone either. */
const LEAST = 72;

/**
 * @param pixels of the longer side of a picture.
 * @param total pictures of which `count` are shown. Default: all.
 */
export function panelGrid(
  count: number,
  pixels: number,
  box: { width: number; ratio: number },
  total: number = count,
): Grid {
  const height = total > MANY ? TALL : HEIGHT;
  return crispGrid(count, { ...box, height }, pixels, count > MANY ? 0 : LEAST);
}
