/** Requests as pages of other projects send them: Open WebUI (routers/images.py) and LocalAI (pages/ImageGen.jsx). */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const server = useServer(async (folder) => ({
  models: { tiny: await tinyArtefact({ shape: [3, 8, 8], classes: 3 }, { out: `${folder}/tiny` }) },
  device: 'cpu',
  resize: true,
}));

const size = (data: { b64_json: string }) => sharp(Buffer.from(data.b64_json, 'base64')).metadata();

describe('Open WebUI', () => {
  it('gets pictures of the size that its settings name', async () => {
    const body = { model: 'tiny', prompt: '2', n: 2, size: '512x512', response_format: 'b64_json' };
    const { status, json } = await ask(server(), `${IMAGES}?api-version=2026-01-01`, { body });
    expect([status, json.data.length, json.data[0].label]).toEqual([200, 2, 2]);
    expect(await size(json.data[1])).toMatchObject({ width: 512, height: 512 });
  });

  it('edits pictures, one or a list of one', async () => {
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#345' } })
      .png()
      .toBuffer();
    for (const name of ['image', 'image[]']) {
      const form = new FormData();
      const fields = {
        model: 'tiny',
        prompt: '1',
        n: '1',
        size: '256x256',
        background: 'auto',
        response_format: 'b64_json',
      };
      for (const [field, text] of Object.entries(fields)) form.append(field, text);
      form.append(name, new Blob([Uint8Array.from(picture)], { type: 'image/png' }), 'image.png');
      const made = new Response(form);
      const answer = await server().app.inject({
        method: 'POST',
        url: '/v1/images/edits',
        headers: { 'content-type': made.headers.get('content-type')! },
        payload: Buffer.from(await made.arrayBuffer()),
      });
      expect([name, answer.statusCode, answer.payload.slice(0, 200)]).toEqual([name, 200, expect.any(String)]);
      expect(await size(answer.json().data[0])).toMatchObject({ width: 256, height: 256 });
    }
  });
});

describe('LocalAI', () => {
  it('gets pictures by its names of fields', async () => {
    const body = { model: 'tiny', prompt: '1', n: 1, size: '256x256', step: 3, seed: 5 };
    const { status, json } = await ask(server(), IMAGES, { body });
    expect([status, json.data[0].seed]).toEqual([200, 5]);
    const { step, ...own } = body;
    const same = await ask(server(), IMAGES, { body: { ...own, steps: step } });
    expect(same.json.data).toEqual(json.data);
  });
});
