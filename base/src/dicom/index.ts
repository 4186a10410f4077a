export { type Elements, encodeFile, type FileHead } from './encode.ts';
export { MODALITIES, type Modality } from './modalities.ts';
export { SECONDARY_CAPTURE, uidOf } from './uid.ts';
