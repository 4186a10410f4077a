/**
 * | kind          | runs on                                                                   |
 * |---------------|---------------------------------------------------------------------------|
 * | auto          | tfjs-node-gpu where it is set up and sees a GPU, else onnxruntime         |
 * | onnxruntime   | the step traced into one graph, on onnxruntime-node: what npm alone gives |
 * | tfjs-cpu      | eagerly in plain JavaScript; for tiny networks                            |
 * | tfjs-node     | eagerly on libtensorflow, CPU                                             |
 * | tfjs-node-gpu | eagerly on libtensorflow, CUDA                                            |
 */
export const ENGINE_KINDS = ['auto', 'onnxruntime', 'tfjs-cpu', 'tfjs-node', 'tfjs-node-gpu'] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];
