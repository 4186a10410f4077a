export { installLine } from './install-line.ts';
export { installedVersion } from './installed-version.ts';
export { loadOptional, QUEUE_PACKAGES } from './optional.ts';
export { cacheFolder } from './place.ts';
export { DIGITS, modelFolder } from './shipped-model.ts';
export { glibcVersion, isAtLeast } from './versions.ts';
