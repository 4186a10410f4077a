/** Settings of an autoencoder's loss: see step/reconstruction.ts. */
import { FEATURE_RANGES } from '../features/range.ts';
import { flagged } from './field.ts';

/** What the features of a network count that the user names. */
export const FEATURE_WEIGHT = 1;

export const autoencoderFields = flagged({
  klWeight: {
    onResume: 'told',
    type: 'number',
    min: 0,
    default: 1e-4,
    describe: "what the KL divergence of an autoencoder's latents counts, a mean over their values; 0 for nothing",
  },
  edgeWeight: {
    onResume: 'told',
    type: 'number',
    min: 0,
    default: 1,
    describe: "what the differences between neighbours count in an autoencoder's loss, which keep edges sharp",
  },
  featureWeight: {
    onResume: 'told',
    fixedOff: true,
    type: 'number',
    min: 0,
    default: 0,
    describe: `what it counts in an autoencoder's loss that a network sees the same features in an image and in what comes back; 0 for nothing  [with --feature-model: ${FEATURE_WEIGHT}]`,
  },
  featureModel: {
    onResume: 'fixed',
    type: 'string',
    describe:
      'ONNX file of a convolutional network, whose features these are  [default: one trained on the images first]',
  },
  featureRange: {
    onResume: 'fixed',
    type: 'choice',
    choices: FEATURE_RANGES,
    describe: 'what black and white are to --feature-model  [default: as the file says, else -1,1]',
  },
  featureHash: {
    onResume: 'fixed',
    type: 'string',
    describe: 'SHA-256 that the network of features must have  [default: recorded in config.json]',
  },
});
