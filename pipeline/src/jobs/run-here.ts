/** Makes jobs with the server's own engines, a shard at a time, while no request needs them. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { requireSpace } from '@onnoise/base/files';
import { EngineGone } from '@onnoise/runtime-node/engine';
import { splitPairs } from '@onnoise/scheduler/model';
import type { Job, JobHost, JobSampling } from '@onnoise/server';
import { requireShardSpace, shardBytes, writeSampled } from '../bulk/describe-shard.ts';
import { writeManifest } from '../bulk/manifest.ts';
import { sampleShard } from '../bulk/sample-shard.ts';
import { countShards, type Shard, shardAt } from '../bulk/shards.ts';
import { findShard, type ShardFile } from '../bulk/write-shard.ts';
import type { JobRun, JobRunner } from './runner.ts';
import { readTold } from './told-files.ts';
import { createTurns } from './turns.ts';

/** Tries of a shard whose engine ends, with longer and longer pauses. */
const TRIES = 5;
const FIRST_PAUSE = 1000;

/** @param folder that shards are written below */
export function runHere(host: JobHost, folder: string): JobRunner {
  const turns = createTurns(1);

  async function make(
    job: Job,
    shard: Shard,
    { signal, onImages }: { signal: AbortSignal; onImages: (made: number) => void },
  ): Promise<ShardFile> {
    const { shape, classes, channelNames, show, maskOutput, conditionImage } = host.modelOf(job);
    const isMask = conditionImage?.mask !== undefined;
    const toldOf = (hash: string) => readTold(folder, { id: job.id, hash, isMask });
    await requireShardSpace(folder, shard, shape);
    let made = 0;
    const onImage = () => onImages(++made);
    const sample = async (options: JobSampling) => {
      const images = await host.sample(job, options, onImage);
      if (!maskOutput) return { images };
      const { confidence, ...pairs } = splitPairs(images, shape, maskOutput);
      return { ...pairs, maskConfidence: confidence };
    };
    const shown = { ...(channelNames && { channelNames }), ...(show !== undefined && { show }) };
    const model = { shape, classes, ...shown, ...(maskOutput && { maskOutput }), sample, toldOf };
    const pictures = await sampleShard(model, shard, undefined, signal);
    host.modelOf(job); // a reload between two batches would have mixed two networks
    return writeSampled(folder, shard, pictures);
  }

  async function tryToMake(...what: Parameters<typeof make>): Promise<ShardFile> {
    const [, , { signal }] = what;
    for (let tries = 1; ; tries++) {
      try {
        return await make(...what);
      } catch (error) {
        if (!(error instanceof EngineGone) || tries === TRIES) throw error;
        await pause(FIRST_PAUSE * 2 ** tries, undefined, { signal });
      }
    }
  }

  return {
    takesTold: true,
    async run({ job, order, signal, onBegin, onDone }: JobRun) {
      const files: ShardFile[] = [];
      let done = 0;
      for (let index = 0; index < countShards(order); index++) {
        const shard = shardAt(order, index);
        try {
          const file = await turns.take(job.client, signal, async () => {
            const found = await findShard(folder, shard);
            if (found === undefined) onBegin();
            return found ?? tryToMake(job, shard, { signal, onImages: (made) => onDone(done + made) });
          });
          files.push(file);
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
