export { type Coder, createCoder, openCoder } from './coder.ts';
export { encodeHalves, vaeFiles, writeAutoencoder } from './folder.ts';
export type { LatentScale, LatentSpread } from './latent-spread.ts';
export { measureHalves } from './parity.ts';
export { type LatentsFile, writeReconstructions } from './reconstructions.ts';
export { whiten } from './whiten.ts';
