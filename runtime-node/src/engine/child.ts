/** The computing side: loads the models, then steps all tasks, and reads new messages between steps. */

import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pictureOf, type SamplerOptions, type SamplerTable } from '@onnoise/scheduler';
import { conditionRows, extraInputs, nullRow, sizeOf } from '@onnoise/scheduler/model';
import { type Batcher, createBatcher } from '../batching/batcher.ts';
import { partialSteps, sampling, singleCall, type Trajectory } from '../batching/trajectory.ts';
import { type Call, serveParent } from '../child/index.ts';
import { decodeDrawn, encodeStart, type FolderPictures, picturesOf } from '../in-latents.ts';
import { readModelFolder } from '../model-folder.ts';
import { hashModel } from '../model-hash.ts';
import { imageSize } from '../pictures/pixels.ts';
import { serveNetwork } from './parallel-parts.ts';
import type {
  CallTask,
  EngineMethods,
  EngineModel,
  EngineOptions,
  SampleTask,
  StepReport,
  TaskPart,
} from './protocol.ts';
import { keepTables } from './tables.ts';

interface Loaded {
  model: EngineModel;
  batcher: Batcher;
  /** Of a network that draws latents. */
  pictures: FolderPictures | undefined;
  /** The sampler's table for a task; the newest ones are cached. */
  table: (options: SamplerOptions) => SamplerTable;
}

/** A report comes after so many steps or milliseconds, whichever is first. */
const REPORT_EVERY = 16;
const REPORT_AFTER = 250;

const compile = keepTables();

/** Answers its parent until it is told to drain, or the parent is gone. */
export function serveEngine(): void {
  const loaded = new Map<string, Loaded>();
  let copy: string | undefined;
  let last = 0;
  let running: Promise<void> | undefined;

  const parent = serveParent<EngineMethods, StepReport>(
    {
      start(options) {
        copy = options.copy;
        return load(options, loaded);
      },
      sample: (task, call) => sample(task, call),
      call: (task, call) => begin(task, call, calls),
      table: async ({ model, options }) => loaded.get(model)!.table(options),
    },
    {
      drained: () => running, // the last report
      onGone() {
        if (copy !== undefined) rmSync(copy, { recursive: true, force: true }); // nobody else is left to do it
      },
    },
  );

  /** What a task starts from and what it draws are pictures, whatever the network draws. */
  async function sample(task: SampleTask, call: Call<TaskPart>): Promise<void> {
    const { pictures } = loaded.get(task.model)!;
    if (!pictures) return begin(task, call, samplings);
    const asked = await encodeStart(task, pictures);
    let told = Promise.resolve(); // in the order in which they were drawn
    const tell = (part: TaskPart) => {
      const start = {
        from: task.from && pictureOf(task.from, part.index, sizeOf(pictures.facts.shape)),
        mask: task.mask,
      };
      told = told.then(async () => call.tell({ ...part, image: await decodeDrawn(part.image, start, pictures) }));
      told.catch(() => {}); // the task fails of it below
    };
    await begin(asked, { ...call, tell }, samplings);
    await told;
  }

  function begin<T extends SampleTask | CallTask>(
    task: T,
    { tell, signal }: Pick<Call<TaskPart>, 'tell' | 'signal'>,
    trajectoriesOf: (task: T, loaded: Loaded, tell: (part: TaskPart) => void) => Trajectory[],
  ): Promise<void> {
    const model = loaded.get(task.model)!;
    const trajectories = trajectoriesOf(task, model, tell);
    const id = ++last;
    return new Promise((resolve, reject) => {
      let left = trajectories.length;
      model.batcher.add({
        id,
        client: task.client,
        user: task.user,
        weight: task.weight,
        background: task.background,
        trajectories,
        onDone(index, { x }, time) {
          tell({ type: 'image', index, image: x, ...time });
          if (--left === 0) resolve();
        },
        onFailed: reject,
      });
      signal.addEventListener('abort', () => {
        model.batcher.cancel(id);
        reject(signal.reason);
      });
      running ??= run().finally(() => {
        running = undefined;
      });
    });
  }

  /** Steps the models in turn until no work is left. */
  async function run(): Promise<void> {
    const report: StepReport = { models: [], batches: [], steps: [], networks: [] };
    let flushed = performance.now();
    const flush = () => {
      flushed = performance.now();
      if (report.batches.length > 0) parent.emit(report);
      for (const values of Object.values(report)) values.length = 0;
    };
    for (let busy = true; busy; ) {
      busy = false;
      const urgent = [...loaded.values()].some(({ batcher }) => batcher.urgent);
      for (const { model, batcher } of loaded.values()) {
        if (urgent && !batcher.urgent) continue;
        const done = await batcher.step();
        if (done === undefined) continue;
        busy = true;
        report.models.push(model.name);
        report.batches.push(done.batch);
        report.steps.push(done.step);
        report.networks.push(done.network);
        if (report.batches.length === REPORT_EVERY || performance.now() - flushed > REPORT_AFTER) flush();
        await nextTurn(); // reads messages that arrived meanwhile
      }
    }
    flush();
  }
}

async function load(
  { models, device, maxBatch, measured: known, rest = 0 }: EngineOptions,
  loaded: Map<string, Loaded>,
): Promise<EngineModel[]> {
  for (const [name, folder] of Object.entries(models)) {
    const artefact = await readModelFolder(folder);
    const { run, report, measured } = await serveNetwork(artefact, device, maxBatch, known?.[name], rest);
    const { folder: own, onnx, ...facts } = artefact;
    const size = imageSize(facts.shape);
    const hashes = { hash: await hashOf(onnx), modelHash: await hashModel(own) };
    const model = { name, device: report.device, reason: report.reason, ...facts, ...hashes, measured };
    const batcher = createBatcher({ run, size, maxBatch });
    const pictures = picturesOf(artefact, report.device);
    loaded.set(name, { model, batcher, pictures, table: (options) => compile(model.scheduler, options) });
  }
  return [...loaded.values()].map(({ model }) => model);
}

function samplings(task: SampleTask, { model, table: tableOf }: Loaded, tell: (part: TaskPart) => void): Trajectory[] {
  const table = tableOf(task);
  const size = imageSize(model.shape);
  const steps = table.rows.length;
  const partials = partialSteps(steps, task.partials);
  const inputs = extraInputs(model);
  const rows = conditionRows(inputs, task, task.seeds.length);
  const absent = nullRow(inputs);
  return task.seeds.map((seed, index) =>
    sampling({
      table,
      size,
      seed,
      row: rows[index]!,
      guidance: task.guidance,
      nullRow: absent,
      from: task.from && pictureOf(task.from, index, size),
      mask: task.mask,
      partials,
      onPartial: (image, step) => tell({ type: 'partial', index, step, steps, image }),
    }),
  );
}

function calls({ x, timesteps, rows }: CallTask, { model }: Loaded): Trajectory[] {
  const size = imageSize(model.shape);
  return Array.from(timesteps, (timestep, i) => singleCall(x.slice(i * size, (i + 1) * size), timestep, rows[i]!));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
