export { type PartLay, type PartNeighbours, partNeighbours } from './part-neighbours.ts';
export { hasParts, PARTS, type PartName, partOf } from './places.ts';
export { LEAST_DEVIATION } from './plane.ts';
