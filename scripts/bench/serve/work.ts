/** Requests to the servers, and the same work without a server. */
import { Agent } from 'node:http';
import { conditionRows, extraInputs } from '@onnoise/scheduler';
import autocannon from 'autocannon';
import { openModel } from '#runtime-node/load.ts';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { createDenoiser } from '#runtime-node/session.ts';
import { ask, inLanes } from '#test/load/client.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Asks for `count` pictures, each in a request of its own, `clients` at a time. */
export async function singles(port: number, count: number, clients: number, steps: number): Promise<void> {
  await inLanes(count, clients, async (seed) => expectPictures(await ask(port, { seed, steps }, { agent })));
}

/** Asks for `count` pictures in one request. */
export async function together(port: number, count: number, steps: number): Promise<void> {
  expectPictures(await ask(port, { seed: 0, steps, n: count }, { agent }));
}

export interface Latency {
  clients: number;
  seconds: number;
  answered: number;
  refused: number;
  /** Answers that are neither pictures nor 429; must be 0. */
  failed: number;
  p50: number;
  p99: number;
}

/** Runs clients that each request one picture after another. */
export async function latency(port: number, clients: number, seconds: number, steps: number): Promise<Latency> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/v1/images/generations`,
    connections: clients,
    duration: seconds,
    timeout: 120,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ steps }),
  });
  const refused = result.statusCodeStats?.['429']?.count ?? 0;
  return {
    clients,
    seconds,
    answered: result['2xx'],
    refused,
    failed: result.non2xx - refused + result.errors,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

/** Only network calls: `steps` of them on batches of `batch`, for `count` images. */
export async function createBareLoop(folder: string, batch: number) {
  const artefact = await readModelFolder(folder);
  const { session } = await openModel(artefact, 'cpu');
  const { shape: image, classes } = artefact;
  const labels = classes > 0 ? Array.from({ length: batch }, (_, i) => i % classes) : undefined;
  const denoise = createDenoiser(session, artefact, conditionRows(extraInputs(artefact), { labels }, batch));
  const x = new Float32Array(batch * image[0] * image[1] * image[2]).fill(0.1);
  const timesteps = new Float32Array(batch).fill(500);
  return async (count: number, steps: number) => {
    for (let call = 0; call < Math.ceil(count / batch) * steps; call++) await denoise(x, timesteps, 0);
  };
}

function expectPictures({ status, text }: { status: number; text: string }): void {
  if (status !== 200) throw new Error(`The server answered with ${status}: ${text.slice(0, 200)}`);
}
