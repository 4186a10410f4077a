export { diskFailure, diskReason, requireSpace, withDiskErrors } from './disk-errors.ts';
export { Failure } from './failure.ts';
export { hashFile } from './hash.ts';
export { lockBeside, takeLock, withLock } from './lock.ts';
export { isNetworkError, networkReason } from './network-errors.ts';
export {
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
export { checkWholeFolder, type WholeFolder, writeFiles, writeListed, writeWholeFolder } from './whole-folder.ts';
