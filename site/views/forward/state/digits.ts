/** The real digits that the page ships; the view shows one of each. */

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
  const get = async (ending: string) => {
    const response = await fetch(new URL(`${ADDRESS}.${ending}`, document.baseURI)).catch(() => undefined);
    if (response?.ok) return response;
    const why = response ? `the server answers ${response.status}` : 'there is no connection';
    throw new Error(`Cannot fetch the digits: ${why}.`);
  };
  const [info, bytes] = await Promise.all([
    get('json').then((response) => response.json() as Promise<Info>),
    get('bin').then(async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  const places = Array.from({ length: 10 }, (_, label) => info.labels.indexOf(label));
  return { bytes, ...info, places };
}
