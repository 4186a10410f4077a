/** What is said of the Frechet radiomics distance, which `radiomics/` measures where it is asked for. */
import type { MeasureAbout } from './record.ts';

export const RADIOMICS_DISTANCE: MeasureAbout = {
  id: 'radiomics',
  name: 'Frechet radiomics distance',
  better: 'lower',
  how:
    'FRD: the natural logarithm of the squared Frechet distance of 398 radiomics features (first order, GLCM, GLRLM, GLSZM and NGTDM of ' +
    'the picture and of its wavelets), in units of their deviation in as many training images, as frd-score 1.0.1 takes it (Konz, ' +
    'Osuala et al. 2026). One more is a factor of 2.7, and it may be negative.',
  interval: 'None.',
};
