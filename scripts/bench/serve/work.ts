/** Requests to the servers, and the same work without a server. */
import { Agent } from 'node:http';
import { SAMPLER_NAMES, samplerRecord } from '@onnoise/scheduler';
import { conditionRows, extraInputs } from '@onnoise/scheduler/model';
import autocannon from 'autocannon';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { openModel } from '#runtime-node/open-model.ts';
import { createDenoiser } from '#runtime-node/session.ts';
import { ask, inLanes } from '#test/load/client.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** What requests ask for, in turn; the same number of network calls each. */
export type Asked = readonly object[];

/** A guided step is two calls. */
const UNGUIDED = { guidance: 1 };

export const oneSampler = (calls: number): Asked => [{ sampler: 'ddim', steps: calls, ...UNGUIDED }];

/** Every sampler; one of two calls a step makes 2 n - 1 of them. */
export const allSamplers = (calls: number): Asked =>
  SAMPLER_NAMES.map((sampler) => ({ sampler, steps: Math.ceil(calls / samplerRecord(sampler).calls), ...UNGUIDED }));

/** Asks for `count` pictures, each in a request of its own, `clients` at a time. */
export async function singles(port: number, count: number, clients: number, asked: Asked): Promise<void> {
  await inLanes(count, clients, async (seed) =>
    expectPictures(await ask(port, { seed, ...asked[seed % asked.length] }, { agent })),
  );
}

/** Asks for `count` pictures in one request. */
export async function together(port: number, count: number, steps: number): Promise<void> {
  expectPictures(await ask(port, { seed: 0, sampler: 'ddim', steps, n: count, ...UNGUIDED }, { agent }));
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
export async function latency(port: number, clients: number, seconds: number, asked: Asked): Promise<Latency> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/v1/images/generations`,
    connections: clients,
    duration: seconds,
    timeout: 120,
    requests: asked.map((body) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })),
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
