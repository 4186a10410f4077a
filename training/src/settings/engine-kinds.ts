/**
 * | kind               | runs on                                                                           |
 * |--------------------|-----------------------------------------------------------------------------------|
 * | auto               | tfjs-node-gpu if it is set up and sees a GPU, else onnxruntime                    |
 * | onnxruntime        | the step traced into one graph, on onnxruntime-node, which npm installs           |
 * | onnxruntime-webgpu | the same on a GPU of any vendor, by WebGPU; the state stays there                 |
 * | onnxruntime-cuda   | the same on an NVIDIA GPU, several steps a call                                   |
 * | tfjs-cpu           | eagerly in plain JavaScript; for tiny networks                                    |
 * | tfjs-node          | eagerly on libtensorflow, CPU                                                     |
 * | tfjs-node-gpu      | eagerly on libtensorflow, CUDA                                                    |
 */
export const ENGINE_KINDS = [
  'auto',
  'onnxruntime',
  'onnxruntime-webgpu',
  'onnxruntime-cuda',
  'tfjs-cpu',
  'tfjs-node',
  'tfjs-node-gpu',
] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];
