/** Feature maps side by side as one picture in two colours, with a gap between them. */

export interface Sheet {
  width: number;
  height: number;
  /** [height, width, 4] */
  rgba: Uint8ClampedArray;
}

export interface TileOptions {
  count: number;
  height: number;
  width: number;
  columns: number;
}

const NEGATIVE = [96, 165, 250] as const;
const POSITIVE = [251, 146, 60] as const;
/** Values above this share of all are as bright as can be: a few large ones would leave the rest black. */
const BRIGHT = 0.99;

/** Of the sheet, in pixels. */
export function sheetSize({ count, height, width, columns }: TileOptions): Pick<Sheet, 'width' | 'height'> {
  const across = Math.min(columns, count);
  return { width: across * (width + 1) - 1, height: Math.ceil(count / across) * (height + 1) - 1 };
}

/** @param values [count, height, width] */
export function tiles(values: Float32Array, options: TileOptions): Sheet {
  const { count, height, width, columns } = options;
  const across = Math.min(columns, count);
  const { width: w, height: h } = sheetSize(options);
  const rgba = new Uint8ClampedArray(4 * w * h);
  const sizes = values.map(Math.abs).sort();
  const top = sizes[Math.floor(BRIGHT * (sizes.length - 1))] || 1;
  for (let n = 0; n < count; n++) {
    const left = (n % across) * (width + 1);
    const up = Math.floor(n / across) * (height + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = values[(n * height + y) * width + x]! / top;
        const colour = value < 0 ? NEGATIVE : POSITIVE;
        const at = 4 * ((up + y) * w + left + x);
        const bright = Math.min(Math.abs(value), 1);
        rgba[at] = colour[0] * bright;
        rgba[at + 1] = colour[1] * bright;
        rgba[at + 2] = colour[2] * bright;
        rgba[at + 3] = 255;
      }
    }
  }
  return { width: w, height: h, rgba };
}
