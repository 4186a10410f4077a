export { createCoder } from './create-coder.ts';
export { encodeHalves, libraryOf, vaeFiles, writeAutoencoder } from './folder.ts';
export type { LatentScale, LatentSpread } from './latent-spread.ts';
export { type EncodeOptions, withLatents } from './latents.ts';
export { msSsim } from './ms-ssim.ts';
export { measureHalves } from './parity.ts';
export { type Autoencoder, hasAutoencoder, latentShape, openAutoencoder, readAutoencoder } from './read.ts';
export { whiten } from './whiten.ts';
export { requireWithinClip } from './within-clip.ts';
