/**
 * Keeps the jobs of a server in a folder:
 *
 *     <folder>/<id>/job.json, manifest.json               a job
 *     <folder>/<id>/told/                                 the masks or pictures that its network is told
 *     <folder>/<first 16 digits of the model's hash>/     shards, each of all jobs that have it
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import type { JobHost, Jobs, OpenJobs } from '@onnoise/server';
import { orderOf } from '../bulk/order.ts';
import type { Order, Shard } from '../bulk/shards.ts';
import { ALL, shardsOf } from '../bulk/share.ts';
import { toldImages } from '../bulk/told.ts';
import { shardFiles, shardPath } from '../bulk/write-shard.ts';
import { isOver, type JobRecord, jobOf, newId, readRecords, writeRecord } from './record.ts';
import { manifestOf, picturesOf } from './result.ts';
import type { JobRunner } from './runner.ts';
import { keepTold } from './told-files.ts';

export interface KeepOptions {
  folder: string;
  createRunner: (host: JobHost) => JobRunner;
}

interface Running {
  abort: AbortController;
  /** Resolves when nothing of it goes on. */
  over: Promise<void>;
}

/** Goes on with what a server before has left. */
export function keepJobs({ folder, createRunner }: KeepOptions): OpenJobs {
  return async (host) => {
    const runner = createRunner(host);
    const records = new Map((await readRecords(folder, host.warn)).map((record) => [record.id, record]));
    const running = new Map<string, Running>();
    let closed = false;

    /** A status that cannot be written is still told. */
    async function note(record: JobRecord, change: Partial<JobRecord>): Promise<void> {
      Object.assign(record, change);
      host.onStatus(jobOf(record));
      await writeRecord(folder, record).catch((error: Error) =>
        host.warn(`${record.id} could not be noted: ${error.message}`),
      );
    }

    /** One that comes while the server stops waits for the next. */
    function start(record: JobRecord): void {
      if (closed) return;
      const abort = new AbortController();
      const over = follow(record, abort.signal).finally(() => running.delete(record.id));
      running.set(record.id, { abort, over });
    }

    async function follow(record: JobRecord, signal: AbortSignal): Promise<void> {
      let noted = Promise.resolve();
      const begin = () => {
        if (record.status === 'queued') noted = note(record, { status: 'running', started: Date.now() });
      };
      try {
        await runner.run({
          job: jobOf(record),
          order: record.order,
          signal,
          onBegin: begin,
          onDone(images) {
            record.done = images;
            if (images > 0) begin(); // workers may have made them before this server was there
          },
        });
        await noted;
        await note(record, { status: 'completed', ended: Date.now() });
      } catch (error) {
        await noted;
        if (signal.aborted) return; // whoever did that says what it is now
        await note(record, { status: 'failed', ended: Date.now(), error: (error as Error).message });
      }
    }

    async function end(record: JobRecord): Promise<void> {
      if (isOver(record)) return;
      const current = running.get(record.id); // none of a server that stops
      current?.abort.abort();
      await current?.over;
      if (isOver(record)) return; // it was faster
      await runner.withdraw(record.order);
      await note(record, { status: 'cancelled', ended: Date.now() });
    }

    /** Removes shards that no other job has. */
    async function removeShards(order: Order): Promise<void> {
      const kept = new Set<string>();
      for (const other of records.values()) {
        if (!mayShare(order, other.order)) continue;
        for (const shard of shardsOf(other.order, ALL)) kept.add(shardPath(shard));
        await nextTurn(); // the server answers others meanwhile
      }
      const removed: Shard[] = [];
      for (const shard of shardsOf(order, ALL)) {
        if (kept.has(shardPath(shard))) continue;
        for (const file of shardFiles(folder, shard)) await rm(file, { force: true });
        removed.push(shard);
      }
      await runner.forget(removed);
    }

    for (const record of records.values()) if (!isOver(record)) start(record);

    const jobs: Jobs = {
      queueUp: runner.queueUp,
      take(model, asked, compile) {
        const order = orderOf(model, model.modelHash, asked, compile);
        const told = toldImages(model, asked.conditionImages);
        if (told.length > 0 && !runner.takesTold) refuseTold();
        return async (client) => {
          const record: JobRecord = {
            id: newId(),
            status: 'queued',
            model: model.name,
            client,
            order,
            done: 0,
            created: Date.now(),
            started: null,
            ended: null,
            error: null,
          };
          try {
            await runner.requireSpace(order, model.shape);
            await keepTold(folder, record.id, told);
            await writeRecord(folder, record);
          } catch (error) {
            await rm(join(folder, record.id), { recursive: true, force: true });
            throw error instanceof Failure ? host.noRoom(error.message) : error;
          }
          records.set(record.id, record);
          host.onStatus(jobOf(record));
          start(record);
          return jobOf(record);
        };
      },
      list: () => [...records.values()].map(jobOf),
      find: (id) => (records.has(id) ? jobOf(records.get(id)!) : undefined),
      async cancel(id) {
        const record = records.get(id)!;
        await end(record);
        return jobOf(record);
      },
      async remove(id) {
        const record = records.get(id);
        if (record === undefined) return; // another request has removed it
        await end(record);
        if (!records.delete(id)) return;
        await removeShards(record.order);
        await rm(join(folder, id), { recursive: true, force: true });
      },
      manifest: (id) => manifestOf(folder, id),
      pictures: (id) => picturesOf(folder, id),
      async close() {
        closed = true;
        const open = [...running.values()];
        for (const { abort } of open) abort.abort();
        await Promise.all(open.map(({ over }) => over));
      },
    };
    return jobs;
  };
}

function refuseTold(): never {
  const rule =
    'workers make the jobs of this server, and masks and pictures are told only to pictures that the server makes itself';
  throw new InputError(`Cannot generate images: ${rule}.`, { subject: 'conditionImages' });
}

/** Whether a shard of both can be the same. */
function mayShare(one: Order, other: Order): boolean {
  const overlap = one.seed < other.seed + other.count && other.seed < one.seed + one.count;
  return one.model === other.model && overlap;
}
