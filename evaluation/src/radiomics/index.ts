/** Radiomics features of pictures, and the Frechet distance in them. */
export { type Radiomics, radiomicsDistance } from './distance.ts';
export { type RadiomicsImage, radiomicsOf } from './features.ts';
export { isMasked, measureRadiomics } from './measure.ts';
