/** The API's description, compared with the server that it describes. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from '#server/index.ts';

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits');

interface Operation {
  summary: string;
  security: object[];
  parameters?: { name: string; in: string; required: boolean }[];
  responses: Record<string, { description: string }>;
}

interface Description {
  openapi: string;
  info: { title: string; version: string };
  components?: { securitySchemes?: object };
  paths: Record<string, Record<string, Operation>>;
}

const SERVERS: [string, string[]][] = [
  ['with keys', ['a-key-of-the-tests-1234']],
  ['without keys', []],
];
const DESCRIPTION = 'the description of a server %s';
describe.each(SERVERS.slice(0, 1))(DESCRIPTION, describes);
describe.each(SERVERS.slice(1))(DESCRIPTION, { tags: 'long' }, describes);

function describes(_: string, apiKeys: string[]): void {
  let server: Server;
  let description: Description;
  let operations: { path: string; method: string; operation: Operation }[];
  beforeAll(async () => {
    server = await createServer({ models: [DIGITS], device: 'cpu', apiKeys });
    description = (await server.app.inject('/openapi.json')).json();
    operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  });
  afterAll(() => server?.close());

  it('is OpenAPI 3.1 in what each operation must have', () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(operations.length).toBeGreaterThan(10);
    for (const { path, method, operation } of operations) {
      const { summary, parameters = [], responses } = operation;
      const named = Array.from(path.matchAll(/\{(\w+)\}/g), ([, parameter]) => parameter);
      const described = parameters.filter((one) => one.in === 'path' && one.required).map(({ name }) => name);
      const good = Object.keys(responses).filter((status) => status.startsWith('2'));
      expect({ summary, named: described.sort(), good }, `${method} ${path}`).toEqual({
        summary: expect.any(String),
        named: named.sort(),
        good: [expect.any(String)],
      });
      for (const { description } of Object.values(responses)) expect(description).toBeTypeOf('string');
    }
  });

  it('says of an operation that it needs a key where it does, and of no other', async () => {
    const schemes = Object.keys(description.components?.securitySchemes ?? {});
    expect(schemes).toEqual(apiKeys.length === 0 ? [] : ['key']);
    for (const { path, method, operation } of operations) {
      const url = path.replaceAll(/\{\w+\}/g, 'digits');
      const { statusCode } = await server.app.inject({
        method: method as 'get',
        url,
        ...(method === 'post' && { payload: {} }),
      });
      expect(operation.security, `${method} ${path}`).toEqual(statusCode === 401 ? [{ key: [] }] : []);
    }
  });

  it('lets the page of it load from this server alone, and show pictures', async () => {
    const { headers } = await server.app.inject('/docs');
    const policy = String(headers['content-security-policy']);
    expect(policy).not.toMatch(/https?:|unsafe|upgrade-insecure-requests|\*/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("img-src 'self' data: blob:");
  });
}
