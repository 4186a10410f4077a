/** Model folders that change under a server: open requests are finished, and the old models serve if new ones fail. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Server } from '#server/index.ts';
import { startServer } from '#test/load/start.ts';
import { until } from '#test/load/until.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES } from '#test/server.ts';

/** The system's temporary folder, for one test. */
async function ownTemporary(): Promise<string> {
  const before = process.env.TMPDIR;
  const folder = await temporaryFolder();
  process.env.TMPDIR = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  return folder;
}

async function replace(model: string, options: TinyOptions): Promise<void> {
  const other = await tinyArtefact(options);
  await rm(model, { recursive: true });
  await cp(other, model, { recursive: true });
}
const picture = async (server: Server) => {
  const { json } = await ask(server, IMAGES, { body: { seed: 1, steps: 2 } });
  return json.data?.[0].b64_json as string | undefined;
};

describe('a server whose model folders change', () => {
  it('is not loaded again where nothing has changed that sampling reads', async () => {
    const model = await tinyArtefact();
    const { server } = await startServer({ models: { tiny: model } });
    const [pid] = server.enginePids;
    await writeFile(join(model, 'unet', 'weights.safetensors'), 'not read');
    await writeFile(join(model, 'card.md'), 'nor this');
    expect(await server.reload()).toBe(false);
    expect(server.enginePids).toEqual([pid]);
    const index = join(model, 'model_index.json');
    await writeFile(index, `${await readFile(index, 'utf8')} `);
    expect(await server.reload()).toBe(true);
    expect(server.enginePids).not.toEqual([pid]);
    const { body } = await ask(server, '/metrics');
    expect(body.toString()).toContain('onnoise_reloads_total{what="models",result="unchanged"} 1');
  });

  it('serves without copies where they cannot be made, and says so in the log', async () => {
    const tiny = await tinyArtefact();
    process.env.TMPDIR = join(await ownTemporary(), 'none');
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const { server } = await startServer({ models: { tiny }, logger: { level: 'warn', stream } });
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['no copy of the models could be kept']);
    expect(await picture(server)).toBeDefined();
  });

  it('finishes what waits with the model that it was asked of, and holds what is new to the new one', async () => {
    const model = await tinyArtefact({ T: 1000, classes: 10, shape: [1, 32, 32] });
    const { server } = await startServer({ models: { tiny: model }, maxBatch: 1 });
    const waiting = [9, 8, 7].map((label) =>
      ask(server, IMAGES, { body: { steps: 900, sampler: 'ddim', label, seed: 1, n: 2 } }),
    );
    await until('all wait', () => server.depth === 6);
    await replace(model, { T: 50, classes: 2, shape: [1, 4, 4] });
    await server.reload();
    const late = await ask(server, IMAGES, { body: { steps: 900, sampler: 'ddim', label: 9 } });
    expect([late.status, late.json.error.message]).toEqual([
      400,
      'Cannot sample images: label must be a class, a number from 0 to 1, received 9.',
    ]);
    expect((await ask(server, IMAGES, { body: { steps: 51 } })).status).toBe(400);
    for (const [i, answer] of (await Promise.all(waiting)).entries()) {
      expect([answer.status, answer.json.size]).toEqual([200, '32x32']);
      expect(answer.json.data.map(({ label }: { label: number }) => label)).toEqual([9 - i, 9 - i]);
    }
  });
});
