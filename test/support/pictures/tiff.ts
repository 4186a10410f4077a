/** TIFF files of numbers for tests, which sharp does not write. */

/** What its numbers are. */
export type Kind = 'uint' | 'int' | 'float';

/** A little-endian TIFF of 4 x 4 pixels, not compressed, of four equal rows. */
export function tiff(kind: Kind, bits: number, row: readonly number[], { alpha = false } = {}): Buffer {
  const each = row.length / 4;
  const values = [...row, ...row, ...row, ...row];
  const bytes = Buffer.alloc((values.length * bits) / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [Type, at] = [{ uint: 'Uint', int: 'Int', float: 'Float' }[kind], bits / 8];
  const write = `set${Type}${bits}` as 'setFloat32';
  if (kind !== 'float' || bits !== 16) values.forEach((value, i) => void view[write](i * at, value, true));
  const [SHORT, LONG] = [3, 4];
  const colours = alpha ? each - 1 : each;
  const entries: [tag: number, type: number, value: number][] = [
    [256, LONG, 4],
    [257, LONG, 4],
    [258, SHORT, bits], // of each sample, where there are several
    [259, SHORT, 1],
    [262, SHORT, colours === 3 ? 2 : 1],
    [273, LONG, 0],
    [277, SHORT, each],
    [278, LONG, 4],
    [279, LONG, bytes.length],
    ...(alpha ? [[338, SHORT, 2] as [number, number, number]] : []),
    [339, SHORT, { uint: 1, int: 2, float: 3 }[kind]],
  ];
  const samples = 8 + 2 + 12 * entries.length + 4;
  const head = Buffer.alloc(samples + 4 * each);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, value], i) => {
    const at = 10 + 12 * i;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    const many = each > 1 && (tag === 258 || tag === 339);
    head.writeUInt32LE(many ? each : 1, at + 4);
    const place = samples + (tag === 258 ? 0 : 2 * each);
    if (many && each > 2) for (let c = 0; c < each; c++) head.writeUInt16LE(value, place + 2 * c);
    if (many && each === 2) head.writeUInt32LE(value * 0x10001, at + 8);
    else head.writeUInt32LE(many ? place : tag === 273 ? head.length : value, at + 8);
  });
  return Buffer.concat([head, bytes]);
}
