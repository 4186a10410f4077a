/** Jobs on disk, `<folder>/<id>/job.json` each, so that they outlive the server. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeWhole } from '@onnoise/base/files';
import { integer, nullable, object, oneOf, type Rule, type Rules, readObject, rule } from '@onnoise/scheduler/rules';
import type { Job, JobStatus } from '@onnoise/server';
import { type Order, parseShard, shardAt } from '../bulk/shards.ts';

export interface JobRecord {
  id: string;
  status: JobStatus;
  /** Name of the model. */
  model: string;
  client: string;
  order: Order;
  /** Pictures that are there. */
  done: number;
  /** Milliseconds since 1970; null: not yet. */
  created: number;
  started: number | null;
  ended: number | null;
  /** Why it failed. */
  error: string | null;
}

export const newId = (): string => `job-${randomBytes(12).toString('hex')}`;

export const isOver = ({ status }: Pick<JobRecord, 'status'>): boolean => status !== 'queued' && status !== 'running';

export function jobOf({ id, status, model, client, order, done, created, started, ended, error }: JobRecord): Job {
  const { model: hash, count, ...settings } = order;
  return {
    id,
    status,
    model: { name: model, hash },
    client,
    images: { total: count, done },
    settings,
    created,
    started: started ?? undefined,
    ended: ended ?? undefined,
    error: error ?? undefined,
  };
}

const fileOf = (folder: string, id: string) => join(folder, id, 'job.json');

export async function writeRecord(folder: string, record: JobRecord): Promise<void> {
  await makeFolder(join(folder, record.id));
  await writeWhole(fileOf(folder, record.id), `${JSON.stringify({ format: FORMAT, ...record }, null, 2)}\n`);
}

/**
 * The jobs of a folder, the oldest first.
 * @param warn hears of those that cannot be read, which are left alone
 */
export async function readRecords(folder: string, warn: (line: string) => void): Promise<JobRecord[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^job-[0-9a-f]{24}$/.test(name));
  const records: JobRecord[] = [];
  for (const id of names) {
    try {
      const record = parse(JSON.parse(await readFile(fileOf(folder, id), 'utf8')));
      if (record.id === id) records.push(record);
    } catch (error) {
      warn(`The job in ${join(folder, id)} is left alone, since it cannot be read: ${(error as Error).message}`);
    }
  }
  return records.sort((a, b) => a.created - b.created);
}

const FORMAT = 1;
const text = rule<string>('text', (value) => typeof value === 'string');
const time = integer(0, Number.MAX_SAFE_INTEGER);
const STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const satisfies JobStatus[];

const RULES: Rules<JobRecord & { format: typeof FORMAT }> = {
  format: oneOf([FORMAT]),
  id: text,
  status: oneOf(STATUSES),
  model: text,
  client: text,
  order: object as Rule<never>,
  done: time,
  created: time,
  started: nullable(time),
  ended: nullable(time),
  error: nullable(text),
};

/** @throws InputError for anything else */
function parse(data: unknown): JobRecord {
  const { format: _, ...record } = readObject(data, 'read a job', RULES);
  parseShard(shardAt(record.order, 0)); // an order of shards that workers take
  return record;
}
