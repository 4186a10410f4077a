/** Invalid bodies for calls of the tiny network (1 x 4 x 4, 10 classes). */
import fc from 'fast-check';

const tensor = (name: string, shape: number[], datatype: string, data: number[]) => ({ name, shape, datatype, data });
const sample = tensor('sample', [1, 1, 4, 4], 'FP32', new Array(16).fill(0.5));
const timestep = tensor('timestep', [1], 'FP32', [3]);
const labels = tensor('class_labels', [1], 'INT64', [2]);
const inputs = [sample, timestep, labels];

const replaced = (index: number, values: fc.Arbitrary<object>) =>
  values.map((value) => ({ inputs: inputs.map((input, i) => (i === index ? { ...input, ...value } : input)) }));

/** Sixteen numbers in arrays of a wrong shape, or with something else among them. */
const wrongData = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !Array.isArray(value)),
  fc
    .array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 40 })
    .filter(({ length }) => length !== 16),
  fc
    .tuple(fc.constantFrom(null, 'a', true, {}, { a: 1 }, 1e39, -4e38), fc.nat(15))
    .map(([value, at]) => (sample.data as unknown[]).with(at, value)),
  fc.integer({ min: 5, max: 3000 }).map((levels) => nest(new Array(16).fill(0), levels)),
);
const wrongShape = fc
  .array(fc.oneof(fc.integer({ min: -3, max: 20 }), fc.constantFrom(2 ** 31, 1e300, 0.5)), { maxLength: 9 })
  .filter((shape) => shape.join() !== '1,1,4,4');

const wrong: fc.Arbitrary<unknown> = fc.oneof(
  replaced(
    0,
    wrongData.map((data) => ({ data })),
  ),
  replaced(
    0,
    wrongShape.map((shape) => ({ shape })),
  ),
  replaced(
    0,
    fc.constantFrom('FP64', 'FP8', 'BYTES', '', 'fp32', 1, null).map((datatype) => ({ datatype })),
  ),
  replaced(
    1,
    fc
      .constantFrom([], [1, 2], ['1'], [null], 3, null, [[[1]]], ['1e39'], [-1], [1000], [999.5], [1e39], [2 ** 60])
      .map((data) => ({ data })),
  ),
  replaced(
    2,
    fc.constantFrom([10], [-1], [0.5], ['a'], [], [2 ** 60], [2 ** 32 + 3]).map((data) => ({ data })),
  ),
  replaced(
    1,
    fc
      .string()
      .filter((name) => name !== 'timestep')
      .map((name) => ({ name })),
  ),
  fc.subarray(inputs, { maxLength: 2 }).map((some) => ({ inputs: some })),
  fc
    .constantFrom([sample, sample, sample], [...inputs, timestep], [timestep, timestep, sample])
    .map((some) => ({ inputs: some })),
  fc.jsonValue({ maxDepth: 3 }).map((value) => ({ inputs: value })),
  fc.jsonValue({ maxDepth: 3 }).map((value) => ({ inputs: [value] })),
  fc
    .jsonValue({ maxDepth: 2 })
    .filter((value) => typeof value !== 'string')
    .map((id) => ({ inputs, id })),
  fc
    .constantFrom([{ name: 'other' }], [{}], [{ name: 'out_sample' }, { name: 'out_sample' }], 1, {})
    .map((outputs) => ({ inputs, outputs })),
);

export const malformedInferences: fc.Arbitrary<Buffer> = wrong.map((value) => Buffer.from(JSON.stringify(value)));

function nest(value: unknown, levels: number): unknown {
  return levels === 0 ? value : nest([value], levels - 1);
}
