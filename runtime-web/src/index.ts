export type { ModelFiles } from './artefact.ts';
export type { Device, DeviceReport } from './device-report.ts';
export { drawPicture } from './draw.ts';
export { type DiffusionModel, type LoadOptions, loadModel, type SampleOptions, type Samples } from './load.ts';
export type { StepHooks } from './network.ts';
export {
  createSamplingWorker,
  type Devices,
  type LoadProgress,
  type ModelInfo,
  type SampleRequest,
  type SampleResult,
  type SamplingWorker,
  type Source,
  type StepFrame,
  type WorkerOptions,
} from './worker/client.ts';
