import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer, readApiKeys, type ServerOptions } from '#server/index.ts';
import { completeOptions } from '#server/options/options.ts';
import { until } from '#test/load/until.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const KEYS = ['key-of-the-first-1', 'key-of-the-other-2'];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const lines: Record<string, unknown>[] = [];
const server = useServer(async (folder) => ({
  models: { tiny: await tinyArtefact({ shape: [1, 64, 64], T: 1000 }, { out: `${folder}/tiny` }) },
  apiKeys: KEYS,
  queue: 8,
  maxImages: 8,
  rate: 40,
  timeout: 3,
  maxBody: 2048,
  corsOrigins: ['https://example.org'],
  logger: { level: 'info', stream: { write: (line) => void lines.push(JSON.parse(line)) } },
}));

const generate = (body: object, key = KEYS[0]!) => ask(server(), IMAGES, { body, headers: bearer(key) });
/** More work than fits into the time limit. */
const LONG = { steps: 1000, sampler: 'ddim', n: 8 };

describe('a server with keys', () => {
  it.each<[Record<string, string>, string]>([
    [{}, '192.0.2.1'],
    [{ authorization: 'Bearer wrong' }, '192.0.2.2'],
    [{ authorization: KEYS[0]! }, '192.0.2.3'],
    [{ authorization: `Basic ${KEYS[0]}` }, '192.0.2.4'],
    [bearer(` ${KEYS[0]}x`), '192.0.2.5'],
  ])('refuses %j', async (headers, from) => {
    for (const url of [IMAGES, '/v1/models', '/v2', '/v2/models/tiny/infer', '/metrics', '/v2/models/tiny/ready']) {
      const post = url.endsWith('generations') || url.endsWith('infer');
      const answer = await ask(server(), url, { ...(post && { body: {} }), headers, from });
      expect([url, answer.status, answer.headers['www-authenticate']]).toEqual([url, 401, 'Bearer']);
    }
  });

  it('lets everyone see whether it lives, what it can do, and its page', async () => {
    for (const url of ['/v2/health/live', '/v2/health/ready', '/openapi.json', '/docs', '/']) {
      expect([url, (await ask(server(), url)).status]).toEqual([url, 200]);
    }
  });

  it('takes either key', async () => {
    for (const key of KEYS) expect((await generate({ steps: 1 }, key)).status).toBe(200);
  });

  it('refuses a wrong key before it reads the body', async () => {
    const { status } = await ask(server(), IMAGES, { body: 'x'.repeat(10_000) });
    expect(status).toBe(401);
  });

  it('slows down an address that tries keys, but not who was there before', async () => {
    const models = async (key: string, from: string) =>
      (await ask(server(), '/v1/models', { headers: bearer(key), from })).status;
    expect(await models(KEYS[0]!, '198.51.100.1')).toBe(200);
    const tried = [];
    for (let i = 0; i < 15; i++) tried.push(await models(`wrong-key-number-${i}`, '198.51.100.1'));
    expect(tried).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    const guessed = await ask(server(), '/v1/models', { headers: bearer(KEYS[1]!), from: '198.51.100.1' });
    expect([guessed.status, guessed.json.error.code]).toEqual([429, 'too_many_wrong_keys']);
    expect(Number(guessed.headers['retry-after'])).toBeGreaterThan(0);
    expect(await models(KEYS[0]!, '198.51.100.1')).toBe(200);
    expect(await models(KEYS[1]!, '198.51.100.2')).toBe(200);
  });
});

