export { InputError } from '@onnoise/scheduler/rules';
export { drawPicture } from './canvas/draw.ts';
export { type DiffusionModel, type LoadOptions, loadModel, type SampleOptions } from './loading/load.ts';
export type {
  Devices,
  GraphRequest,
  GraphTensor,
  GraphTensors,
  LoadProgress,
  ModelInfo,
  SampleRequest,
  SampleResult,
  Samples,
  Source,
  StepFrame,
} from './loading/protocol.ts';
export type { StepHooks } from './network/network.ts';
export type { ModelFiles } from './session/artefact.ts';
export type { Device, DeviceReport } from './session/device-report.ts';
export {
  createTrainer,
  type Trainer,
  type TrainerEvent,
  type TrainerInfo,
  type TrainerOptions,
  type TrainingImages,
} from './trainer/create-trainer.ts';
export { readZip, writeZip } from './trainer/files/zip.ts';
export { createSamplingWorker, type SamplingWorker, type WorkerOptions } from './worker/create.ts';
