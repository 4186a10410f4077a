export { besideSheet } from './beside-sheet.ts';
export { averageLosses, smooth } from './loss-chart.ts';
export { joinImages } from './preview.ts';
export { spreadSteps } from './spread-steps.ts';
