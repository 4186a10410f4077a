export { diskFailure, diskReason, requireSpace, withDiskErrors } from './disk-errors.ts';
export { Failure } from './failure.ts';
export { hashFile } from './hash.ts';
export { lockBeside, takeLock, withLock } from './lock.ts';
export { isNetworkError, networkReason } from './network-errors.ts';
export {
  asideName,
  checkWritable,
  isBelow,
  isWithin,
  makeFolder,
  nearestFolder,
  placeOf,
  removeEmpty,
  sweep,
  temporaryName,
  writeWhole,
} from './output.ts';
export { ownFolder, requireApartFromData, requireCacheApart } from './own-folders.ts';
export { chunk, PNG_SIGNATURE, textChunk, withText } from './png-chunks.ts';
