/** Parts of this package for pages that read model folders themselves. */
export { openFolder, withSignal } from './session/artefact.ts';
export { download } from './session/download.ts';
export { nextTask } from './session/next-task.ts';
export { sha256 } from './session/sha256.ts';
