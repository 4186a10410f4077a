/** The grid of arrows: as many places as a call of the network has. */
import { BATCH } from './cloud-network.ts';

/** The plane is shown from -REACH to REACH. */
export const REACH = 2;
const SIDE = Math.sqrt(BATCH);

/** [BATCH, 2] */
export const GRID = Float32Array.from({ length: 2 * BATCH }, (_, i) => {
  const place = i & 1 ? Math.floor((i >> 1) / SIDE) : (i >> 1) % SIDE;
  return ((place + 0.5) / SIDE) * 2 * REACH - REACH;
});
