/**
 * Pages of other origins in a real browser, and a server on this machine. Whatever they can have the browser send, the
 * server computes nothing, also where a page's own name leads to the server, as DNS rebinding does it.
 */
import { createServer as createHost } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer, type Server, type ServerOptions } from '#server/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { launchBrowser, useBrowser } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES } from '#test/server.ts';
import { skipBecause } from '#test/skip.ts';

/** Milliseconds to wait. */
const PATIENCE = { timeout: 30_000 };

const INFER = '/v2/models/tiny/infer';

describe('a page of another origin', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();

  async function open(host: string): Promise<Page> {
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.goto(`http://${host}:${(await startHost()).port}/`);
    return page;
  }

  const OTHERS = [
    { where: 'of another site', host: '127.0.0.1' },
    { where: 'on another port', host: 'localhost' },
  ];

  eachLong(OTHERS, '$where makes the server compute nothing, whatever it sends', async ({ host }) => {
    const { server, url, answers } = await startServer();
    const page = await open(host);
    const { readable, sent } = await sendAll(page, url);
    expect(readable).toEqual([]);
    await expect.poll(() => answers.length, PATIENCE).toBe(sent);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    expect(await computed(server)).toBe(0);
  });

  it('computes by all of that where it is named: nothing else kept it from it', { tags: 'long' }, async () => {
    const page = await open('localhost');
    const { server, url, answers } = await startServer({ corsOrigins: [new URL(page.url()).origin] });
    const { readable } = await sendAll(page, url);
    expect(readable).toEqual(['json']);
    // A picture as JSON, an edit by script and one by a form, and three calls of the network. Images name no origin.
    const made = () => answers.filter(({ method, status }) => method === 'POST' && status === 200).length;
    await expect.poll(made, PATIENCE).toBe(6);
    await expect.poll(() => computed(server), PATIENCE).toBe(6);
    const refused = answers.filter(({ status }) => status === 403).map(({ route }) => route);
    expect(refused).toEqual(['/v1/models', '/v1/models']);
  });

  it('sends the headers of clients and tracers, and shows a picture by its address, where it is named', async () => {
    const page = await open('127.0.0.1');
    const { url } = await startServer({ corsOrigins: [new URL(page.url()).origin] });
    const shown = await page.evaluate(async (address) => {
      const answer = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-stainless-os': 'Linux',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          'x-request-id': 'mine',
        },
        body: JSON.stringify({ steps: 1, response_format: 'url' }),
      });
      const picture = new Image();
      picture.src = (await answer.json()).data[0].url;
      await picture.decode();
      return { id: answer.headers.get('x-request-id'), width: picture.naturalWidth };
    }, url + IMAGES);
    expect(shown).toEqual({ id: expect.any(String), width: 4 });
  });
});

