/** Starts the page's sampler. Its code, and onnxruntime's, come with the first call. */

import small from 'virtual:onnoise/small-runtime';
import { createSamplingWorker, type SamplingWorker } from '@onnoise/runtime-web/worker';

/**
 * A secure page gets threads from the service worker, at the latest when it is loaded again, and then needs the whole runtime: the small
 * one would be a download more.
 */
export const startWorker = (): SamplingWorker => createSamplingWorker({ small: isSecureContext ? undefined : small });
