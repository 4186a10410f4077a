/** Settings of an autoencoder's loss: see step/reconstruction.ts. */
import { flagged } from './field.ts';

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
});
