/** An engine is killed, replaced or missing under load: each request gets one answer, the right one or 503. */
import { rename } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, inLanes, keepAlive, type Reply } from '#test/load/client.ts';
import { expectHealthy, metricsOf, startServer } from '#test/load/start.ts';
import { until } from '#test/load/until.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';

function agentOf(connections: number) {
  const agent = keepAlive(connections);
  onTestFinished(() => agent.destroy());
  return agent;
}

describe('a server whose engine ends', () => {
  it('answers each request once while the engine is killed three times: the picture of its seed, or 503', async () => {
    const { server, port } = await startServer();
    const agent = agentOf(8);
    const replies = new Map<number, Reply[]>();
    let pictures = 0;
    const kills = (async () => {
      for (let i = 0; i < 3; i++) {
        const before = pictures;
        await until('pictures come', () => pictures > before && server.depth > 0);
        const killed = server.enginePid!;
        process.kill(killed, 'SIGKILL');
        await until('another is there', () => server.enginePid !== undefined && server.enginePid !== killed);
      }
    })();
    let over = false;
    void kills.finally(() => {
      over = true;
    });
    let seed = 0;
    await inLanes(8, 8, async () => {
      while (!over) {
        const own = seed++;
        const reply = await ask(port, { seed: own, steps: 500, sampler: 'ddim', n: 4 }, { agent });
        replies.set(own, [...(replies.get(own) ?? []), reply]);
        if (reply.status === 200) pictures++;
        else await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await kills;
    expect(replies.size).toBe(seed);
    const statuses = new Set<number>();
    for (const [own, [reply, ...more]] of replies) {
      expect(more).toEqual([]);
      statuses.add(reply!.status);
      if (reply!.status === 503) expect(reply!.json?.error?.code).toBe('engine_restarting');
      else expect(reply!.json?.data?.map((one) => one.seed)).toEqual([own, own + 1, own + 2, own + 3]);
    }
    expect([...statuses].sort()).toEqual([200, 503]);
    const right = [...replies].filter(([, [reply]]) => reply!.status === 200).slice(-5);
    for (const [own, [reply]] of right) {
      const again = await ask(port, { seed: own, steps: 500, sampler: 'ddim', n: 4 });
      expect(again.json?.data).toEqual(reply!.json?.data);
    }
    expect((await metricsOf(server)).onnoise_engine_restarts_total).toBe(3);
    await expectHealthy(server);
  });

  it('tells a stream whose engine ends by an event of an error', async () => {
    const { server, port } = await startServer();
    const reply = ask(port, { seed: 1, steps: 1000, sampler: 'ddim', n: 16, stream: true });
    await until('it is computed', () => server.depth > 0);
    process.kill(server.enginePid!, 'SIGKILL');
    expect((await reply).text).toMatch(/event: error\ndata: .*"code":"engine_restarting"/);
    await until('another is there', () => server.enginePid !== undefined);
    await expectHealthy(server);
  });

  it('lives without an engine until another is there, which needs no folder', async () => {
    const tiny = await tinyArtefact({ T: 1000, classes: 10 });
    const { server, port } = await startServer({ models: { tiny } });
    await rename(tiny, `${tiny}-away`);
    process.kill(server.enginePid!, 'SIGKILL');
    await until('the engine is missed', () => server.enginePid === undefined);
    expect((await ask(port, { seed: 1 })).status).toBe(503);
    expect((await server.app.inject('/v2/health/ready')).statusCode).toBe(503);
    expect((await server.app.inject('/v2/health/live')).statusCode).toBe(200);
    await expect(server.reload()).rejects.toThrow('Cannot');
    await until('an engine is there', () => server.enginePid !== undefined);
    await expectHealthy(server);
  });

  it('fails no request while the models are loaded anew, again and again', async () => {
    const { server, port } = await startServer();
    const agent = agentOf(8);
    let reloads = 0;
    const reloading = (async () => {
      for (; reloads < 5; reloads++) await server.reload();
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
    process.kill(server.enginePid!, 'SIGKILL');
    await until('the engine is missed', () => server.enginePid === undefined);
    await server.close();
  });

  it('gives up an engine that hangs once a request has waited its time, and goes on with another', async () => {
    const { server, port } = await startServer({ timeout: 1 });
    const hung = server.enginePid!;
    process.kill(hung, 'SIGSTOP');
    onTestFinished(() => {
      try {
        process.kill(hung, 'SIGKILL');
      } catch {} // gone, as it should be
    });
    const waited = await ask(port, { steps: 1 });
    expect([503, 504]).toContain(waited.status);
    await until('another engine is there', () => server.enginePid !== undefined && server.enginePid !== hung);
    await expectHealthy(server);
  });

  it('lets an engine be that is slow but works, and one that has nothing to do', async () => {
    const { server, port } = await startServer({ timeout: 1 });
    const { enginePid } = server;
    await ask(port, { steps: 1 });
    const left = new AbortController();
    const leaving = ask(port, { steps: 100, sampler: 'ddim', n: 8 }, { signal: left.signal }).catch(() => 'left');
    left.abort();
    await leaving;
    await new Promise((resolve) => setTimeout(resolve, 2500)); // longer than its patience
    expect(server.enginePid).toBe(enginePid);
    await expectHealthy(server);
  });
});
