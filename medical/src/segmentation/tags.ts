/** The elements of a segmentation (PS3.3 A.51 and C.8.20) that its label maps need, as dicom-parser names them. */
export const SEG = {
  type: 'x00620001',
  segments: 'x00620002',
  number: 'x00620004',
  label: 'x00620005',
  property: 'x0062000f',
  meaning: 'x00080104',
  most: 'x0062000e',
  /** Of a frame. */
  identification: 'x0062000a',
  segment: 'x0062000b',
  derivation: 'x00089124',
  sources: 'x00082112',
  instance: 'x00081155',
  frames: 'x00081160',
  preserved: 'x0028135a',
  /** Of the file. */
  series: 'x00081115',
  instances: 'x0008114a',
  otherStudies: 'x00081200',
  organization: 'x00209311',
} as const;

/** SOP classes: Segmentation Storage and Label Map Segmentation Storage. */
export const SEGMENTATION_CLASSES: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.1.1.66.4',
  '1.2.840.10008.5.1.4.1.1.66.7',
]);
