export { createLessonBatches, type LessonBatches } from './batches.ts';
export { type LessonEnd, makeLessons } from './make.ts';
export { removeLessons } from './store.ts';
