export { createLessonBatches, type LessonBatches } from './batches.ts';
export { type LessonEnd, type LessonOptions, makeLessons } from './make.ts';
