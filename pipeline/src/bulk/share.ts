/**
 * A task's share of an order, by its index alone: task i of N makes the shards i, i + N, i + 2N, ... So tasks need to
 * know nothing of each other, as in an array of SLURM or an indexed Job of Kubernetes.
 */
import { integer, refuse } from '@onnoise/scheduler/rules';
import { countShards, type Order, type Shard, shardAt } from './shards.ts';

export interface Share {
  /** From 0. */
  task: number;
  tasks: number;
}

/** The share of who makes all. */
export const ALL: Share = { task: 0, tasks: 1 };

const MOST_TASKS = 1_000_000;
const TASKS = integer(1, MOST_TASKS);

/** @throws InputError for anything but `0/64` to `63/64`. */
export function parseShare(typed: unknown): Share {
  const parts = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(String(typed));
  const [task, tasks] = [Number(parts?.[1]), Number(parts?.[2])];
  if (parts && TASKS.holds(tasks) && task < tasks) return { task, tasks };
  const rule = TASKS.holds(tasks)
    ? `a task from 0 to ${tasks - 1} and their number, as 0/${tasks}`
    : `a task and the number of tasks, 1 to ${MOST_TASKS}, as 0/64`;
  return refuse('take a share', '--shards', rule, String(typed));
}

/** The shards of a task; none where there are more tasks than shards. */
export function* shardsOf(order: Order, { task, tasks }: Share): Generator<Shard> {
  for (let index = task; index < countShards(order); index += tasks) yield shardAt(order, index);
}

/** Shards and images of a share. */
export function countShare(order: Order, { task, tasks }: Share): { shards: number; images: number } {
  const all = countShards(order);
  const shards = Math.max(0, Math.ceil((all - task) / tasks));
  const hasLast = shards > 0 && (all - 1) % tasks === task;
  return { shards, images: shards * order.shard - (hasLast ? all * order.shard - order.count : 0) };
}
