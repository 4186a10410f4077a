/** Methods and addresses that no route takes. */
import { describe, expect, it } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { useServer } from '#test/server.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

describe('a method that an address does not take', () => {
  const server = useServer(async (folder) => ({
    models: { tiny: await tinyArtefact({}, { out: `${folder}/tiny` }) },
    device: 'cpu',
  }));

  it('is answered with 405 and those that it takes, at every address of the description', async () => {
    const { paths } = (await server().app.inject('/openapi.json')).json() as { paths: Record<string, object> };
    expect(Object.keys(paths).length).toBeGreaterThan(10);
    for (const [path, operations] of Object.entries(paths)) {
      const described = Object.keys(operations).map((method) => method.toUpperCase());
      const takes = new Set([...described, ...(described.includes('GET') ? ['HEAD'] : [])]);
      for (const method of METHODS.filter((one) => !takes.has(one))) {
        const answer = await server().app.inject({ method, url: path.replaceAll(/\{\w+\}/g, 'tiny') });
        const name = `${method} ${path}`;
        expect([name, answer.statusCode]).toEqual([name, 405]);
        expect(new Set(String(answer.headers.allow).split(', ')), name).toEqual(takes);
        const told = path.startsWith('/v2') ? answer.json().error : answer.json().error.message;
        expect(told, name).toMatch(
          /^Cannot take the request: the method of this address must be .*, received [A-Z]+\.$/,
        );
      }
    }
  });

  it('is 404 at an address that nothing has, whatever the method and the body', async () => {
    for (const method of METHODS) {
      const headers = { 'content-type': 'text/plain' };
      const answer = await server().app.inject({ method, url: '/v1/nothing/here', headers, payload: 'x' });
      expect([method, answer.statusCode, answer.headers.allow]).toEqual([method, 404, undefined]);
    }
  });
});
