/** The computing side: loads the models, then steps all that is asked, reading what arrives between two steps. */

import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileSampler, InputError, type SamplerTable, samplerSettings } from '@onnoise/scheduler';
import { readArtefact } from '../artefact.ts';
import { type Batcher, createBatcher } from '../batching/batcher.ts';
import { partialSteps, sampling, singleCall } from '../batching/trajectory.ts';
import { imageSize } from '../pictures/pixels.ts';
import { openNetwork } from './lanes.ts';
import type { CallTask, EngineModel, EngineOptions, FromEngine, SampleTask, StepReport, ToEngine } from './protocol.ts';

/** The ends of a channel that this side needs: Node's `process`, or a test's. */
export interface Channel {
  on(event: 'message', listener: (message: ToEngine) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  send?: ((message: FromEngine) => unknown) | undefined;
  exit(code?: number): unknown;
}

interface Loaded {
  model: EngineModel;
  batcher: Batcher;
  /** The sampler's table; the newest ones are kept. */
  table: (task: SampleTask) => SamplerTable;
}

/** Steps between two reports, and milliseconds, at most. */
const REPORT_EVERY = 16;
const REPORT_AFTER = 250;
const TABLES_KEPT = 32;

/** Answers what arrives until it is told to drain, or its parent is gone. */
export function serveEngine(channel: Channel): void {
  const loaded = new Map<string, Loaded>();
  /** The model that each open task is with. */
  const open = new Map<number, Batcher>();
  const send = (message: FromEngine) => channel.send?.(message);
  let running = false;
  let draining = false;

  let copy: string | undefined;

  channel.on('disconnect', () => {
    if (copy !== undefined) rmSync(copy, { recursive: true, force: true }); // nobody else is left to
    channel.exit(0);
  });
  channel.on('message', (message) => {
    if (message.type === 'start') {
      copy = message.options.copy;
      void load(message.options, loaded).then(
        (models) => send({ type: 'ready', models }),
        (error: unknown) => send({ type: 'unready', ...describe(error) }),
      );
      return;
    }
    if (message.type === 'drain') draining = true;
    else if (message.type === 'cancel') {
      open.get(message.id)?.cancel(message.id);
      open.delete(message.id);
      send({ type: 'steps', batches: [], steps: [], networks: [] });
    } else {
      try {
        begin(message);
      } catch (error) {
        send({ type: 'failed', id: message.id, ...describe(error) });
      }
    }
    if (!running) void run();
  });

  function begin({ type, id, task }: Extract<ToEngine, { task: unknown }>): void {
    const { model, batcher, table } = loaded.get(task.model)!;
    const size = imageSize(model.shape);
    const trajectories =
      type === 'call' ? calls(task, size) : samplings(task, { table: table(task), size, id, told: send });
    let left = trajectories.length;
    open.set(id, batcher);
    batcher.add({
      id,
      client: task.client,
      trajectories,
      onDone: (index, { x }) => {
        if (--left === 0) open.delete(id);
        send({ type: 'image', id, index, image: x });
      },
      onFailed: (error) => {
        open.delete(id);
        send({ type: 'failed', id, ...describe(error) });
      },
    });
  }

  /** Steps the models in turn until nothing is left to do. */
  async function run(): Promise<void> {
    running = true;
    const report: StepReport = { batches: [], steps: [], networks: [] };
    let flushed = performance.now();
    const flush = () => {
      flushed = performance.now();
      if (report.batches.length > 0) send({ type: 'steps', ...report });
      for (const values of Object.values(report)) values.length = 0;
    };
    for (let busy = true; busy; ) {
      busy = false;
      for (const { batcher } of loaded.values()) {
        const done = await batcher.step();
        if (done === undefined) continue;
        busy = true;
        report.batches.push(done.batch);
        report.steps.push(done.step);
        report.networks.push(done.network);
        if (report.batches.length === REPORT_EVERY || performance.now() - flushed > REPORT_AFTER) flush();
        await nextTurn(); // what arrived meanwhile
      }
    }
    flush();
    running = false;
    if (draining) channel.exit(0);
  }
}

async function load({ models, device, maxBatch }: EngineOptions, loaded: Map<string, Loaded>): Promise<EngineModel[]> {
  for (const [name, folder] of Object.entries(models)) {
    const artefact = await readArtefact(folder);
    const { shape, classes, scheduler } = artefact;
    const { run, report } = await openNetwork(artefact, device, maxBatch);
    const size = imageSize(shape);
    const model: EngineModel = {
      name,
      device: report.device,
      reason: report.reason,
      shape,
      classes,
      classNames: artefact.classNames,
      scheduler,
      hash: await hashOf(artefact.onnx),
    };
    const batcher = createBatcher({ run, size, maxBatch });
    loaded.set(name, { model, batcher, table: createTables(model) });
  }
  return [...loaded.values()].map(({ model }) => model);
}

function samplings(
  { seeds, labels, partials }: SampleTask,
  { table, size, id, told }: { table: SamplerTable; size: number; id: number; told: (message: FromEngine) => void },
) {
  const shown = partialSteps(table.rows.length, partials);
  return seeds.map((seed, index) =>
    sampling({
      table,
      size,
      seed,
      label: labels?.[index] ?? 0,
      partials: shown,
      onPartial: (image, step) => told({ type: 'partial', id, index, step, steps: table.rows.length, image }),
    }),
  );
}

function calls({ x, timesteps, labels }: CallTask, size: number) {
  return Array.from(timesteps, (timestep, i) =>
    singleCall(x.slice(i * size, (i + 1) * size), timestep, labels[i] ?? 0),
  );
}

/** Tables by what was asked: a schedule of 1,000 timesteps takes longer to compile than a small network to call. */
function createTables({ scheduler }: EngineModel): (task: SampleTask) => SamplerTable {
  const tables = new Map<string, SamplerTable>();
  return (task) => {
    const asked = { sampler: task.sampler, steps: task.steps, ...samplerSettings(task) };
    const key = JSON.stringify(asked);
    const table = tables.get(key) ?? compileSampler(scheduler, asked);
    tables.delete(key);
    tables.set(key, table);
    if (tables.size > TABLES_KEPT) tables.delete(tables.keys().next().value!);
    return table;
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function describe(error: unknown): { message: string; user: boolean } {
  const message = error instanceof Error ? error.message : String(error);
  return { message, user: error instanceof InputError };
}