describe('a page whose name leads to the server', skipBecause(LACKS_CHROMIUM), () => {
  const NAME = 'rebound.example';

  const NAMES = [
    { what: 'reads and computes nothing', allowedHosts: [], expected: [403, 403, 403], calls: 0 },
    { what: 'reads and computes where its name is allowed', allowedHosts: [NAME], expected: [200, 200, 200], calls: 2 },
  ];
  eachLong(NAMES, '$what', async ({ allowedHosts, expected, calls }) => {
    const browser = await launchBrowser({ webgpu: false, args: [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`] });
    const page = await browser.newPage();
    const { port, stop } = await startHost();
    await page.goto(`http://${NAME}:${port}/`);
    await stop();
    const { server } = await startServer({ allowedHosts }, port);
    const statuses = await page.evaluate(
      async ([images, infer, call]) => {
        const json = { 'content-type': 'application/json' };
        const picture = { method: 'POST', headers: json, body: JSON.stringify({ steps: 1 }) };
        const asked = [
          fetch('/v1/models'),
          fetch(images, picture),
          fetch(infer, { method: 'POST', body: new Blob([call]) }),
        ];
        return (await Promise.all(asked)).map(({ status }) => status);
      },
      [IMAGES, INFER, CALL] as const,
    );
    expect(statuses).toEqual(expected);
    await expect.poll(() => computed(server), PATIENCE).toBe(calls);
  });
});

const CALL = JSON.stringify({
  inputs: [
    { name: 'sample', datatype: 'FP32', shape: [1, 1, 4, 4], data: new Array(16).fill(0) },
    { name: 'timestep', datatype: 'FP32', shape: [1], data: [1] },
  ],
});

/**
 * Sends what any page can send, and waits for what can be waited for.
 * @returns which answers the page could read, and how many requests the server then gets if it allows none.
 */
async function sendAll(page: Page, url: string): Promise<{ readable: string[]; sent: number }> {
  const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'gray' } })
    .grayscale()
    .png();
  const picture = [...(await png.toBuffer())];
  return page.evaluate(
    async ({ url, picture, call, images, infer }) => {
      const readable: string[] = [];
      let sent = 0;
      const file = new File([new Uint8Array(picture)], 'a.png', { type: 'image/png' });
      const form = new FormData();
      form.append('image', file);
      form.append('steps', '1');
      form.append('strength', '1');
      const text = JSON.stringify({ steps: 1 });
      const attempt = async (name: string, path: string, init: RequestInit) => {
        sent++;
        const answer = await fetch(url + path, { method: 'POST', ...init }).catch(() => undefined);
        if (answer?.status === 200) readable.push(name);
      };
      await attempt('form', '/v1/images/edits', { mode: 'no-cors', body: form });
      await attempt('text', images, { mode: 'no-cors', body: text, headers: { 'content-type': 'text/plain' } });
      await attempt('fields', images, { mode: 'no-cors', body: new URLSearchParams({ steps: '1' }) });
      await attempt('no type', infer, { mode: 'no-cors', body: new Blob([call]) });
      await attempt('no referrer', infer, { mode: 'no-cors', body: new Blob([call]), referrerPolicy: 'no-referrer' });
      await attempt('json', images, { body: text, headers: { 'content-type': 'application/json' } });
      sent++;
      navigator.sendBeacon(url + infer, new Blob([call]));
      for (const tag of ['img', 'script'] as const) {
        sent++;
        const element = document.createElement(tag);
        const failed = new Promise((resolve) => element.addEventListener('error', resolve));
        element.src = `${url}/v1/models`;
        document.body.append(element);
        await failed;
      }
      for (const enctype of ['multipart/form-data', 'text/plain', 'application/x-www-form-urlencoded']) {
        sent++;
        const frame = Object.assign(document.createElement('iframe'), { name: enctype });
        const method = 'post';
        const sender = Object.assign(document.createElement('form'), { method, enctype, target: enctype });
        sender.action = `${url}/v1/images/edits`;
        const input = Object.assign(document.createElement('input'), { type: 'file', name: 'image' });
        const files = new DataTransfer();
        files.items.add(file);
        input.files = files.files;
        const steps = Object.assign(document.createElement('input'), { name: 'steps', value: '1' });
        const strength = Object.assign(document.createElement('input'), { name: 'strength', value: '1' });
        sender.append(input, steps, strength);
        document.body.append(frame, sender);
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
        sender.submit();
        await loaded;
      }
      return { readable, sent };
    },
    { url, picture, call: CALL, images: IMAGES, infer: INFER },
  );
}

interface Answered {
  method: string;
  route: string;
  status: number;
}

interface Started {
  server: Server;
  url: string;
  /** What the server's log says that it answered. */
  answers: Answered[];
}

async function startServer(options: Partial<ServerOptions> = {}, port = 0): Promise<Started> {
  const answers: Answered[] = [];
  const write = (line: string) => {
    const entry = JSON.parse(line);
    if (entry.msg === 'answered') answers.push(entry);
  };
  const folder = await tinyArtefact({}, { out: `${await temporaryFolder()}/tiny` });
  const server = await createServer({
    models: { tiny: folder },
    device: 'cpu',
    logger: { level: 'info', stream: { write } },
    ...options,
  });
  onTestFinished(() => server.close());
  const address = new URL(await server.listen({ port }));
  return { server, url: `http://localhost:${address.port}`, answers };
}

/** A host of one empty page. */
async function startHost(): Promise<{ port: number; stop: () => Promise<void> }> {
  const host = createHost((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><body>'));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      host.close(() => resolve());
      host.closeAllConnections();
    });
  onTestFinished(stop);
  return { port: (host.address() as AddressInfo).port, stop };
}

/** Calls of the network so far. The engine reports them in lots, so they may come after the answer. */
async function computed(server: Server): Promise<number> {
  const { body } = await ask(server, '/metrics');
  return Number(/^onnoise_batch_images_count (\d+)$/m.exec(body.toString())?.[1]);
}