describe('limits', () => {
  it('refuses images beyond the queue with the time to come back, and counts down to nothing', async () => {
    const long = generate(LONG);
    await until('all wait', () => server().depth === 8);
    const refused = await generate({ steps: 1 });
    expect([refused.status, refused.json.error.code]).toEqual([429, 'queue_full']);
    expect(refused.json.error.type).toBe('rate_limit_error');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await long;
    expect(server().depth).toBe(0);
    expect((await generate({ steps: 1 })).status).toBe(200);
  });

  it('keeps half of the queue for others while they have something in it', async () => {
    const [one, other] = [4, 1].map((n, i) => generate({ ...LONG, n }, KEYS[i]));
    await until('all wait', () => server().depth === 5);
    expect((await generate({ steps: 1 }, KEYS[0])).status).toBe(429);
    expect((await generate({ steps: 1 }, KEYS[1])).status).toBe(200);
    await Promise.all([one, other]);
  });

  /** A server with less than it is asked for, for one test. */
  const small = async (side: number, options: Partial<ServerOptions>) => {
    const models = { big: await tinyArtefact({ shape: [1, side, side], T: 1000 }) };
    const own = await createServer({ models, ...options });
    onTestFinished(() => own.close());
    return own;
  };

  it('gives up a request whose time is up, and what it was at', async () => {
    const slow = await small(512, { timeout: 1 });
    const { status, json } = await ask(slow, IMAGES, { body: LONG });
    expect([status, json.error.code]).toEqual([504, 'timeout']);
    const streamed = await ask(slow, IMAGES, { body: { ...LONG, stream: true } });
    expect(streamed.status).toBe(200);
    expect(eventsOf(streamed.body).at(-1)).toMatchObject({ event: 'error', data: { error: { code: 'timeout' } } });
    await until('nothing is held', () => slow.depth === 0);
  });

  it('refuses what does not fit its memory, and a body beyond its size', async () => {
    const { status, json } = await generate({ prompt: ' '.repeat(4000) });
    expect([status, json.error.code]).toEqual([413, 'body_too_large']);
    const full = await small(256, { memory: 2 ** 20 });
    const answer = await ask(full, IMAGES, { body: { steps: 1 } });
    expect([answer.status, answer.json.error.code, full.depth]).toEqual([429, 'memory_full', 0]);
  });

  it('limits the requests of a client, each for itself', async () => {
    const made = await Promise.all(Array.from({ length: 41 }, () => generate({ n: 0 }, KEYS[1])));
    const limited = made.find(({ status }) => status === 429)!;
    expect(limited.json.error.code).toBe('rate_limited');
    expect(limited.json.error.message).toBe('A client may make 40 requests a minute.');
    expect(Number(limited.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await ask(server(), '/v1/models', { headers: bearer(KEYS[1]!) })).status).toBe(200);
    expect((await generate({ n: 0 }, KEYS[0])).status).toBe(400);
  });
});

it('sends headers that keep pages from more than they need', async () => {
  const { headers } = await ask(server(), '/');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none';script-src 'self';/);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
  });
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

describe('what is written down', () => {
  it('is a line for each request, with its id and without what was sent', async () => {
    const asked = { body: { prompt: 'a secret' }, headers: bearer(KEYS[0]!) };
    const { headers } = await ask(server(), `${IMAGES}?secret=in-the-address`, asked);
    const find = () => lines.find(({ reqId }) => reqId === headers['x-request-id']);
    await until('it is written', () => find() !== undefined);
    const told = { method: 'POST', route: IMAGES, status: 400, client: 'key 795cae41cbaf', msg: 'answered' };
    expect(find()).toMatchObject(told);
    expect(JSON.stringify(lines)).not.toMatch(/secret|key-of-the/);
  });

  it('counts requests, images, batches and errors', async () => {
    const headers = bearer(KEYS[0]!);
    const type = (await ask(server(), '/metrics', { headers })).headers['content-type'];
    expect(type).toMatch('text/plain');
    const numbers = [
      'requests_total\\{route="/v1/images/generations",method="POST",status="200"\\} [1-9]',
      'images_total\\{model="tiny"\\} [1-9]',
      'errors_total\\{code="queue_full"\\} [1-9]',
      'batch_images_count [1-9]',
      'step_seconds_sum\\S* [0-9.e-]*[1-9]',
      'network_seconds_sum\\S* [0-9.e-]*[1-9]',
      'request_seconds_count\\S* [1-9]',
      'queue_images 0$',
      'ready 1$',
    ].map((line) => new RegExp(`^onnoise_${line}`, 'm'));
    const missing = async () => {
      const text = (await ask(server(), '/metrics', { headers })).body.toString();
      return numbers.filter((number) => !number.test(text));
    };
    await expect.poll(missing, { timeout: 20_000 }).toEqual([]); // the engine reports its calls in lots
  });
});

