/** How the pictures of a panel are laid out. index.html needs it before the view's code is there: first-view/body.ts. */
import { crispGrid, type Extent, type Grid } from './layout.ts';

/** CSS pixels, for three and four rows of cells of 84, which is three times a picture of 28. */
const HEIGHT = 3 * 84 + 2 * 6;
const TALL = 4 * 84 + 3 * 6;
const MANY = 12;
/** Of the longer side. Smaller pictures say nothing, on a phone either. */
const LEAST = 72;

/**
 * @param picture in pixels.
 * @param total pictures of which `count` are shown. Default: all.
 */
export function panelGrid(
  count: number,
  picture: Extent,
  box: { width: number; ratio: number },
  total: number = count,
): Grid {
  const height = total > MANY ? TALL : HEIGHT;
  return crispGrid(count, { ...box, height }, picture, count > MANY ? 0 : LEAST);
}
