/** Where the training step runs: the engines, and what a machine has for them. */
export { ENGINE_KINDS, type EngineKind } from '../settings/engine-kinds.ts';
export { EngineError } from '../step/engine-error.ts';
export { chooseEngine, type EngineChoice } from './choose.ts';
export { createEngine } from './create.ts';
export { type GpuKind, gpuStatus } from './gpu-status.ts';
export {
  type NativeInstall,
  type NativeKind,
  nativeEnvironment,
  packageFolder,
  packageInstallLine,
  readInstall,
  setupCommand,
} from './native/install.ts';
export { restoreUtil } from './native/polyfill.ts';
export { probeNative } from './native/probe.ts';
export { lastWords, missingLibraries, whyNoGpu } from './native/reason.ts';
export { denoiserGraph, flatStepGraph } from './onnx/graphs.ts';
export { createOnnxruntimeEngine } from './onnx/onnxruntime.ts';
