/** Training in the tab, with what is kept of it between visits. */
export { findTraining, forgetTraining } from './checkpoints.ts';
export { createTrainer } from './create-trainer.ts';
export { openStep } from './step-folder.ts';
