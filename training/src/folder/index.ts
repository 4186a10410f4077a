export {
  type ArtefactAutoencoder,
  checkArtefactTarget,
  copyArtefact,
  formatJson,
  indexEntries,
  namesOf,
  schedulerEntry,
  studentOf,
  trainedOn,
  writeArtefact,
} from './artefact.ts';
export { encode, largestOf, outputAxis } from './channels.ts';
export { narrowWeights, widenWeights } from './float16.ts';
export { decoderGraph, encoderGraph } from './halves.ts';
export { inferenceGraph, inferenceMetadata } from './inference.ts';
export { planWeights, roundWeights } from './int8-weights.ts';
export { LEARNT_FROM_PHANTOMS, type ModelCard, withFormat, withPython } from './model-card.ts';
export {
  describeParity,
  measureParity,
  PARITY_BATCHES,
  type Parity,
  parityBatches,
  parityLimit,
  requireParity,
  useWasm,
} from './parity.ts';
export { filesForPython, modelIndex, pythonExample, pythonFiles } from './python-files.ts';
export { encodeHeader, encodeSafetensors, readSafetensors, type SafetensorsEntry, tensorBytes } from './safetensors.ts';
export { type Layer, planLayers } from './weight-plan.ts';
export { fromStateDict, namedTensors, requireWeights, WEIGHTS_FILE } from './weights.ts';
