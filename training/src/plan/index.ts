export { stepsOf } from './horizon.ts';
export { checkList, trainingImages } from './image-list.ts';
export { describeMemory, estimatePlan, machineMemory, memoryShortage } from './memory.ts';
export { measureStep, pictureSeconds, TIMED_BATCH } from './pace.ts';
export { type TrainPlan, withBatch } from './plan.ts';
export { imagesOf, prepareOptions } from './prepare-options.ts';
export { completeConfig, completePlan, draftPlan, type PlanDraft, planFromConfig } from './resolve.ts';
export { settingsOf, type TrainSettings } from './settings.ts';
export { requireRunSpace } from './space.ts';
