/** Pictures of channels that are kept one by one. */
import type { Depth } from './types.ts';

type Levels = Uint8Array | Uint16Array;

/**
 * One plane after the other: [channels, height, width]. At 16 bits, planes of 8 get 257 times their levels.
 * @param planes [height, width] each
 */
export function joinPlanes(planes: readonly Levels[], depth: Depth = 8): Levels {
  const size = planes[0]!.length;
  const all = depth === 16 ? new Uint16Array(planes.length * size) : new Uint8Array(planes.length * size);
  for (const [channel, plane] of planes.entries()) {
    const deepen = depth === 16 && plane instanceof Uint8Array;
    all.set(deepen ? Uint16Array.from(plane, (level) => 257 * level) : plane, channel * size);
  }
  return all;
}
