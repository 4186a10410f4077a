/** Line charts and captioned strips as pictures. */
export { captionedStrip } from './captions.ts';
export { type LineChart, lineChart, logTicks, type Series } from './chart.ts';
