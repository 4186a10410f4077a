/** Picks what runs the training step, and says why when it cannot. */
import { createRequire } from 'node:module';
import { InputError } from '@onnoise/scheduler';
import type { TrainEngine, TrainStep } from '../contracts.ts';
import { type EngineKind, engineKinds } from './kinds.ts';
import { createTfjsEngine } from './tfjs.ts';

export { type EngineKind, engineKinds };

/** @throws InputError when the engine's package is not installed, with the command that installs it. */
export async function createEngine(
  kind: EngineKind,
  step: TrainStep,
  state: Map<string, Float32Array>,
): Promise<TrainEngine> {
  switch (kind) {
    case 'auto':
    case 'onnxruntime': {
      const { createOnnxruntimeEngine } = await import('./onnxruntime.ts');
      return createOnnxruntimeEngine(step, state);
    }
    case 'tfjs-cpu':
      return createTfjsEngine('cpu', kind, step, state);
    case 'tfjs-node':
    case 'tfjs-node-gpu':
      await loadBinding(kind);
      return createTfjsEngine('tensorflow', kind, step, state);
    default:
      throw new InputError(
        `Cannot start training: engine must be one of ${engineKinds.join(', ')}, received ${JSON.stringify(kind)}.`,
      );
  }
}

/** Throws an InputError at once when the engine cannot be had, before any long work. */
export function requireEngine(kind: EngineKind): void {
  if (kind !== 'tfjs-node' && kind !== 'tfjs-node-gpu') return;
  try {
    createRequire(import.meta.url).resolve(`@tensorflow/${kind}`);
  } catch {
    throw missing(kind, 'it is not installed');
  }
}

async function loadBinding(kind: 'tfjs-node' | 'tfjs-node-gpu'): Promise<void> {
  requireEngine(kind);
  try {
    const name = `@tensorflow/${kind}`;
    await import(name);
  } catch (error) {
    throw missing(kind, `its native part does not load (${(error as Error).message.split('\n')[0]})`);
  }
}

function missing(kind: string, reason: string): InputError {
  return new InputError(
    `Cannot start training: engine must be an installed one, received ${kind}: ${reason}. ` +
      `Install it with "npm install --no-save @tensorflow/${kind}@4.22.0 --ignore-scripts=false", or leave --engine out.`,
  );
}
