export { removeLessons } from '../lessons/index.ts';
export type { HeldRun } from './held-run.ts';
export { type TrainHooks, type TrainResult, train } from './train.ts';
