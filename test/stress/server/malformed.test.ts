/** Ten thousand wrong bodies and some wrong addresses: the server refuses each with a sentence, and keeps serving. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Server } from '#server/index.ts';
import { deep, malformedGenerations, nested } from '#test/load/malformed.ts';
import { malformedInferences } from '#test/load/malformed-inference.ts';
import { exchange, GENERATE } from '#test/load/raw.ts';
import { expectHealthy, startServer } from '#test/load/start.ts';

const INFER = '/v2/models/tiny/infer';
const OPENAI = {
  error: {
    message: expect.any(String),
    type: expect.stringMatching(/^(invalid_request|rate_limit)_error$/),
    code: expect.any(String),
  },
};
const KSERVE = { error: expect.any(String) };

async function expectRefused({ app }: Server, url: string, payload: Buffer, shape: object) {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url, headers, payload });
  expect(answer.statusCode, answer.payload).toBeGreaterThanOrEqual(400);
  expect(answer.statusCode, answer.payload).toBeLessThan(500);
  expect(answer.json()).toMatchObject(shape);
}

describe('a server that is sent nonsense', () => {
  it.each([
    [7000, 'pictures', GENERATE, malformedGenerations, OPENAI],
    [3000, 'the network', INFER, malformedInferences, KSERVE],
  ] as const)(
    'refuses %i malformed bodies for %s in the shape of that API',
    { timeout: 120_000 },
    async (numRuns, _, url, bodies, shape) => {
      const { server } = await startServer();
      await fc.assert(
        fc.asyncProperty(bodies, (body) => expectRefused(server, url, body, shape)),
        { numRuns },
      );
      await expectHealthy(server);
    },
  );

  it('refuses values of thousands of levels in every field', async () => {
    const { server } = await startServer();
    const property = fc.asyncProperty(deep, async (levels) => {
      const body = nested(levels);
      await expectRefused(server, GENERATE, body, OPENAI);
      await expectRefused(server, INFER, body, KSERVE);
    });
    await fc.assert(property, { numRuns: 100 });
    await expectHealthy(server);
  });

  it('refuses other content types and bodies in parts', async () => {
    const { server } = await startServer();
    for (const type of [
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      '',
      'x',
    ]) {
      const request = {
        method: 'POST',
        url: GENERATE,
        headers: { 'content-type': type },
        payload: '{"seed":1}',
      } as const;
      const { statusCode, payload } = await server.app.inject(request);
      expect(statusCode, `${type}: ${payload}`).toBe(415);
      expect(JSON.parse(payload)).toMatchObject(OPENAI);
    }
  });

  it('finds no file by the name of a model, and tells so in the shape of the API', async () => {
    const { server, port } = await startServer();
    const names = [
      ...[
        '..',
        '../../etc/passwd',
        '..%2f..%2fetc%2fpasswd',
        '%2e%2e%2f',
        '....//',
        '%252e%252e%252f',
        'tiny%00',
        '%00',
      ],
      ...['tiny/../tiny', 'C:%5Cwindows', '..%5c..%5c', '%zz', '%ff', '%c0%ae%c0%ae', '__proto__', 'constructor'],
      ...['a'.repeat(127), 'a'.repeat(129), 'a'.repeat(10_000), '%', ';', 'tiny;x', '%F0%9F%92%A5'],
    ];
    for (const name of names) {
      for (const [url, shape] of [
        [`/v1/models/${name}`, OPENAI],
        [`/v2/models/${name}`, KSERVE],
        [`/v2/models/${name}/ready`, KSERVE],
        [`/docs/static/${name}`, OPENAI],
      ] as const) {
        const asked = `GET ${url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
        const { status, body } = await exchange(port, asked);
        expect([400, 403, 404, 414], `${url}: ${body}`).toContain(status);
        expect(JSON.parse(body), url).toMatchObject(shape);
      }
    }
    await expectHealthy(server);
  });

  it('answers what is not HTTP with an error of the API, and closes', async () => {
    const { server, port } = await startServer();
    const wrong = [
      ['GET / HTTP/9.9\r\n\r\n', 400],
      ['\u0016\u0003\u0001\u0000\u0005hello', 400],
      [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(32 * 1024)}\r\n\r\n`, 431],
      ['POST /v1/images/generations HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n', 400],
      ['POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc', 400],
      ['POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 400],
    ] as const;
    for (const [bytes, status] of wrong) {
      const answer = await exchange(port, bytes);
      expect(answer.status, JSON.stringify(bytes.slice(0, 60))).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject(OPENAI);
    }
    await expectHealthy(server);
  });
});
