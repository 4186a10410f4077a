export { type LineChart, lineChart, type Series } from './pictures/chart.ts';
export { type AnimationOptions, animatedWebp, png, sheet, strip } from './pictures/encode.ts';
export type { ImageShape, TileOptions } from './pictures/pixels.ts';