describe('readApiKeys', () => {
  const file = async (text: string) => {
    const path = join(await temporaryFolder(), 'keys');
    await writeFile(path, text);
    return path;
  };

  it('reads a key a line, without comments, and what each may do', async () => {
    const text = `# ours\n${KEYS[0]} name=lab rate=0 max-steps=50 max-images=4 priority=3\r\n\n  ${KEYS[1]}  \n`;
    const first = { key: KEYS[0], name: 'lab', rate: 0, maxSteps: 50, maxImages: 4, priority: 3 };
    expect(await readApiKeys(await file(text))).toEqual([first, { key: KEYS[1] }]);
  });

  it.each([
    ['', /must hold one key per line, received none\.$/],
    ['# none\n', /must hold one key per line, received none\.$/],
    [
      'fifteen-letters\n',
      /line 1 of \S+ must be 16 or more printable characters without spaces, received one of 15\.$/,
    ],
    [
      '# two\nsixteen letters and a space',
      /line 2 of \S+ must be a key alone, or with name=, rate=, max-steps=, max-images=, max-job-images=, priority=, metrics= behind it, each once\.$/,
    ],
    ['sixteen-letters-at-least rate=1 rate=2', /line 1 of \S+ must be a key alone, or with .* behind it, each once\.$/],
    ['sixteen-letters-at-least rate=many', /rate of line 1 of \S+ must be an integer from 0 .*, received "many"\.$/],
    [
      'sixteen-letters-at-least metrics=some',
      /metrics of line 1 of \S+ must be all \(no other value is supported\), received "some"\.$/,
    ],
    [
      'sixteen-letters-at-least\nsixteen-letters-at-least name=a',
      /line 2 of \S+ must be another key than those before\.$/,
    ],
    ['sixteen-letters-at-least name=a/b', /name of line 1 of \S+ must be 1 to 64 letters, .*, received "a\/b"\.$/],
    ['sixteen-letters-at-least\nsixteen-letters-at-least', /line 2 of \S+ must be another key than those before\.$/],
    ['sixteen-letters-one name=a\nsixteen-letters-two name=a', /line 2 of .* another name .*, received "a"\.$/],
  ])('refuses %j, and never shows a key', async (text, message) => {
    await expect(readApiKeys(await file(text))).rejects.toThrow(message);
  });
});

it.each([
  ['nowhere/keys', 'it is not there'],
  ['.', 'it is a folder'],
  ['n'.repeat(300), 'the name is too long'],
])('readApiKeys tells in words why %s cannot be read', async (path, reason) => {
  await expect(readApiKeys(path)).rejects.toThrow(
    `Cannot read API keys: ${path} must be a file that can be read, ${reason}.`,
  );
});

describe('completeOptions', () => {
  it('fills in the defaults, and takes the last part of a folder as its name', () => {
    expect(completeOptions({ models: ['models/digits/', 'faces=out/a=b'] })).toMatchObject({
      models: { digits: 'models/digits/', faces: 'out/a=b' },
      device: 'auto',
      maxBatch: 8,
      queue: 256,
      maxImages: 16,
      rate: 600,
      timeout: 120,
      apiKeys: [],
      corsOrigins: [],
      allowedHosts: [],
    });
    expect(completeOptions({ models: ['m'], queue: 4 }).maxImages).toBe(4);
  });

  it.each<[Partial<ServerOptions>, string]>([
    [{ models: [] }, 'models must name at least one folder, received none'],
    [{ models: ['a/m', 'b/m'] }, 'names of models must differ, received m twice'],
    [{ models: { 'a b': 'm' } }, 'the name of a model must be up to 64 letters, digits and ._-, received "a b"'],
    [{ device: 'tpu' as never }, 'device must be one of auto, cpu, cuda, webgpu, received "tpu"'],
    [{ maxBatch: 0 }, 'maxBatch must be an integer from 1 to 1024, received 0'],
    [{ queue: 4, maxImages: 5 }, 'maxImages must be an integer from 1 to 4, received 5'],
    [{ timeout: 0 }, 'timeout must be an integer from 1 to 86400, received 0'],
    [{ maxSteps: Number.NaN }, 'maxSteps must be an integer from 1 to 1000000, received NaN'],
    [{ memory: '1' as never }, 'memory must be an integer from 1048576 to 9007199254740991, received "1"'],
    [{ apiKeys: [''] }, 'apiKeys[0] must be 16 or more printable characters without spaces, received one of 0'],
    [{ apiKeys: [KEYS[0]!, 'short'] }, 'apiKeys[1] must be 16 or more printable characters without spaces'],
    [{ apiKeys: KEYS[0]! as never }, 'apiKeys must be an array of keys, received "string"'],
    [{ trustProxy: 'yes' as never }, 'trustProxy must be an array of addresses, received "yes"'],
    [{ trustProxy: ['10.0.0.0/33'] }, 'trustProxy[0] must be an address, a network such as 10.0.0.0/8, loopback or'],
    [{ engines: 0 }, 'engines must be an integer from 1 to 64, received 0'],
    [{ maxbatch: 2 } as never, 'an option must be one of models, device'],
    [{ corsOrigins: ['https://example.org/'] }, 'corsOrigins[0] must be * or an origin'],
  ])('refuses %j', (options, message) => {
    expect(() => completeOptions({ models: ['m'], ...options })).toThrow(`Cannot start the server: ${message}`);
  });
});
