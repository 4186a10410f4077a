/** Reads Protocol Buffers from a file, window by window: https://protobuf.dev/programming-guides/encoding */

/** A file to read parts of: a `Blob`, `bytesOf` an array, or a file in Node. */
export interface Bytes {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export const bytesOf = (array: Uint8Array<ArrayBuffer>): Bytes => ({
  size: array.length,
  slice: (start, end) => ({ arrayBuffer: async () => array.slice(start, end).buffer }),
});

const textOf = async (file: Bytes, start: number, end: number): Promise<string> =>
  new TextDecoder().decode(await file.slice(start, end).arrayBuffer());

export interface WireField {
  number: number;
  kind: 'integer' | 'bytes' | 'fixed';
  /** Value of an integer; rounded beyond 2^53. */
  value: number;
  /** Where the bytes are in the file. */
  start: number;
  end: number;
}

/** The bytes are not in this encoding. */
export class WireError extends Error {}

/** The file is shorter than it announced: it should have at least `needs` bytes. */
export class Truncated extends Error {
  readonly needs: number;
  constructor(needs: number) {
    super(`The file should have ${needs} bytes.`);
    this.needs = needs;
  }
}

export interface Wire {
  /** The fields of a message. */
  fields(start: number, end: number): AsyncGenerator<WireField>;
  text(field: WireField): Promise<string>;
  /** Values of a repeated field, packed or not. */
  integers(field: WireField): Promise<number[]>;
}

const WINDOW = 1 << 16;
const VARINT_BYTES = 10;
const LONGEST_TEXT = 4096;

export function openWire(file: Bytes): Wire {
  let view = new Uint8Array(0);
  let viewStart = 0;

  /** Makes sure that the window holds the bytes from `at` on: `VARINT_BYTES` or up to the end of the file. */
  async function look(at: number): Promise<void> {
    const wanted = Math.min(at + VARINT_BYTES, file.size);
    if (at >= viewStart && wanted <= viewStart + view.length) return;
    view = new Uint8Array(await file.slice(at, at + WINDOW).arrayBuffer());
    viewStart = at;
  }

  async function varint(at: number, end: number): Promise<[value: number, next: number]> {
    await look(at);
    let value = 0;
    let next = at;
    for (let scale = 1; ; scale *= 128) {
      if (next >= file.size) throw new Truncated(next + 1);
      if (next >= end || next - at >= VARINT_BYTES) throw new WireError('A number does not end.');
      const byte = view[next++ - viewStart]!;
      value += (byte & 127) * scale;
      if (byte < 128) return [value, next];
    }
  }

  async function* fields(start: number, end: number): AsyncGenerator<WireField> {
    let at = start;
    while (at < end) {
      const [key, afterKey] = await varint(at, end);
      const number = Math.floor(key / 8);
      if (number === 0) throw new WireError('No field has number 0.');
      const field = { number, value: 0, start: afterKey, end: afterKey };
      switch (key % 8) {
        case 0: {
          const [value, next] = await varint(afterKey, end);
          at = next;
          yield { ...field, kind: 'integer', value, end: next };
          break;
        }
        case 1:
        case 5: {
          at = afterKey + (key % 8 === 1 ? 8 : 4);
          if (at > end) throw at > file.size ? new Truncated(at) : new WireError('A field is longer than its message.');
          yield { ...field, kind: 'fixed', end: at };
          break;
        }
        case 2: {
          const [length, next] = await varint(afterKey, end);
          at = next + length;
          if (at > end) throw at > file.size ? new Truncated(at) : new WireError('A field is longer than its message.');
          yield { ...field, kind: 'bytes', start: next, end: at };
          break;
        }
        default:
          throw new WireError('A field is of no known kind.');
      }
    }
  }

  return {
    fields,
    text: ({ start, end }) => textOf(file, start, Math.min(end, start + LONGEST_TEXT)),
    integers: async ({ kind, value, start, end }) => {
      if (kind === 'integer') return [value];
      const values: number[] = [];
      for (let at = start; at < end; ) {
        const [next, after] = await varint(at, end);
        values.push(next);
        at = after;
      }
      return values;
    },
  };
}
