/** Many clients for long: nothing fails, nothing grows. The server is the real program, in a process of its own. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, inLanes, keepAlive } from '#test/load/client.ts';
import { startProgram, statusOf } from '#test/load/program.ts';
import { until } from '#test/load/until.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const MEBIBYTE = 1024 * 1024;
const LACKS_PROC = process.platform === 'linux' ? undefined : 'there is no /proc to find the engine in: run on Linux';

function agentOf(connections: number) {
  const agent = keepAlive(connections);
  onTestFinished(() => agent.destroy());
  return agent;
}

async function metrics(port: number): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return (name) => Number(new RegExp(`^onnoise_${name} (.+)$`, 'm').exec(text)?.[1]);
}

/** The process that the server has started. */
function engineOf(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return child ? Number(child) : undefined;
}

function memoryOf(pid: number): number {
  return (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024) / MEBIBYTE;
}

describe('pipeline serve, with the digits', () => {
  it('answers 64 clients for 60 seconds with pictures or 429, each once', async () => {
    const program = await startProgram(['--model', 'models/digits', '--queue', '48']);
    const agent = agentOf(64);
    const end = Date.now() + 60_000;
    const statuses: Record<string, number> = {};
    await inLanes(64, 64, async (lane) => {
      for (let i = 0; Date.now() < end; i++) {
        const seed = lane * 1_000_000 + i;
        const { status, json } = await ask(program.port, { seed, steps: 10 }, { agent });
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 200) expect(json?.data?.[0]?.seed).toBe(seed);
        else await new Promise((resolve) => setTimeout(resolve, 250)); // sooner than Retry-After asks for
      }
    });
    expect(Object.keys(statuses).sort()).toEqual(['200', '429']);
    const value = await metrics(program.port);
    expect(value('queue_images')).toBe(0);
    expect(value('images_total{model="digits"}')).toBe(statuses[200]);
    program.signal('SIGTERM');
    expect(await program.ended, program.said()).toBe(0);
  });

  it('answers each request once while its engine is killed ten times', skipBecause(LACKS_PROC), async () => {
    const program = await startProgram(['--model', 'models/digits']);
    const agent = agentOf(8);
    let pictures = 0;
    let over = false;
    const kills = (async () => {
      for (let i = 0; i < 10; i++) {
        const before = pictures;
        await until('pictures come', () => pictures >= before + 8, 60_000);
        process.kill(engineOf(program.pid)!, 'SIGKILL');
      }
      const before = pictures;
      await until('pictures come again', () => pictures >= before + 8, 60_000);
    })().finally(() => {
      over = true;
    });
    const statuses = new Set<number | string>();
    let next = 0;
    await inLanes(8, 8, async () => {
      while (!over) {
        const seed = next++;
        let status: number | string = 503;
        // A client that asks again until it is answered gets its picture.
        for (let tries = 0; status === 503 && !over && tries < 1000; tries++) {
          status = await statusOf(ask(program.port, { seed, steps: 10 }, { agent }));
          statuses.add(status);
          if (status === 200) pictures++;
          else await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    });
    await kills;
    expect([...statuses].sort()).toEqual([200, 503]);
    const value = await metrics(program.port);
    expect(value('engine_restarts_total')).toBe(10);
    expect(value('queue_images')).toBe(0);
    program.signal('SIGTERM');
    expect(await program.ended, program.said()).toBe(0);
  });

  it('needs no more memory after 5,000 requests than after 1,000', skipBecause(LACKS_PROC), async () => {
    const tiny = await tinyArtefact({ T: 1000, classes: 10, shape: [3, 32, 32] });
    const program = await startProgram(['--model', `tiny=${tiny}`]);
    const agent = agentOf(16);
    const load = async (count: number) => {
      await inLanes(count, 16, async (i) => {
        // Pictures, events, wrong requests and clients that leave.
        const body = {
          seed: i,
          steps: 3 + (i % 20),
          n: 1 + (i % 4),
          ...(i % 3 === 0 && { stream: true, partial_images: 2 }),
        };
        if (i % 10 === 9) {
          const gone = new AbortController();
          setTimeout(() => gone.abort(), i % 7);
          await statusOf(ask(program.port, { ...body, steps: 1000 }, { signal: gone.signal }));
        } else if (i % 10 === 8) expect((await ask(program.port, { ...body, n: 99 }, { agent })).status).toBe(400);
        else expect((await ask(program.port, body, { agent })).status).toBe(200);
      });
      await until('the queue is empty', async () => (await metrics(program.port))('queue_images') === 0);
      expect((await metrics(program.port))('request_bytes')).toBe(0);
      return { server: memoryOf(program.pid), engine: memoryOf(engineOf(program.pid)!) };
    };
    const before = await load(1000);
    const after = await load(4000);
    // A kilobyte kept of a request would be 4 MiB; collectors keep more than that for a while.
    expect(after.server, JSON.stringify({ before, after })).toBeLessThan(before.server + 64);
    expect(after.engine, JSON.stringify({ before, after })).toBeLessThan(before.engine + 64);
  });
});
