/**
 * The loss of each update of several runs: of ours (metrics.jsonl), and of PyTorch's (losses.txt of beside_torch.py).
 *
 *     npx tsx scripts/hands/tutorial/chart.ts docs/hands/tutorial-torch.png Onnoise=runs/tutorial/metrics.jsonl PyTorch=losses.txt
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { lineChart } from '@onnoise/runtime-node';

const [out, ...runs] = process.argv.slice(2);
if (out === undefined || runs.length === 0) throw new Error('Give the picture to write, then name=file for each run.');

const series = runs.map((run) => {
  const [name = '', path = ''] = run.split('=');
  const y = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line): number => (path.endsWith('.jsonl') ? JSON.parse(line).loss : Number(line)));
  return { name, x: y.map((_, i) => i + 1), y };
});
writeFileSync(out, await lineChart({ title: 'Loss of a batch', xLabel: 'update', series }));
