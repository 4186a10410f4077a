/**
 * Addresses of the files of models/hands, by their path in the model folder. `loadModel` of both runtimes takes them, and so
 * does a worker's `load`:
 *
 *     const model = await loadModel(hands);
 *
 * Each is written out, since so a bundler finds the file and puts it beside the page.
 */
export const hands: Readonly<Record<string, URL>> = {
  'README.md': new URL('../../models/hands/README.md', import.meta.url),
  'model_index.json': new URL('../../models/hands/model_index.json', import.meta.url),
  'scheduler/scheduler_config.json': new URL('../../models/hands/scheduler/scheduler_config.json', import.meta.url),
  'training.json': new URL('../../models/hands/training.json', import.meta.url),
  'unet/config.json': new URL('../../models/hands/unet/config.json', import.meta.url),
  'unet/model.onnx': new URL('../../models/hands/unet/model.onnx', import.meta.url),
};
