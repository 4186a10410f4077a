/** What keys allow, and how they change while a server runs. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer, type Server } from '#server/index.ts';
import { createWrongKeys } from '#server/service/wrong-keys.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const LAB = 'the-key-of-the-lab-1';
const WARD = 'the-key-of-the-ward-2';
const OPERATOR = 'the-key-of-the-operator';
const RATES = ['a-key-with-a-rate-of-3', 'a-key-without-a-rate', 'a-key-with-the-rate-of-all'];
const PRIORITIES = ['a-key-that-comes-first', 'a-key-that-comes-second'];
/** The name of a key that is given none. */
const called = (key: string) => `key ${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const generate = (server: Server, body: object, key: string) =>
  ask(server, IMAGES, { body: { steps: 1, ...body }, headers: bearer(key) });

describe('a key', () => {
  /** Each test has keys of its own, which none but their own limits keep from anything. */
  const server = useServer(async (folder) => ({
    models: { tiny: await tinyArtefact({ T: 1000 }, { out: join(folder, 'tiny') }) },
    device: 'cpu',
    maxImages: 8,
    maxBatch: 3,
    queue: 64,
    rate: 2,
    apiKeys: [
      { key: LAB, name: 'lab', maxSteps: 20, maxImages: 2, rate: 0 },
      { key: WARD, maxImages: 100, rate: 0 },
      { key: OPERATOR, name: 'operator', rate: 0, metrics: 'all' },
      { key: RATES[0]!, rate: 3 },
      { key: RATES[1]!, rate: 0 },
      RATES[2]!,
      { key: PRIORITIES[0]!, priority: 2, rate: 0 },
      { key: PRIORITIES[1]!, rate: 0 },
    ],
  }));

  it.each([
    [LAB, { n: 2, steps: 20 }, undefined],
    [LAB, { n: 3 }, 'Cannot sample images: n must be at most 2 with this key, received 3.'],
    [LAB, { steps: 21 }, 'Cannot sample images: steps must be at most 20 with this key, received 21.'],
    [WARD, { n: 8, steps: 21 }, undefined],
    [WARD, { n: 9 }, expect.stringContaining('n must be an integer from 1 to 8')],
  ])('has limits of its own, within those of the server: %s, %j', async (key, body, message) => {
    const { status, json } = await generate(server(), body, key);
    expect([status, json.error?.message]).toEqual([message === undefined ? 200 : 400, message]);
  });

  it('has limits of its own for calls of the network', async () => {
    const sample = { name: 'sample', shape: [3, 1, 4, 4], datatype: 'FP32', data: [] };
    const inputs = [sample, { name: 'timestep', shape: [3], datatype: 'FP32', data: [] }];
    const { status, json } = await ask(server(), '/v2/models/tiny/infer', { body: { inputs }, headers: bearer(LAB) });
    expect([status, json.error]).toEqual([400, expect.stringContaining('sample must have 1 to 2 images, received 3.')]);
  });

  it('has a rate of its own', async () => {
    const images = [0, 0, 0];
    for (const [i, key] of RATES.entries())
      for (let asked = 0; asked < 5; asked++) images[i]! += Number((await generate(server(), {}, key)).status === 200);
    expect(images).toEqual([3, 5, 2]);
  });

  it('reads its own counters, and those of all where it may', async () => {
    const clients = async (key: string) => {
      await generate(server(), {}, key);
      const text = (await ask(server(), '/metrics', { headers: bearer(key) })).body.toString();
      expect(text).toMatch(/^onnoise_images_total\{model="tiny"\} [1-9]/m);
      const counted = /^onnoise_client_(?:requests|images)_total\{client="(.*?)"/gm;
      return new Set([...text.matchAll(counted)].map(([, client]) => client));
    };
    const names = ['lab', called(WARD)];
    expect(await clients(LAB)).toEqual(new Set(names.slice(0, 1)));
    expect(await clients(WARD)).toEqual(new Set(names.slice(1)));
    expect([...(await clients(OPERATOR))]).toEqual(expect.arrayContaining([...names, 'operator']));
  });

  it('gives its pictures more places with a higher priority', async () => {
    const ended: string[] = [];
    const all = PRIORITIES.map(async (key) => {
      await generate(server(), { n: 8, steps: 600, sampler: 'ddim' }, key);
      ended.push(key);
    });
    await Promise.all(all.reverse());
    expect(ended).toEqual(PRIORITIES);
  });
});

describe('a file of keys', () => {
  it('is read again when it changes and at a reload; a wrong one leaves the keys as they were', {
    tags: 'long',
  }, async () => {
    const path = join(await temporaryFolder(), 'keys');
    await writeFile(path, `${LAB} name=lab\n`);
    const lines: { msg: string; level: number }[] = [];
    const server = await createServer({
      models: { tiny: await tinyArtefact() },
      device: 'cpu',
      apiKeyFile: path,
      logger: { level: 'info', stream: { write: (line) => void lines.push(JSON.parse(line)) } },
    });
    onTestFinished(() => server.close());
    const status = async (key: string) => (await generate(server, {}, key)).status;
    expect([await status(LAB), await status(WARD)]).toEqual([200, 401]);
    await writeFile(path, `${WARD}\n`);
    await expect.poll(() => status(WARD), { timeout: 20_000, interval: 500 }).toBe(200);
    expect(await status(LAB)).toBe(401);

    await writeFile(path, 'short\n');
    await server.reload();
    expect([await status(WARD), await status(LAB)]).toEqual([200, 401]);
    expect(lines.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toContain(
      'the keys could not be read again and stay as they were',
    );
    await writeFile(path, `${LAB}\n${WARD}\n`);
    await server.reload();
    expect([await status(LAB), await status(WARD)]).toEqual([200, 200]);
    const metrics = (await ask(server, '/metrics', { headers: bearer(LAB) })).body.toString();
    expect(metrics).toMatch(/onnoise_reloads_total\{what="keys",result="failed"\} [1-9]/);
    expect(metrics).toMatch(/onnoise_reloads_total\{what="models",result="unchanged"\} 2/);
    expect(metrics).toMatch(/onnoise_model_info\{model="tiny",hash="[\da-f]{64}",format="float32",device="cpu"\} 1/);
  });

  it('must be there and have keys before the models are loaded', async () => {
    const models = { none: 'no/such/folder' };
    await expect(createServer({ models, apiKeyFile: 'no/such/keys' })).rejects.toThrow(
      'Cannot read API keys: no/such/keys must be a file that can be read, it is not there.',
    );
    await expect(createServer({ models, apiKeyFile: 'keys', apiKeys: [LAB] })).rejects.toThrow(
      'Cannot start the server: apiKeyFile must be left out beside apiKeys, received "keys".',
    );
  });
});

describe('createWrongKeys', () => {
  it('gives an address ten tries, and one more every three seconds', () => {
    let now = 1_000_000;
    const wrong = createWrongKeys(() => now);
    for (let i = 0; i < 10; i++) {
      expect(wrong.waitOf('a')).toBe(0);
      wrong.wrong('a');
    }
    expect([wrong.waitOf('a'), wrong.waitOf('b')]).toEqual([3, 0]);
    for (const [later, waits] of [
      [2999, 1],
      [1, 0],
    ] as const) {
      now += later;
      expect(wrong.waitOf('a')).toBe(waits);
    }
    now += 60_000;
    for (let i = 0; i < 10; i++) wrong.wrong('a');
    expect(wrong.waitOf('a')).toBe(3);
  });
});
