/** One training, recorded: digits on their way from the same noise, after more and more steps. See scripts/learn/record-training.ts. */
import type { ImageShape } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { sentence } from '../../../../state/loader.ts';
import facts from './recording.json' with { type: 'json' };

export interface Trained {
  /** Updates so far. */
  step: number;
  /** That they took. */
  seconds: number;
  /** Loss on images that were held out; null before the first step. */
  heldOut: number | null;
}

export const RECORDING = facts as unknown as {
  command: string;
  digits: number[];
  shape: ImageShape;
  /** The network's input at the moments of sampling that were kept, from noise on. */
  timesteps: number[];
  trained: Trained[];
};

export const ADDRESS = './learn/recorded-training.png';

/** A cell of the recording. */
export interface Cell {
  /** Index in `digits`. */
  digit: number;
  /** Index in `trained`. */
  row: number;
  /** Index in `timesteps`. */
  column: number;
  /** What the network sees, x_t, or its guess of the picture. */
  what: 'x' | 'x0';
}

/** Where a cell lies in the sheet, in pixels: a row is a digit after so many steps, and at each moment has x, then x0. */
export function placeOf({ digit, row, column, what }: Cell): {
  left: number;
  top: number;
  width: number;
  height: number;
} {
  const { digits, shape } = RECORDING;
  const [, height, width] = shape;
  return {
    left: (2 * column + (what === 'x0' ? 1 : 0)) * width,
    top: (row * digits.length + digit) * height,
    width,
    height,
  };
}

export type Sheet = ImageBitmap | { failed: string };

/** null before it is fetched. */
export const sheet = signal<Sheet | null>(null);

export async function fetchSheet(): Promise<void> {
  if (sheet.peek() instanceof ImageBitmap) return;
  try {
    const response = await fetch(new URL(ADDRESS, document.baseURI));
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    sheet.value = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' });
  } catch (error) {
    sheet.value = { failed: `Cannot fetch the recording: ${sentence(error)}` };
  }
}
