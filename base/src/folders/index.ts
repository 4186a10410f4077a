export { isLabelFolder } from './label-folder.ts';
export {
  formatTraining,
  imagesLearnt,
  learntPhantoms,
  type Privacy,
  readTrainedOn,
  readTraining,
  TRAINING_FORMAT,
  type TrainedOn,
  type TrainingFile,
} from './training-file.ts';
export { hasImageName, type ImageFile, kindOf, type Skipped, type Walk, walkFile, walkImages } from './walk.ts';
