/** The real digits that the page ships; the view shows one of each. */
import { fetchFile } from '../../../state/fetch-file.ts';

export interface Digits {
  /** [count, height, width] */
  bytes: Uint8Array;
  width: number;
  height: number;
  /** One per digit. */
  labels: number[];
  /** Where the first 0, 1 ... 9 is. */
  places: number[];
}

interface Info {
  width: number;
  height: number;
  labels: number[];
}

const ADDRESS = 'assets/real-28';

/** @throws Error with one sentence if they cannot be fetched. */
export async function fetchDigits(): Promise<Digits> {
  const get = (ending: string) => fetchFile(`${ADDRESS}.${ending}`, 'the digits');
  const [info, bytes] = await Promise.all([
    get('json').then((response) => response.json() as Promise<Info>),
    get('bin').then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  const places = Array.from({ length: 10 }, (_, label) => info.labels.indexOf(label));
  return { bytes, ...info, places };
}
