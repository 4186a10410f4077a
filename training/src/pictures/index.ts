export type { Conditional } from '../model/told.ts';
export { rowsOf } from './conditioning.ts';
export { createPredictor, type Predictor } from './denoiser.ts';
export { averageLosses, smooth } from './loss-chart.ts';
export type { LatentsFile } from './reconstructions.ts';
