export { adamUpdate, globalNorm, momentRates } from '../optimizer/adam.ts';
export type { StepInputs, StepTensor, TrainStep } from './contracts.ts';
export { createFlatStep, type FlatStep } from './flat-step.ts';
export { freshState, parametersOf, stateSpecs } from './state.ts';
