export type { Conditional } from '../model/told.ts';
export { besideSheet } from './beside-sheet.ts';
export { rowsOf } from './conditioning.ts';
export { createPredictor, type Predictor } from './denoiser.ts';
export { averageLosses, smooth } from './loss-chart.ts';
export { joinImages } from './preview.ts';
export type { LatentsFile } from './reconstructions.ts';
export { spreadSteps } from './spread-steps.ts';
