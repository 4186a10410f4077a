/** Engines are killed, replaced or missing under load: nobody who asked notices. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Server } from '#server/index.ts';
import { ask, inLanes, keepAlive, type Reply } from '#test/load/client.ts';
import { expectHealthy, metricsOf, startServer } from '#test/load/start.ts';
import { until } from '#test/load/until.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';

function agentOf(connections: number) {
  const agent = keepAlive(connections);
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Kills the engine at work, four times, each time that `served` requests more were answered. */
async function killFourTimes(server: Server, answered: () => number, served: number): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const before = answered();
    await until('pictures come', () => answered() >= before + served && server.depth > 0);
    const [killed] = server.enginePids;
    process.kill(killed!, 'SIGKILL');
    await until('another is there', () => server.enginePids.some((pid) => pid !== killed));
  }
}

describe('a server whose engine ends', () => {
  it.each([
    { spare: false, engines: 1 },
    { spare: true, engines: 1 },
    { spare: false, engines: 2 },
  ])('answers 64 clients while engines are killed four times, as if none had been: %o', async (options) => {
    const { server, port } = await startServer(options);
    const agent = agentOf(64);
    const replies = new Map<number, Reply>();
    let over = false;
    const kills = killFourTimes(server, () => replies.size, 64).finally(() => {
      over = true;
    });
    let seed = 0;
    await inLanes(64, 64, async () => {
      while (!over) {
        const own = seed++;
        replies.set(own, await ask(port, { seed: own, steps: 100, sampler: 'ddim' }, { agent }));
      }
    });
    await kills;
    expect(replies.size).toBe(seed);
    for (const [own, { status, text, json }] of replies) {
      expect(status, text).toBe(200);
      expect(json?.data?.map((one) => one.seed)).toEqual([own]);
    }
    const metrics = await metricsOf(server);
    expect(metrics.onnoise_engine_restarts_total).toBe(4);
    expect(metrics.onnoise_images_run_again_total).toBeGreaterThan(4);
    for (const [own, reply] of [...replies].slice(-20)) {
      const again = await ask(port, { seed: own, steps: 100, sampler: 'ddim' });
      expect(again.json?.data).toEqual(reply.json?.data);
    }
    await expectHealthy(server);
  });

  it('goes on with a stream, which has each picture and each prediction once', async () => {
    const { server, port } = await startServer();
    const asked = { seed: 1, steps: 1000, sampler: 'ddim', n: 8, stream: true, partial_images: 3 };
    const undisturbed = await ask(port, asked);
    let text = '';
    const reply = ask(port, asked, {
      onText(part) {
        text += part;
      },
    });
    await until('predictions are shown', () => text.includes('partial_image'));
    process.kill(server.enginePids[0]!, 'SIGKILL');
    const told = (answer: string) =>
      answer
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => JSON.parse(line.slice(6)))
        .map(({ type, index, step, seed, b64_json }) => [type, index, step, seed, b64_json].join(' '))
        .sort();
    expect(told((await reply).text)).toEqual(told(undisturbed.text));
    await expectHealthy(server);
  });

  it('refuses a request that ends engines, and no other', async () => {
    const { server, port } = await startServer();
    let over = false;
    const kills = (async () => {
      // As if the request were the reason: whenever it runs, its engine ends.
      while (!over) {
        const [pid] = server.enginePids;
        if (pid !== undefined && server.depth > 0) process.kill(pid, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const bad = await ask(port, { seed: 1, steps: 1000, sampler: 'ddim', n: 16 });
    over = true;
    await kills;
    expect([bad.status, bad.json?.error?.code]).toEqual([503, 'engine_restarting']);
    expect((await ask(port, { seed: 1, steps: 2 })).status).toBe(200);
    await expectHealthy(server);
  });

  it('fails no request while the models are loaded anew, again and again', async () => {
    const tiny = await tinyArtefact({ T: 1000, classes: 10 });
    const { server, port } = await startServer({ models: { tiny } });
    const agent = agentOf(8);
    let reloads = 0;
    const reloading = (async () => {
      for (; reloads < 5; reloads++) {
        await writeFile(join(tiny, 'unet', 'note.txt'), `${reloads}`);
        expect(await server.reload()).toBe(true);
      }
    })();
    let answered = 0;
    await inLanes(8, 8, async (lane) => {
      while (reloads < 5) {
        const reply = await ask(port, { seed: lane, steps: 200, sampler: 'ddim', n: 2 }, { agent });
        expect(reply.status, reply.text).toBe(200);
        answered++;
      }
    });
    await reloading;
    expect(answered).toBeGreaterThan(8);
    await expectHealthy(server);
  });

  it('stops while there is no engine', async () => {
    const tiny = await tinyArtefact();
    const { server } = await startServer({ models: { tiny } });
    await rename(tiny, `${tiny}-away`);
    process.kill(server.enginePids[0]!, 'SIGKILL');
    await until('the engine is missed', () => server.enginePids.length === 0);
    await server.close();
  });

  it('gives up an engine that hangs once a request has waited its time, and goes on with another', async () => {
    const { server, port } = await startServer({ timeout: 1 });
    const hung = server.enginePids[0]!;
    process.kill(hung, 'SIGSTOP');
    onTestFinished(() => {
      try {
        process.kill(hung, 'SIGKILL');
      } catch {} // gone, as it should be
    });
    const waited = await ask(port, { steps: 1 });
    expect([503, 504]).toContain(waited.status);
    await until('another engine is there', () => server.enginePids.some((pid) => pid !== hung));
    await expectHealthy(server);
  });

  it('lets an engine be that is slow but works, and one that has nothing to do', async () => {
    const { server, port } = await startServer({ timeout: 1 });
    const [enginePid] = server.enginePids;
    await ask(port, { steps: 1 });
    const left = new AbortController();
    const leaving = ask(port, { steps: 100, sampler: 'ddim', n: 8 }, { signal: left.signal }).catch(() => 'left');
    left.abort();
    await leaving;
    await new Promise((resolve) => setTimeout(resolve, 2500)); // longer than its patience
    expect(server.enginePids[0]).toBe(enginePid);
    await expectHealthy(server);
  });
});
