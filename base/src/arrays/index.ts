export { AROUND_PAGE, writeFloatTiff } from './float-tiff.ts';
export { bytesOf, NPY_HEAD, type NpyHeader, type NpyType, npyValues, readNpyHeader, writeNpy } from './npy.ts';
