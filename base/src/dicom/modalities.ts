/** What pictures may be called the kind of: other, computed and digital radiographs, and slices. Source: PS3.3 C.7.3.1.1.1. */
export const MODALITIES = ['OT', 'CR', 'CT', 'DX', 'MR'] as const;
export type Modality = (typeof MODALITIES)[number];
