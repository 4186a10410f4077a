/** What a block gives for this picture and t: one small picture a channel. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Block } from './blocks.ts';
import { tiles } from './tiles.ts';

export interface FeatureMapsProps {
  block: Block;
  /** [1, channels, height, width]; undefined: not computed yet. */
  values: { data: Float32Array; dims: readonly number[] } | undefined;
}

const COLUMNS = 16;

export function FeatureMaps({ block, values }: FeatureMapsProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { title, module } = block;
  const channels = values?.dims[1] ?? block.channels;
  useLayoutEffect(() => {
    if (!values || !canvas.current) return;
    const [, count = 0, height = 0, width = 0] = values.dims;
    const sheet = tiles(values.data, { count, height, width, columns: COLUMNS });
    canvas.current.width = sheet.width;
    canvas.current.height = sheet.height;
    const image = new ImageData(sheet.width, sheet.height);
    image.data.set(sheet.rgba);
    canvas.current.getContext('2d')!.putImageData(image, 0, 0);
  }, [values]);
  return (
    <figure class="learn-figure grid slim gap-8 learn-maps" aria-live="off">
      <canvas ref={canvas} class="picture" role="img" aria-label={`${channels} feature maps of ${module}`} />
      <figcaption>
        <strong>{title}</strong>, <code>{module}</code>: {channels} feature maps. Blue is negative, orange positive.
      </figcaption>
    </figure>
  );
}
