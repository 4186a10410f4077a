export { readTeacher, type Teacher } from './read-teacher.ts';
export { readSameWeights, requireSameWeights } from './same-weights.ts';
