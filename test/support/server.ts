/** A server in a test, with its own engine, which ends with its tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createServer, type Server, type ServerOptions } from '#server/index.ts';

/**
 * Starts a server before the tests of a suite. `options` may put models into the folder, which is removed afterwards.
 */
export function useServer(options: (folder: string) => ServerOptions | Promise<ServerOptions>): () => Server {
  let server: Server;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnoise-'));
    server = await createServer(await options(folder));
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => server;
}

interface Answer {
  status: number;
  headers: Record<string, string | number | string[] | undefined>;
  body: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
  json: any;
}

/** Sends a request without a socket. A `body` makes it a POST. */
export async function ask(
  { app }: Server,
  url: string,
  { body, headers = {}, from }: { body?: object | string; headers?: Record<string, string>; from?: string } = {},
): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST';
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await app.inject({
    method,
    url,
    headers: { ...type, ...headers },
    ...(body !== undefined && { payload: body }),
    ...(from !== undefined && { remoteAddress: from }),
  });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.rawPayload,
    json: isJson ? answer.json() : null,
  };
}

/** A form as a client sends it; buffers are files. */
export async function formOf(fields: Record<string, string | Buffer | readonly (string | Buffer)[]>) {
  const form = new FormData();
  for (const [name, given] of Object.entries(fields)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, new Blob([new Uint8Array(value)]), `${name}.png`);
    }
  }
  const made = new Response(form);
  return {
    headers: { 'content-type': made.headers.get('content-type')! },
    payload: Buffer.from(await made.arrayBuffer()),
  };
}

/** Sends a form without a socket. */
export async function sendForm(
  { app }: Server,
  url: string,
  fields: Parameters<typeof formOf>[0],
  more: Record<string, string> = {},
) {
  const { headers, payload } = await formOf(fields);
  const answer = await app.inject({ method: 'POST', url, headers: { ...headers, ...more }, payload });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return { status: answer.statusCode, body: answer.rawPayload, json: isJson ? answer.json() : null };
}

export const IMAGES = '/v1/images/generations';

/** Events of an answer, in their order. */
export function eventsOf(body: Buffer): { event: string; data: Record<string, unknown> }[] {
  return body
    .toString()
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return { event, data: JSON.parse(data) as Record<string, unknown> };
    });
}
