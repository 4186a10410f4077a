/** Models of several shapes on one server, none of them square. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadModel, png } from '#runtime-node/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const SHAPES = { high: [1, 64, 40], wide: [3, 32, 96] } as const;
type Name = keyof typeof SHAPES;
const NAMES = Object.keys(SHAPES) as Name[];

const folders = {} as Record<Name, string>;
const server = useServer(async (folder) => {
  for (const name of NAMES) {
    folders[name] = await tinyArtefact({ shape: SHAPES[name] }, { out: `${folder}/${name}` });
  }
  return { models: folders, device: 'cpu' };
});

const sizeOf = (name: Name) => `${SHAPES[name][2]}x${SHAPES[name][1]}`;
const pixels = (picture: Buffer) => sharp(picture).raw().toBuffer({ resolveWithObject: true });
const generate = (model: Name, body: object = {}) =>
  ask(server(), IMAGES, { body: { model, n: 2, seed: 4, steps: 3, ...body } });

/** The PNG of the picture of a seed, as Node samples it alone. */
async function alone(name: Name, seed: number): Promise<string> {
  const model = await loadModel(folders[name], { device: 'cpu' });
  const { images, shape } = await model.sample({ seed, steps: 3 });
  await model.dispose();
  return (await png(images, shape)).toString('base64');
}

describe('models of rectangles', () => {
  it('share a server: each request has the pictures that its model makes alone', async () => {
    const answers = await Promise.all([...NAMES, ...NAMES].map((name) => generate(name, { size: sizeOf(name) })));
    for (const [i, { status, json }] of answers.entries()) {
      const name = NAMES[i % 2]!;
      expect(status).toBe(200);
      expect(json.size).toBe(sizeOf(name));
      for (const seed of [4, 5]) expect(json.data[seed - 4].b64_json).toBe(await alone(name, seed));
    }
    const refused = await generate('high', { size: sizeOf('wide') });
    expect([refused.status, refused.json.error.message]).toEqual([400, expect.stringContaining('40x64')]);
  });

  it.each(NAMES)('show forming pictures, in each format: %s', async (name) => {
    const [channels, height, width] = SHAPES[name];
    for (const output_format of ['png', 'webp', 'jpeg']) {
      const { body } = await generate(name, { n: 1, stream: true, partial_images: 2, output_format });
      const events = eventsOf(body);
      expect(events.map(({ event }) => event.replace('image_generation.', ''))).toEqual([
        'partial_image',
        'partial_image',
        'completed',
      ]);
      for (const { data } of events) {
        const { info } = await pixels(Buffer.from(data.b64_json as string, 'base64'));
        expect([info.width, info.height, data.size]).toEqual([width, height, sizeOf(name)]);
      }
    }
    expect((await ask(server(), `/v1/models/${name}`)).json).toMatchObject({ size: sizeOf(name), channels });
    expect((await ask(server(), `/v2/models/${name}/config`)).json).toMatchObject({
      input: [{ name: 'sample', dims: [...SHAPES[name]] }, { name: 'timestep' }],
      output: [{ dims: [...SHAPES[name]] }],
    });
  });
});
