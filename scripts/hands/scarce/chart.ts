/** Draws what `main.ts` measured: distance and copies against the number of radiographs, of each seed and their mean. */
import { readFileSync, writeFileSync } from 'node:fs';
import { lineChart, type Series } from '@onnoise/runtime-node';
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

/** A thin line for each seed, then their mean. */
function both(value: (result: Result) => number): Series[] {
  return (['scratch', 'phantoms'] as const).flatMap((from) => {
    const rows = counts.map((count) =>
      results.filter((each) => each.count === count && each.start === from).sort((a, b) => a.seed - b.seed),
    );
    const seeds = rows[0]!.map((_, seed): Series => {
      return { name: '', x: counts, y: rows.map((row) => value(row[seed]!)), pale: true };
    });
    const mean = rows.map((row) => row.reduce((sum, each) => sum + value(each), 0) / row.length);
    return [...seeds, { name: NAMES[from], x: counts, y: mean }];
  });
}

const X = { xLabel: 'radiographs', logX: true };
const charts = await Promise.all([
  lineChart({
    ...X,
    title: 'Frechet distance to held-out radiographs',
    series: [
      ...both(({ distance }) => distance),
      { name: 'other radiographs', x: counts, y: counts.map(() => results[0]!.realDistance) },
    ],
  }),
  lineChart({ ...X, title: 'Copies among 400 pictures', series: both(({ copies }) => copies) }),
]);
const { height = 0, width = 0 } = await sharp(charts[0]).metadata();
const sheet = sharp({ create: { width, height: charts.length * height, channels: 3, background: '#ffffff' } });
const layers = charts.map((input, i) => ({ input, top: i * height, left: 0 }));
writeFileSync(out, await sheet.composite(layers).png({ compressionLevel: 9 }).toBuffer());
