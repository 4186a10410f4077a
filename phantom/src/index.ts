export { SEXES } from './draw/ages.ts';
export { PHANTOM_FORMATS, type PhantomFormat } from './formats.ts';
export { USUAL } from './options.ts';
export { writeSet } from './write-set.ts';
