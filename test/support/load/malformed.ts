/** Invalid bodies of requests, made by fast-check. */
import fc from 'fast-check';

type Bytes = fc.Arbitrary<Buffer>;

const json = (values: fc.Arbitrary<unknown>): Bytes => values.map((value) => Buffer.from(JSON.stringify(value)));
const notA = (...types: string[]) =>
  fc.jsonValue({ maxDepth: 2 }).filter((value) => {
    const type = Array.isArray(value) ? 'array' : typeof value;
    return value !== null && !types.includes(type);
  });
const outside = (min: number, max: number) =>
  fc.oneof(
    fc.integer({ min: -(2 ** 31), max: min - 1 }),
    fc.integer({ min: max + 1, max: max + 2 ** 31 }),
    fc.double({ min: min + 0.001, max: min + 0.999, noNaN: true }),
    fc.constantFrom(1e308, -1e308, 2 ** 53, -(2 ** 53)),
    notA('number'),
  );

/** An invalid value for each field. The model: 4 x 4, 10 classes, 1,000 timesteps; 16 images per request. */
const WRONG: Record<string, fc.Arbitrary<unknown>> = {
  model: fc.oneof(
    notA('string'),
    fc.string().filter((name) => name !== 'tiny'),
    fc.constantFrom('../tiny', 'tiny/../tiny', '/etc/passwd', '__proto__', 'constructor', 'tiny\u0000', '..\\tiny', ''),
  ),
  prompt: fc.oneof(notA('string'), fc.constantFrom('a cat', '10', '-1', '1.5', 'x'.repeat(1001))),
  n: outside(1, 16),
  size: fc.oneof(notA('string'), fc.constantFrom('1024x1024', '4x5', 'x', '4')),
  response_format: fc.oneof(notA('string'), fc.constantFrom('link', '', 'B64_JSON')),
  output_format: fc.oneof(notA('string'), fc.constantFrom('gif', 'avif')),
  stream: notA('boolean'),
  partial_images: outside(0, 10),
  seed: fc.oneof(notA('number'), fc.integer({ max: -1 }), fc.constantFrom(0.5, 2 ** 53, 1e308)),
  steps: outside(1, 1000),
  sampler: fc.oneof(notA('string'), fc.constantFrom('nonesuch', 'DDIM', '')),
  eta: fc.oneof(
    notA('number'),
    fc.double({ min: 1.001, noNaN: true, noDefaultInfinity: true }),
    fc.double({ max: -0.001, noNaN: true, noDefaultInfinity: true }),
  ),
  spacing: fc.oneof(notA('string'), fc.constantFrom('even', 'Karras', '')),
  curvature: fc.oneof(notA('string'), fc.constantFrom('none', '')),
  noise: fc.oneof(notA('number'), fc.constantFrom(-0.1, 2.1)),
  solver: fc.oneof(notA('string'), fc.constantFrom('bh3', '')),
  label: fc.oneof(
    fc.integer({ min: 10 }),
    fc.integer({ max: -1 }),
    fc.constantFrom([], [10], ['x'], [[]], [0, 1], {}, { a: 1 }, true, 1.5, 'ten', new Array(17).fill(0)),
  ),
  user: fc.oneof(notA('string'), fc.constant('x'.repeat(1001))),
};

/** A valid request with one wrong or unknown field. */
const wrongField = fc
  .constantFrom(...Object.keys(WRONG))
  .chain((name) => WRONG[name]!.map((value) => ({ seed: 1, steps: 2, [name]: value })));
const unknownField = fc
  .tuple(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }))
  .filter(([name]) => !(name in WRONG))
  .map(([name, value]) => ({ seed: 1, [name]: value }));

const RIGHT = JSON.stringify({ seed: 1, steps: 2, model: 'tiny', label: [3] });
const cutShort = fc.integer({ min: 0, max: RIGHT.length - 1 }).map((length) => Buffer.from(RIGHT.slice(0, length)));
const grown = fc.string({ minLength: 1 }).map((text) => Buffer.from(`${RIGHT}}${text}`));
/** A text with bytes that are not UTF-8. */
const notUtf8 = fc
  .constantFrom([0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0x80], [0xe2, 0x82])
  .map((bytes) => Buffer.concat([Buffer.from('{"prompt":"'), Buffer.from(bytes), Buffer.from('"}')]));
const noise = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from([0x7f, ...bytes]));
const poisoned = fc
  .constantFrom('{"__proto__":{"n":1}}', '{"seed":1,"constructor":{"prototype":{"n":1}}}', '{"label":{"__proto__":[]}}')
  .map((text) => Buffer.from(text));
/** More levels than a stack has frames, in a field of the body or as the body. */
export const deep = fc.record({
  opening: fc.constantFrom('[', '{"a":'),
  levels: fc.integer({ min: 1000, max: 60_000 }),
  name: fc.constantFrom(...Object.keys(WRONG), 'inputs', 'x', ''),
});

export function nested({ opening, levels, name }: { opening: string; levels: number; name: string }): Buffer {
  const value = `${opening.repeat(levels)}1${(opening === '[' ? ']' : '}').repeat(levels)}`;
  return Buffer.from(name === '' ? value : `{"${name}":${value}}`);
}

/** Bodies that `POST /v1/images/generations` must refuse. */
export const malformedGenerations: Bytes = fc.oneof(
  { weight: 40, arbitrary: json(wrongField) },
  { weight: 15, arbitrary: json(unknownField) },
  { weight: 10, arbitrary: json(fc.jsonValue({ maxDepth: 3 }).filter(notAnObject)) },
  { weight: 10, arbitrary: cutShort },
  { weight: 5, arbitrary: grown },
  { weight: 5, arbitrary: notUtf8 },
  { weight: 10, arbitrary: noise },
  { weight: 2, arbitrary: poisoned },
);

function notAnObject(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Array.isArray(value);
}
