export { createModel } from './model.ts';
export { findNetwork, NETWORKS } from './networks.ts';
export { countParameters, initParameters } from './parameters.ts';
export type { ForwardOptions, Init, Model, ModelConfig, ParameterSpec, Parameters } from './types.ts';
