/**
 * The network on WebGPU. The images stay on the GPU from the first noise to the last step: the network reads them there,
 * our kernel applies the sampler's row in place, and latents are decoded there. At most two steps are under way, so that a call can be
 * cancelled and its progress is real.
 *
 * Where the whole network runs on the GPU its commands are captured once and replayed (graph capture), which saves
 * onnxruntime's work on each step; a captured session is bound to its buffers, so another batch size opens another. For
 * the same reason a guided request calls the doubled batch at every step, also outside the interval of its guidance,
 * where the kernel then reads the half with the condition.
 */
import { badOutput, DEFAULT_SAMPLER, type SamplerTable } from '@onnoise/scheduler';
import { type Artefact, onnxReason } from '@onnoise/scheduler/model';
import type { InferenceSession } from 'onnxruntime-web';
import type { Network } from '../network/network.ts';
import { oneAtATime } from '../session/calls.ts';
import type { Ort } from '../session/ort.ts';
import { openSession } from '../session/session.ts';
import { type Batch, type BatchSize, createBatch, type Pictures } from './batch.ts';
import { openGpu } from './device.ts';

/** @throws InputError for a file that is not a network of this shape, or where there is no device. */
export async function openWebGpu(
  ort: Ort,
  onnx: Uint8Array,
  artefact: Artefact,
  adapter: GPUAdapter,
): Promise<Network> {
  const gpu = await openGpu(adapter);
  const { device } = gpu;
  const providers = [{ name: 'webgpu', device }] as const;
  const open = (enableGraphCapture: boolean) =>
    openSession(ort, onnx, 'webgpu', artefact, {
      executionProviders: providers,
      enableGraphCapture,
      preferredOutputLocation: 'gpu-buffer',
    });

  /** For what shares the buffers. */
  const inTurn = oneAtATime();
  /** Why commands are not captured; undefined while they are. */
  let notCaptured: string | undefined;
  let current: { session: InferenceSession; batch: Batch } | undefined;

  async function close(): Promise<void> {
    const closing = current;
    current = undefined;
    await closing?.session.release();
    closing?.batch.destroy();
  }

  async function prepare(wanted: BatchSize): Promise<NonNullable<typeof current>> {
    if (current?.batch.count === wanted.count && current.batch.guided === wanted.guided) return current;
    const makeBatch = (onGpu: boolean) => createBatch(ort, device, wanted, artefact, onGpu);
    if (notCaptured === undefined) {
      await close();
      const batch = makeBatch(true);
      try {
        const session = await gpu.guard(open(true));
        current = { session, batch };
        await gpu.guard(warmUp(current)); // captures
        return current;
      } catch (error) {
        notCaptured = whyNotCaptured(onnxReason((error as Error).cause ?? error));
        if (current) await close();
        else batch.destroy();
      }
    }
    const session = current?.session ?? (await gpu.guard(open(false)));
    current?.batch.destroy();
    current = { session, batch: makeBatch(false) };
    await gpu.guard(warmUp(current));
    return current;
  }

  try {
    await prepare({ count: 1, guided: false });
  } catch (error) {
    await close();
    gpu.destroy();
    throw error;
  }

  return {
    providers,
    note:
      notCaptured === undefined
        ? "The network's commands are captured once and replayed."
        : `The network's commands are not captured: ${notCaptured}.`,
    sample: (request, hooks) => inTurn(() => sample(request, hooks), hooks.signal),
    dispose: () =>
      inTurn(async () => {
        await close();
        gpu.destroy();
      }),
  };

  async function sample(...[request, { onStep, wantsStep, signal, decode }]: Parameters<Network['sample']>) {
    const { seeds, guidance, table } = request;
    const { session, batch } = await prepare({ count: seeds.length, guided: guidance !== undefined });
    const steps = table.rows.length;
    const queued: Promise<unknown>[] = [];
    batch.start(request);
    const look = async (): Promise<Pick<Pictures, 'x' | 'x0'>> => {
      if (!decode) return checked(await batch.read(), table);
      checked({ bad: await batch.fault() }, table);
      return { x: await batch.decode('x', decode), x0: await batch.decode('x0', decode) };
    };
    try {
      for (const [index, row] of table.rows.entries()) {
        signal?.throwIfAborted();
        const step = index + 1;
        await gpu.guard(batch.step(session, index));
        const wanted = wantsStep?.(step, steps) ?? true;
        const shown = wanted ? onStep : undefined;
        const done = shown
          ? look().then(({ x, x0 }) => shown({ step, steps, timestep: row.timestep, x, x0 }))
          : device.queue.onSubmittedWorkDone();
        done.catch(() => undefined); // whoever awaits it gets the error
        queued.push(done);
        const before = queued[index - 1];
        if (before) await gpu.guard(before);
        // The same device decodes, which runs one graph at a time, and from buffers that the next step changes.
        if (shown && decode) await gpu.guard(done);
      }
      await gpu.guard(queued.at(-1)!);
      if (!decode) return checked(await gpu.guard(batch.read()), table).x;
      checked({ bad: await gpu.guard(batch.fault()) }, table);
      return await gpu.guard(batch.decode('x', decode));
    } finally {
      await Promise.allSettled(queued.slice(-2)); // the buffers are free for the next call
    }
  }
}

/** Returns the pictures if every output of the network so far was finite. @throws InputError otherwise. */
function checked<T extends Pick<Pictures, 'bad'>>(pictures: T, { rows }: SamplerTable): T {
  const { bad: step } = pictures;
  if (step === undefined) return pictures;
  throw badOutput({ step, steps: rows.length, timestep: rows[step - 1]!.timestep });
}

/** Runs one step that changes nothing: compiles the shaders and captures the commands before sampling starts. */
async function warmUp({ session, batch }: { session: InferenceSession; batch: Batch }) {
  const seeds = Array.from({ length: batch.count }, (_, i) => i);
  const row = { timestep: 0, signal: 1, noise: 0, p: 0, q: 0, A: 1, E: 0, B: 0, C: 0, F: 0, D: 0, y: undefined };
  const table: SamplerTable = { sampler: DEFAULT_SAMPLER, steps: 1, clip: null, start: 1, signal: 0, rows: [row] };
  const nothing = { labels: undefined, conditions: undefined, guidance: undefined, from: undefined, mask: undefined };
  batch.start({ ...nothing, seeds, table, strength: 1 });
  await batch.step(session, 0);
  await batch.fault();
}

/** onnxruntime's reason; the usual one in words for visitors. */
function whyNotCaptured(reason: string): string {
  return /not been partitioned|control flow/i.test(reason) ? 'a part of it runs on the processor' : reason;
}
