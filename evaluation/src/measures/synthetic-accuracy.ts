/** What is said of train-on-synthetic-test-on-real, which is measured by training: see features/synthetic.ts. */
import type { MeasureAbout } from './record.ts';

export const SYNTHETIC_ACCURACY: MeasureAbout = {
  id: 'synthetic_accuracy',
  name: 'Train on these, test on real',
  better: 'higher',
  how:
    'Share of real images that a classifier names right after it was trained on the pictures alone (Ravuri & Vinyals 2019). For ' +
    'real images it is trained on as many training images; for noise, on noise with their classes.',
  interval: "Wilson's interval of a share of the images tested; another training may differ by more.",
};
