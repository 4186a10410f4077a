export { averageLosses, smooth } from './loss-chart.ts';
export { spreadSteps } from './spread-steps.ts';
