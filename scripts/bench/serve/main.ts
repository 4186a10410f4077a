/**
 * Compares the server with itself without batching, and with the bare network:
 *
 *     npm run bench:serve
 *     npm run bench:serve -- --rounds 7 --seconds 60    # rounds that take turns (5), seconds of 64 clients (20)
 *     npm run bench:serve -- --model models/digits --steps 50
 *
 * Each server runs in a process of its own, the clients in this one. Ratios are medians of rounds that take turns,
 * after a warm-up. Absolute numbers depend on the load of the machine.
 */
import { cpus } from 'node:os';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { ownOptions } from '../parse.ts';
import { median } from '../result.ts';
import { HELP, readOptions } from './options.ts';
import { start } from './start.ts';
import { allSamplers, createBareLoop, latency, oneSampler, singles, together } from './work.ts';

const { model, rounds, seconds, steps } = ownOptions(readOptions, HELP);
await readModelFolder(model); // here rather than in the servers' processes, which cannot say what is wrong with it
const BATCH = 8;
const IMAGES = 16;
const [one, mixed] = [oneSampler(steps), allSamplers(steps)];
/** Two of each sampler. */
const MIXED = 2 * mixed.length;

const options = { models: { model }, device: 'cpu', queue: 1024, timeout: 600 } as const;
const batching = await start({ ...options, maxBatch: BATCH });
const alone = await start({ ...options, maxBatch: 1 });
const bare = await createBareLoop(model, BATCH);
const bareAlone = await createBareLoop(model, 1);

console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${steps} network calls a picture\n`,
);
await compare();
await load();
batching.stop();
alone.stop();
process.exit();

/** Rounds that take turns, so that all see the same machine. */
async function compare(): Promise<void> {
  const sides: Record<string, () => Promise<void>> = {
    '8 clients, batches up to 8': () => singles(batching.port, IMAGES, 8, one),
    '8 clients, all samplers in turn': () => singles(batching.port, MIXED, 8, mixed),
    '16 clients, batches up to 8': () => singles(batching.port, 2 * IMAGES, 16, one),
    'one at a time': () => singles(batching.port, IMAGES / 2, 1, one),
    '8 clients, no batching': () => singles(alone.port, IMAGES / 2, 8, one),
    'requests of 8 pictures': () => together(batching.port, 8, steps),
    'the bare network, batches of 8': () => bare(IMAGES, steps),
    'the bare network, one at a time': () => bareAlone(IMAGES / 2, steps),
  };
  const images = [IMAGES, MIXED, 2 * IMAGES, IMAGES / 2, IMAGES / 2, 8, IMAGES, IMAGES / 2];
  const times = Object.keys(sides).map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, work] of Object.values(sides).entries()) {
      const begin = performance.now();
      await work();
      if (round >= 0) times[i]!.push((performance.now() - begin) / images[i]!);
    }
  }
  const first = times[0]!;
  console.log('| what | images/s | 8 clients in batches are as fast, times |\n|---|---|---|');
  for (const [i, name] of Object.keys(sides).entries()) {
    const ratio = median(times[i]!.map((time, round) => time / first[round]!));
    console.log(`| ${name} | ${(1000 / median(times[i]!)).toFixed(2)} | ${ratio.toFixed(2)} |`);
  }
}

async function load(): Promise<void> {
  console.log(
    '\n| clients | samplers | seconds | answered, images/s | 429 | failed | latency p50, ms | p99, ms |\n|---|---|---|---|---|---|---|---|',
  );
  for (const [clients, samplers, asked] of [
    [1, 'ddim', one],
    [8, 'ddim', one],
    [8, 'all', mixed],
    [64, 'ddim', one],
    [64, 'all', mixed],
  ] as const) {
    let row = '';
    const {
      delay,
      steps: engine,
      memory,
    } = await batching.measure(async () => {
      const found = await latency(batching.port, clients, seconds, asked);
      const rate = (found.answered / seconds).toFixed(2);
      row = `| ${clients} | ${samplers} | ${seconds} | ${rate} | ${found.refused} | ${found.failed} | ${found.p50} | ${found.p99} |`;
    });
    console.log(row);
    if (clients < 64 || samplers === 'ddim') continue;
    const share = (100 * (engine.step / engine.network - 1)).toFixed(2);
    console.log(`
| under load of 64 clients, all samplers | |
|---|---|
| event loop of the server late, p50 / p99 / most, ms | ${[delay.p50, delay.p99, delay.max].map((ms) => ms.toFixed(1)).join(' / ')} |
| images a step | ${(engine.images / engine.count).toFixed(2)} |
| a step, ms, and over its network call | ${(engine.step / engine.count).toFixed(2)}, +${share} % |
| memory of server / engine, MiB | ${memory.server.toFixed(0)} / ${memory.engine.toFixed(0)} |`);
  }
}
