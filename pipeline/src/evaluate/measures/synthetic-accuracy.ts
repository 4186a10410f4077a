/** What is said of train-on-synthetic-test-on-real, which is measured by training: see features/synthetic.ts. */
import type { MeasureAbout } from './record.ts';

export const SYNTHETIC_ACCURACY: MeasureAbout = {
  id: 'synthetic_accuracy',
  name: 'Train on these, test on real',
  better: 'higher',
  how:
    'Share of held-out images that a classifier names right which was trained on the pictures alone, or on as many real training ' +
    'images, or on noise (Ravuri & Vinyals 2019).',
  interval: "Wilson's interval of a share; the trained classifier is held fixed.",
};
