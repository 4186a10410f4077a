/**
 * Chooses what runs the training step: WebGPU where there is a graphics card and its first step agrees with WebAssembly's,
 * else WebAssembly. Every choice comes with its reason, a sentence.
 */
import { onnxReason } from '@onnoise/scheduler/model';
import type { StepInputs } from '@onnoise/scheduler/training';
import { chooseDevice, type DeviceChoice } from '../session/device.ts';
import type { Device, DeviceReport } from '../session/device-report.ts';
import { loadOrt, type Ort, type OrtOptions } from '../session/ort.ts';
import { openGpu } from '../webgpu/device.ts';
import type { State, StepRunner } from './runner.ts';
import type { OpenedStep } from './step-folder.ts';
import { openWasmRunner } from './wasm-runner.ts';
import { openWebGpuRunner } from './webgpu-runner.ts';

export interface ChosenRunner extends DeviceReport {
  runner: StepRunner;
  /** WebAssembly's onnxruntime, which also draws samples. */
  ort: Ort;
}

export interface RunnerOptions {
  device: Device | 'auto';
  /** Of WebAssembly, at most; what the page allows if left out. */
  threads?: number | undefined;
  runtime: OrtOptions;
}

/**
 * @param trial inputs of the step that comes first, which both devices compute
 * @throws InputError for a step that does not run, and for a device that was asked for and fails
 */
export async function openRunner(
  { graph, file, state }: OpenedStep,
  trial: StepInputs,
  { device, threads = Number.POSITIVE_INFINITY, runtime }: RunnerOptions,
): Promise<ChosenRunner> {
  const choice = await chooseDevice(device);
  const wasm = choice.device === 'wasm' ? choice : await chooseDevice('wasm');
  const limited = { ...wasm, threads: Math.min(threads, wasm.threads) };
  const ort = await loadOrt(limited, runtime);
  const open = () => openWasmRunner(ort, graph, file, copied(state));
  if (choice.device === 'wasm') {
    return { runner: await open(), ort, device: 'wasm', threads: limited.threads, reason: choice.reason };
  }
  const expected = await firstStep(await open(), trial);
  try {
    const runner = await openAgreeing(choice, { graph, file, state }, trial, expected, runtime);
    const reason = `${choice.reason} Its first step agrees with WebAssembly's.`;
    return { runner, ort, device: 'webgpu', threads: 1, reason };
  } catch (error) {
    if (device === 'webgpu') throw error;
    const reason = `WebGPU was tried first. ${(error as Error).message.split('\n')[0]} ${limited.reason}`;
    return { runner: await open(), ort, device: 'wasm', threads: limited.threads, reason };
  }
}

const copied = (state: State): State => new Map([...state].map(([name, values]) => [name, values.slice()]));

interface FirstStep {
  loss: number;
  gradNorm: number;
  /** First moments: they hold the gradients. */
  moments: Float32Array;
}

async function firstStep(runner: StepRunner, trial: StepInputs): Promise<FirstStep> {
  try {
    return await tried(runner, trial);
  } finally {
    await runner.dispose();
  }
}

const MOMENTS = 'adam.m';

async function tried(runner: StepRunner, trial: StepInputs): Promise<FirstStep> {
  const { loss, gradNorm } = await runner.step(trial);
  const moments = (await runner.read([MOMENTS])).get(MOMENTS)!;
  return { loss, gradNorm, moments };
}

/** Float32 in another order of sums: three digits are more than enough to see a kernel that computes something else. */
const TOLERANCE = 1e-3;

async function openAgreeing(
  { adapter }: Extract<DeviceChoice, { device: 'webgpu' }>,
  { graph, file, state }: Pick<OpenedStep, 'graph' | 'file' | 'state'>,
  trial: StepInputs,
  expected: FirstStep,
  runtime: OrtOptions,
): Promise<StepRunner> {
  const ort = await loadOrt({ device: 'webgpu', threads: 1, reason: '' }, runtime);
  const gpu = await openGpu(adapter);
  let runner: StepRunner | undefined;
  try {
    runner = await openWebGpuRunner(ort, gpu, graph, file, state);
    const difference = largestDifference(await tried(runner, trial), expected);
    if (!(difference < TOLERANCE)) {
      throw new Error(`its first step differs from WebAssembly's by ${(100 * difference).toPrecision(2)} %.`);
    }
    await runner.write(state);
    return runner;
  } catch (error) {
    if (runner) await runner.dispose();
    else gpu.destroy();
    throw new Error(`The training step does not run there: ${onnxReason(error)}`, { cause: error });
  }
}

/** Relative, of loss, norm and gradients. */
function largestDifference(found: FirstStep, expected: FirstStep): number {
  const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), Number.MIN_VALUE);
  let [square, total] = [0, 0];
  for (const [i, value] of expected.moments.entries()) {
    square += (found.moments[i]! - value) ** 2;
    total += value ** 2;
  }
  return Math.max(
    relative(found.loss, expected.loss),
    relative(found.gradNorm, expected.gradNorm),
    Math.sqrt(square / total),
  );
}
