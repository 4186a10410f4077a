export { InputError } from '@onnoise/scheduler/rules';
export { SEXES } from './draw/ages.ts';
export { LABELS, type Label } from './draw/labels.ts';
export { PHANTOM_FORMATS } from './formats.ts';
export { type PhantomSet, USUAL } from './options.ts';
export { writeSet } from './write-set.ts';
