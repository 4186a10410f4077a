import { describe, expect, it } from 'vitest';
import { countFunctions, markOf, withMarks, withoutOthers } from '#site/build/runtime/functions.ts';

const I32 = 0x7f;
const text = (name: string) => [name.length, ...Buffer.from(name)];
const section = (id: number, ...items: number[][]) => {
  const body = [items.length, ...items.flat()];
  return [id, body.length, ...body];
};
const NO_LOCALS = [0];
const body = (code: number[], locals = NO_LOCALS) => [locals.length + code.length + 1, ...locals, ...code, 0x0b];

/**
 * Imports a function, a memory, a table and a global; of its five functions `twice` calls the first, and `far` the second, through the
 * table.
 */
const MODULE = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [0x60, 1, I32, 1, I32]),
  ...section(
    2,
    [...text('a'), ...text('f'), 0, 0],
    [...text('a'), ...text('m'), 2, 1, 1, 2],
    [...text('a'), ...text('t'), 1, 0x70, 0, 4],
    [...text('a'), ...text('g'), 3, I32, 0],
  ),
  ...section(3, [0], [0], [0], [0], [0]),
  ...section(6, [I32, 1, 0x41, 7, 0x0b]),
  ...section(7, [...text('twice'), 0, 3], [...text('far'), 0, 4], [...text('last'), 0, 5]),
  ...section(9, [0, 0x41, 1, 0x0b, 1, 2]),
  ...section(
    10,
    body([0x20, 0, 0x20, 0, 0x6a]), // 0: x + x
    body([0x20, 0, 0x23, 0, 0x6a, 0x23, 1, 0x6a]), // 1: x + the imported global + the own one
    body([0x20, 0, 0x10, 1]), // 2, twice: calls 0
    body([0x20, 0, 0x41, 1, 0x11, 0, 0], [1, 1, I32]), // 3, far: has a local, and calls the table's entry 1
    body([0x20, 0, 0x10, 0]), // 4, last: calls the imported function
  ),
]);

type Call = (x: number) => number;

function start(wasm: Uint8Array<ArrayBuffer>) {
  const a = {
    f: (x: number) => -x,
    m: new WebAssembly.Memory({ initial: 1, maximum: 2 }),
    t: new WebAssembly.Table({ initial: 4, element: 'anyfunc' }),
    g: new WebAssembly.Global({ value: 'i32' }, 100),
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { a });
  return exports as unknown as Record<'twice' | 'far' | 'last', Call> & Record<string, WebAssembly.Global>;
}

describe('withMarks', () => {
  it('computes the same, and marks what is called, through tables as well', () => {
    const whole = start(MODULE);
    const marked = start(withMarks(MODULE));
    const marks = () => Array.from({ length: countFunctions(MODULE) }, (_, place) => marked[markOf(place)]!.value);
    expect(marks()).toEqual([0, 0, 0, 0, 0]);
    expect([marked.twice(3), whole.twice(3)]).toEqual([6, 6]);
    expect(marks()).toEqual([1, 0, 1, 0, 0]);
    expect([marked.far(3), whole.far(3)]).toEqual([110, 110]);
    expect(marks()).toEqual([1, 1, 1, 1, 0]);
    expect(marked.last(3)).toBe(-3);
    expect(marks()).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('withoutOthers', () => {
  const smaller = withoutOthers(MODULE, (place) => place !== 4 && place !== 0, 'whose it is');

  it('keeps the functions in use as they are, and the others trap', () => {
    const { far, last, twice } = start(smaller);
    expect(far(3)).toBe(110);
    expect(() => last(3)).toThrow(WebAssembly.RuntimeError);
    expect(() => twice(3)).toThrow(WebAssembly.RuntimeError); // what it calls is gone
  });

  it('is the module itself, and a note, where all are in use', () => {
    const all = withoutOthers(MODULE, () => true, 'whose it is');
    expect(all.subarray(0, MODULE.length)).toEqual(MODULE);
    const [note] = WebAssembly.Module.customSections(new WebAssembly.Module(all), 'note');
    expect(Buffer.from(note!).toString()).toBe('whose it is');
  });

  it('makes a module of one that lists no globals and exports nothing', () => {
    const bare = Uint8Array.from([
      ...MODULE.subarray(0, 8),
      ...section(1, [0x60, 1, I32, 1, I32]),
      ...section(3, [0]),
      ...section(10, body([0x20, 0])),
    ]);
    expect(WebAssembly.validate(withMarks(bare))).toBe(true);
    expect(WebAssembly.validate(withoutOthers(bare, () => false, ''))).toBe(true);
  });
});
