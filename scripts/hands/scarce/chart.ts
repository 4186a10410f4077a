/** Draws what `main.ts` measured: distance, accuracy, and copies against the number of radiographs, as means over the seeds. */
import { readFileSync, writeFileSync } from 'node:fs';
import { lineChart } from '@onnoise/runtime-node';
import sharp from 'sharp';
import type { Result, Start } from './result.ts';

const [input, out] = process.argv.slice(2);
if (input === undefined || out === undefined) throw new Error('Give results.jsonl, then the picture to write.');
const results: Result[] = readFileSync(input, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const counts = [...new Set(results.map(({ count }) => count))].sort((a, b) => a - b);
const NAMES: Record<Start, string> = { scratch: 'from scratch', phantoms: 'from phantoms' };

const line = (name: string, from: Start | undefined, value: (result: Result) => number) => ({
  name,
  x: counts.map(Math.log10),
  y: counts.map((count) => {
    const some = results.filter((each) => each.count === count && (from === undefined || each.start === from));
    return some.reduce((sum, each) => sum + value(each), 0) / some.length;
  }),
});
const both = (value: (result: Result) => number) =>
  (['scratch', 'phantoms'] as const).map((from) => line(NAMES[from], from, value));
const X_LABEL = 'radiographs, as a power of ten';
const charts = await Promise.all([
  lineChart({
    title: 'Frechet distance to held-out radiographs',
    xLabel: X_LABEL,
    logY: true,
    series: [...both(({ distance }) => distance), line('real', undefined, ({ realDistance }) => realDistance)],
  }),
  lineChart({
    title: 'Left or right told, of 100 held-out hands',
    xLabel: X_LABEL,
    series: [
      ...both(({ accuracyWithPictures }) => 100 * accuracyWithPictures),
      line('without pictures', undefined, ({ accuracy }) => 100 * accuracy),
    ],
  }),
  lineChart({ title: 'Copies among 400 pictures', xLabel: X_LABEL, series: both(({ copies }) => copies) }),
]);
const { height = 0, width = 0 } = await sharp(charts[0]).metadata();
const sheet = sharp({ create: { width, height: charts.length * height, channels: 3, background: '#ffffff' } });
const layers = charts.map((input, i) => ({ input, top: i * height, left: 0 }));
writeFileSync(out, await sheet.composite(layers).png({ compressionLevel: 9 }).toBuffer());
