/** A block's picture: of its feature maps the one that varies most, as large as the block's places are many. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { tiles } from './tiles.ts';

/** CSS pixels a side of the largest picture of a network. */
const LARGEST = 40;

export interface Maps {
  data: Float32Array;
  /** [1, channels, height, width] */
  dims: readonly number[];
}

interface ThumbProps {
  side: number;
  /** Side of the largest picture. */
  most: number;
  /** One map; undefined: a plain square. */
  maps: Maps | undefined;
}

export function Thumb({ side, most, maps }: ThumbProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const { style } = canvas.current!;
    style.width = `${Math.max(2, (side / most) * LARGEST)}px`;
  }, [side, most]);
  useLayoutEffect(() => {
    if (maps) paintMaps(canvas.current!, maps, 1);
    else canvas.current!.width = canvas.current!.height = 1;
  }, [maps]);
  return <canvas ref={canvas} class={maps ? 'picture learn-thumb' : 'picture learn-thumb learn-thumb-plain'} />;
}

/** All maps of a block as tiles of one sheet. */
export function paintMaps(canvas: HTMLCanvasElement, { data, dims }: Maps, columns: number): void {
  const [, count = 0, height = 0, width = 0] = dims;
  const sheet = tiles(data, { count, height, width, columns });
  canvas.width = sheet.width;
  canvas.height = sheet.height;
  const image = new ImageData(sheet.width, sheet.height);
  image.data.set(sheet.rgba);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

/** The map with the largest variance over its places. */
export function liveliest({ data, dims }: Maps): Float32Array {
  const [, count = 0, height = 0, width = 0] = dims;
  const size = height * width;
  let best = { variance: -1, map: data.subarray(0, size) };
  for (let n = 0; n < count; n++) {
    const map = data.subarray(n * size, (n + 1) * size);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < size; i++) sum += map[i]!;
    const mean = sum / size;
    for (let i = 0; i < size; i++) squares += (map[i]! - mean) ** 2;
    const variance = squares / size;
    if (variance > best.variance) best = { variance, map };
  }
  return best.map;
}
