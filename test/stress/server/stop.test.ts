/** Signals to `pipeline serve` under load: it answers running requests, refuses new ones, and exits cleanly. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, inLanes, keepAlive } from '#test/load/client.ts';
import { type Program, startProgram, statusOf } from '#test/load/program.ts';
import { until } from '#test/load/until.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const LACKS_SIGNALS =
  process.platform === 'win32' ? 'Windows sends no signals to a process: run on Linux or macOS' : undefined;

/** Eight clients that send requests until `until` is done. Returns how each request ended. */
async function load({ port }: Program, until: Promise<unknown>): Promise<(number | string)[]> {
  const agent = keepAlive(8);
  onTestFinished(() => agent.destroy());
  const outcomes: (number | string)[] = [];
  let over = false;
  const ended = until.finally(() => {
    over = true;
  });
  const clients = inLanes(8, 8, async (seed) => {
    while (!over) {
      const outcome = await statusOf(ask(port, { seed, n: 2, steps: 300, sampler: 'ddim' }, { agent }));
      outcomes.push(outcome);
      if (outcome !== 200) await wait(5);
    }
  });
  await Promise.all([ended, clients]);
  return outcomes;
}

const askLong = ({ port }: Program, requests: number) =>
  Promise.all(
    Array.from({ length: requests }, (_, seed) => statusOf(ask(port, { n: 16, steps: 1000, sampler: 'ddim', seed }))),
  );

/** Images in progress or waiting. */
async function queueOf({ port }: Program): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^onnoise_queue_images (\d+)/m.exec(metrics)?.[1]);
}

describe('pipeline serve under load', skipBecause(LACKS_SIGNALS), () => {
  it('answers what runs at SIGTERM, refuses what is new, and exits with 0', async () => {
    const program = await startProgram(['--model', `tiny=${await tinyArtefact({ T: 1000 })}`]);
    const loaded = load(program, program.ended);
    await until('they are at work', async () => (await queueOf(program)) > 0);
    const long = askLong(program, 12);
    // The others have 16 images at most, so four of these are in the queue; the rest may come too late.
    await until('four long requests are in progress', async () => (await queueOf(program)) > 4 * 16);
    program.signal('SIGTERM');
    expect((await long).filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
    expect(await program.ended, program.said()).toBe(0);
    const outcomes = new Set(await loaded);
    expect(outcomes).toContain(200);
    // A client gets ECONNRESET when its idle connection is closed just as it sends a request.
    for (const outcome of outcomes) expect([200, 503, 'ECONNREFUSED', 'ECONNRESET']).toContain(outcome);
    expect(program.said()).not.toContain('Error');
  });

  it('says first that it is not ready, and still answers, as balancers need it', async () => {
    const program = await startProgram([
      ...['--model', `tiny=${await tinyArtefact({ T: 1000 })}`, '--drain-delay', '2', '--grpc-port', '0'],
    ]);
    const ready = async () => (await fetch(`http://127.0.0.1:${program.port}/v2/health/ready`)).status;
    expect(await ready()).toBe(200);
    program.signal('SIGTERM');
    await until('it says so', async () => (await ready()) === 503);
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify({ steps: 2 }) };
    const answer = await fetch(`http://127.0.0.1:${program.port}/v1/images/generations`, asked);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect(await program.ended, program.said()).toBe(0);
    expect(program.said()).toContain('Stopping: taking requests for 2 s more, then finishing 0 images.');
  });

  it('ends at once at a second signal', async () => {
    const program = await startProgram(['--model', `tiny=${await tinyArtefact({ T: 1000 })}`, '--max-batch', '1']);
    const cut = askLong(program, 16);
    await until('several requests are in the queue', async () => (await queueOf(program)) > 16);
    program.signal('SIGTERM');
    await until('it says that it stops', () => program.said().includes('Stopping'));
    program.signal('SIGTERM');
    expect(await program.ended).toBe(130);
    expect(await cut).toContain('ECONNRESET');
  });
});
