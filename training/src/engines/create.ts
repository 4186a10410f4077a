/** Starts the engine that runs the training step. */
import type { TrainEngine, TrainStep } from '../step/contracts.ts';
import type { EngineChoice } from './choose.ts';
import type { NativeOptions } from './native/engine.ts';

/** @param kind as `chooseEngine` gave it @param options for tfjs-node and tfjs-node-gpu; others ignore them */
export async function createEngine(
  kind: EngineChoice['kind'],
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
  options: NativeOptions = { tf32: true },
): Promise<TrainEngine> {
  switch (kind) {
    case 'onnxruntime': {
      const { createOnnxruntimeEngine } = await import('./onnx/onnxruntime.ts');
      return createOnnxruntimeEngine(step, state);
    }
    case 'onnxruntime-webgpu': {
      const { createWebGpuEngine } = await import('./onnx/webgpu.ts');
      return createWebGpuEngine(step, state);
    }
    case 'onnxruntime-cuda': {
      const { createLoopedEngine } = await import('./onnx/looped.ts');
      return createLoopedEngine(step, state, 'cuda');
    }
    case 'tfjs-cpu': {
      const { createTfjsEngine } = await import('./tfjs/tfjs.ts');
      return createTfjsEngine('cpu', kind, step, state);
    }
    case 'tfjs-node':
    case 'tfjs-node-gpu': {
      const { createNativeEngine } = await import('./native/engine.ts');
      return createNativeEngine(kind, step, state, options);
    }
  }
}
