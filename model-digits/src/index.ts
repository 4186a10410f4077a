/**
 * Addresses of the files of models/digits, by their path in the model folder. `loadModel` of both runtimes takes them, and so
 * does a worker's `load`:
 *
 *     const model = await loadModel(digits);
 *
 * Each is written out, since so a bundler finds the file and puts it beside the page.
 */
export const digits: Readonly<Record<string, URL>> = {
  'README.md': new URL('../../models/digits/README.md', import.meta.url),
  'model_index.json': new URL('../../models/digits/model_index.json', import.meta.url),
  'scheduler/scheduler_config.json': new URL('../../models/digits/scheduler/scheduler_config.json', import.meta.url),
  'training.json': new URL('../../models/digits/training.json', import.meta.url),
  'unet/config.json': new URL('../../models/digits/unet/config.json', import.meta.url),
  'unet/model.onnx': new URL('../../models/digits/unet/model.onnx', import.meta.url),
};
