export { type Declare, declareInto, type Layer, type Pass } from '../layers/declare.ts';
export { conv2d, convTranspose2d, linear, pixelwiseLinear } from '../layers/layers.ts';
export type { ForwardOptions, Init, Model, ModelConfig, ParameterSpec, Parameters } from '../layers/types.ts';
export { createModel } from './model.ts';
export { AUTOENCODERS, DENOISERS, findNetwork, NETWORKS } from './networks.ts';
export { countParameters, initParameters } from './parameters.ts';
export type { UNet2DConfig } from './unet2d-config.ts';
