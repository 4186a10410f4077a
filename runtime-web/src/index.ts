export type { ModelFiles } from './artefact.ts';
export type { Device, DeviceReport } from './device.ts';
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
} from './worker/client.ts';
