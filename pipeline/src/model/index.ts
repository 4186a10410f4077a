export { createModel } from './model.ts';
export { findNetwork, NETWORKS } from './networks.ts';
export { countParameters, initParameters } from './parameters.ts';
export type { SimpleUnetConfig } from './simple-unet-config.ts';
export type { ForwardOptions, Init, Model, ModelConfig, ParameterSpec, Parameters } from './types.ts';
export type { UNet2DConfig } from './unet2d-config.ts';
