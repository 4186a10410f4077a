/**
 * Which functions of onnxruntime-web's WebAssembly the page calls on one thread: `record.json`, which
 * `npm run record:runtime` writes after every change of onnxruntime-web.
 */

export interface RuntimeRecord {
  /** Name and version of the package. */
  package: string;
  /** Of the whole WebAssembly, in hex. The record means no other file. */
  sha256: string;
  /** Functions of the whole WebAssembly. */
  functions: number;
  /** A bit for each function, the lowest of a byte first, in base64. */
  used: string;
}

/** @param places of the functions that were called */
export function encodeUsed(places: Iterable<number>, functions: number): string {
  const bits = new Uint8Array(Math.ceil(functions / 8));
  for (const place of places) bits[place >> 3]! |= 1 << (place & 7);
  return Buffer.from(bits).toString('base64');
}

export function readUsed({ used }: Pick<RuntimeRecord, 'used'>): (place: number) => boolean {
  const bits = Buffer.from(used, 'base64');
  return (place) => ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}
