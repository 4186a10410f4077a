export type { ModelFiles } from './artefact.ts';
export {
  type Device,
  type DiffusionModel,
  type LoadOptions,
  loadModel,
  type SampleOptions,
  type Samples,
} from './load.ts';
