/** The pictures of the chapter: one phantom in full size, and the page's sheet of small ones. */
import { computed, signal } from '@preact/signals';
import { fetchFile, pixelsOf } from '../../../../state/fetch-file.ts';
import { fetchPhantoms, type Phantoms } from '../../../../state/phantoms.ts';
import { fitPicture, type Rgba } from '../../../../state/picture.ts';

export interface Hands extends Phantoms {
  /** 256 pixels a side: see scripts/learn/draw-phantom.ts. */
  large: Rgba;
}

export const hands = signal<Hands | undefined>(undefined);

export async function fetchAll(): Promise<Hands> {
  const [phantoms, file] = await Promise.all([fetchPhantoms(), fetchFile('learn/phantom.webp', 'the hands')]);
  return { ...phantoms, large: await pixelsOf(await file.blob()) };
}

/** Pixels a side that the phantom is made smaller to. */
export const size = signal(64);

/** The phantom of that size, [size, size]; read by what shows it. */
export const small = computed(() => hands.value && fitPicture(hands.value.large, [1, size.value, size.value]));
