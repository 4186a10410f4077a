/** Takes a picture of a sampling as the one to start from. */
import { picture } from '../state/layout.ts';
import { needsPicture } from '../state/start.ts';
import { choose } from '../state/start-state.ts';
import { change, describeSeed, draft, type Run } from '../state/state.ts';

/** Its class stays chosen, and a start that needs no picture becomes one that does. */
export function takePicture(made: Run, index: number): void {
  const { x, masks } = made.frames.at(made.frames.last)!;
  const plane = made.shape[1] * made.shape[2];
  choose({
    kind: 'made',
    pixels: picture(x, made.shape, index),
    shape: made.shape,
    mask: masks?.subarray(index * plane, (index + 1) * plane),
    name: `picture ${index + 1}, ${describeSeed(made, index)}`,
  });
  const { start } = draft.peek();
  const label = made.labels?.[index];
  change({
    start: needsPicture(start) ? start : 'fill',
    labels: label === undefined ? [] : [label],
  });
}
