/** Makes jobs with the server's own engines, a shard at a time, while no request needs them. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { requireSpace } from '@onnoise/base/files';
import { EngineGone } from '@onnoise/runtime-node/engine';
import { splitPairs } from '@onnoise/scheduler/model';
import type { Job, JobHost, JobSampling } from '@onnoise/server';
import { makeShard, shardBytes } from '../bulk/make-shard.ts';
import { writeManifest } from '../bulk/manifest.ts';
import type { ShardModel } from '../bulk/sample-shard.ts';
import type { Shard } from '../bulk/shards.ts';
import { ALL, shardsOf } from '../bulk/share.ts';
import type { ShardFile } from '../bulk/write-shard.ts';
import type { JobRun, JobRunner } from './runner.ts';
import { readTold } from './told-files.ts';
import { createTurns } from './turns.ts';

/** Tries of a shard whose engine ends, with longer and longer pauses. */
const TRIES = 5;
const FIRST_PAUSE = 1000;

/** @param folder that shards are written below */
export function runHere(host: JobHost, folder: string): JobRunner {
  const turns = createTurns(1);

  /** The job's model, which draws with the server's engines. @param onImage called as each image is done */
  function modelOf(job: Job, onImage: () => void): ShardModel {
    const { shape, classes, channelNames, show, maskOutput, conditionImage } = host.modelOf(job);
    const isMask = conditionImage?.mask !== undefined;
    const sample = async (options: JobSampling) => {
      const images = await host.sample(job, options, onImage);
      host.modelOf(job); // a reload between two batches would mix two networks
      if (!maskOutput) return { images };
      const { confidence, ...pairs } = splitPairs(images, shape, maskOutput);
      return { ...pairs, maskConfidence: confidence };
    };
    const toldOf = (hash: string) => readTold(folder, { id: job.id, hash, isMask });
    const shown = { ...(channelNames && { channelNames }), ...(show !== undefined && { show }) };
    return { shape, classes, ...shown, ...(maskOutput && { maskOutput }), sample, toldOf };
  }

  async function make({ job, signal, onBegin, onDone }: JobRun, shard: Shard, done: number): Promise<ShardFile> {
    for (let tries = 1; ; tries++) {
      let made = 0;
      const open = async () => {
        onBegin();
        return modelOf(job, () => onDone(done + ++made));
      };
      try {
        const { found: _, ...file } = await makeShard(shard, { out: folder, open, signal });
        return file;
      } catch (error) {
        if (!(error instanceof EngineGone) || tries === TRIES) throw error;
        await pause(FIRST_PAUSE * 2 ** tries, undefined, { signal });
      }
    }
  }

  return {
    takesTold: true,
    async run(run: JobRun) {
      const { job, order, signal, onDone } = run;
      const files: ShardFile[] = [];
      let done = 0;
      for (const shard of shardsOf(order, ALL)) {
        try {
          files.push(await turns.take(job.client, signal, () => make(run, shard, done)));
          done += shard.count;
        } finally {
          onDone(done); // a shard that is not whole is none
        }
      }
      let next = 0;
      const read = async (shards: readonly Shard[]) => shards.map(() => files[next++]!);
      await writeManifest(join(folder, job.id), job.model.name, order, read);
    },
    requireSpace: ({ count }, shape) => requireSpace(folder, shardBytes(count, shape), 'keep the job'),
    withdraw: async () => {},
    forget: async () => {},
  };
}
