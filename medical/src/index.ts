export { countFrames } from './count-frames.ts';
export { parseDicom } from './dicom/parse.ts';
export { TAG } from './dicom/tags.ts';
export { type Address, parseAddress } from './dicomweb/address.ts';
export { type ClientOptions, request } from './dicomweb/client.ts';
export { type Instance, searchInstances } from './dicomweb/search.ts';
export { namesPatient } from './patient-folders.ts';
export { readMedical } from './pictures.ts';
