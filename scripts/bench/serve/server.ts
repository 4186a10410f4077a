/**
 * A server in a process of its own that also measures how late its event loop is. Its parent sends `begin` and `end`
 * around each measurement; the first argument holds the options of `createServer`, as JSON.
 */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createServer } from '#server/index.ts';

export interface Measured {
  /** Milliseconds that the event loop was late. */
  delay: { p50: number; p99: number; max: number };
  /** Sums over the engine's steps: count, images, and milliseconds of the steps and of their network calls. */
  steps: { count: number; images: number; step: number; network: number };
  /** MiB in memory, of the server and of the engine; the engine's is 0 without /proc. */
  memory: { server: number; engine: number };
}

export type FromServer = { port: number } | Measured;

const RESOLUTION = 1;
const MILLION = 1e6;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
const server = await createServer({ ...JSON.parse(process.argv[2]!), rate: 0 });
const tell = (message: FromServer) => process.send!(message);
let before = await stepsSoFar();

process.on('message', async (message: 'begin' | 'end') => {
  if (message === 'begin') {
    before = await stepsSoFar();
    delay.reset();
    delay.enable();
    return;
  }
  delay.disable();
  // The monitor records the time between two ticks, which should be `RESOLUTION`.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / MILLION - RESOLUTION);
  const now = await stepsSoFar();
  tell({
    delay: { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) },
    steps: {
      count: now.count - before.count,
      images: now.images - before.images,
      step: now.step - before.step,
      network: now.network - before.network,
    },
    memory: { server: process.memoryUsage.rss() / 2 ** 20, engine: engineMemory() },
  });
});
process.on('disconnect', () => void server.kill().then(() => process.exit()));
tell({ port: Number(new URL(await server.listen({ port: 0 })).port) });

async function stepsSoFar(): Promise<Measured['steps']> {
  const { payload } = await server.app.inject('/metrics');
  const value = (name: string) => Number(new RegExp(`^onnoise_${name} (.+)$`, 'm').exec(payload)?.[1] ?? 0);
  return {
    count: value('step_seconds_count'),
    images: value('batch_images_sum'),
    step: 1000 * value('step_seconds_sum'),
    network: 1000 * value('network_seconds_sum'),
  };
}

function engineMemory(): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.enginePids[0]}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
