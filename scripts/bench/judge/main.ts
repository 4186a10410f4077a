/**
 * Judges samplers: how good are the pictures of each, for how many calls of the network?
 *
 *     npm run bench:judge -- --mnist <folder>                 # all cases, for models/digits
 *     npm run bench:judge -- --mnist <folder> --model out/digits --count 2000
 *     npm run bench:judge -- --mnist <folder> --case 'ddim 10 eta=0.5' --case 'ddpm 20'
 *     npm run bench:judge -- --mnist <folder> --chart docs/sampling/samplers.png
 *
 * The judge is a small network that tells digits apart. It is trained on digits of MNIST that are not in the npm package
 * `mnist`, which the models train on: --mnist is a folder with the IDX files of MNIST, such as those of its test set.
 * Two measures of 1,000 pictures, 100 a class: the share that it takes for the class asked for, and Frechet's distance of
 * its features from those of 9,000 real digits; 1,000 other real ones are the measure of what can be reached.
 *
 * The judge and all results are kept in .cache/judge: a run goes on where another was stopped.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadModel } from '@onnoise/runtime-node';
import { shuffle } from '@onnoise/scheduler';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { frechetDistance, type Moments, momentsOf } from '#evaluation/measures/frechet.ts';
import { ownOptions } from '../parse.ts';
import { CASES, CHARTED, callsOf, parseCase } from './cases.ts';
import { writeChart } from './chart.ts';
import { CLASSES, type Digits, modelDigits, otherDigits, pick } from './digits.ts';
import { FEATURES, openJudge, trainJudge, type Verdict } from './network.ts';
import { HELP, readOptions } from './options.ts';
import { percent, type Result, table } from './table.ts';

const FOLDER = join('.cache', 'judge');
const RESULTS = join(FOLDER, 'results.jsonl');
const PER_CLASS = 100;

const JUDGE = join(FOLDER, 'judge.onnx');

const { mnist, count, ...options } = ownOptions((args) => readOptions(args, existsSync(JUDGE)), HELP);
const say = (line: string) => process.stderr.write(`${line}\n`);

await mkdir(FOLDER, { recursive: true });
const known = await modelDigits();
const { onnx, id } = await judgeFile();
const judge = await openJudge(onnx);
const { reference, real } = await realDigits();
const model = await loadModel(options.model);
const modelId = await modelHash();

const kept = new Map((await readResults()).map((line) => [line.key, line]));
const results: Result[] = [];
for (const words of options.cases ?? CASES) results.push(await judged(words));
console.log(`Real digits: ${percent(real.right)} right, distance ${real.distance.toFixed(1)}\n`);
console.log(table(results));
if (options.chart !== undefined) await writeChart(options.chart, options.model, results, CHARTED, real.distance);
await model.dispose();

/** The judge, trained now or before. */
async function judgeFile() {
  let onnx = await readFile(JUDGE).catch(() => undefined);
  if (!onnx) {
    const digits = await otherDigits(mnist!, known); // the options were refused without it
    say(`Training the judge on ${digits.labels.length} digits`);
    onnx = Buffer.from(await trainJudge(digits, (epoch, loss) => say(`  epoch ${epoch}  loss ${loss.toFixed(4)}`)));
    await writeFile(JUDGE, onnx);
  }
  return { onnx, id: hash(onnx) };
}

/** 1,000 real digits, 100 a class, against all others that the models know. */
async function realDigits() {
  const seen = await judge.look(known.images);
  const right = shareRight(seen, known);
  say(`The judge names ${percent(right)} of ${known.labels.length} real digits, none of which it has seen`);
  const order = Array.from(shuffle(Uint32Array.from(known.labels.keys()), 0, 0));
  const classes = Array.from({ length: CLASSES }, (_, digit) => order.filter((i) => known.labels[i] === digit));
  const tested = pick(
    known,
    classes.flatMap((numbers) => numbers.slice(0, PER_CLASS)),
  );
  const rest = pick(
    known,
    classes.flatMap((numbers) => numbers.slice(PER_CLASS)),
  );
  const reference = momentsOf((await judge.look(rest.images)).features, FEATURES);
  return { reference, real: await verdictOn(tested, reference) };
}

async function verdictOn(digits: Digits, against: Moments) {
  const seen = await judge.look(digits.images);
  return { right: shareRight(seen, digits), distance: frechetDistance(momentsOf(seen.features, FEATURES), against) };
}

function shareRight({ classes }: Verdict, { labels }: Digits): number {
  return classes.filter((digit, i) => digit === labels[i]).length / labels.length;
}

async function judged(words: string): Promise<Result> {
  const key = `${id} ${modelId} ${count} ${words}`;
  const before = kept.get(key);
  if (before) return before;
  const begin = performance.now();
  const { images, labels } = await pictures(words);
  const { right, distance } = await verdictOn({ images, labels: Int32Array.from(labels) }, reference);
  const result: Result = {
    key,
    model: options.model,
    case: words,
    calls: callsOf(words, model.scheduler),
    right,
    distance,
  };
  await appendFile(RESULTS, `${JSON.stringify(result)}\n`);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  say(`${words}: ${percent(right)} right, distance ${distance.toFixed(2)} (${seconds} s)`);
  return result;
}

/** Sampled now or before: `count` pictures, the classes in turn. */
async function pictures(words: string) {
  const path = join(FOLDER, 'pictures', modelId, `${count} ${words}.f32`);
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  const before = await readFile(path).catch(() => undefined);
  if (before) return { images: new Float32Array(new Uint8Array(before).buffer), labels };
  const { images } = await model.sample({ ...parseCase(words), count, labels });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, images);
  return { images, labels };
}

async function readResults(): Promise<Result[]> {
  const text = await readFile(RESULTS, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

/** Of what the pictures depend on. */
async function modelHash(): Promise<string> {
  const files = [MODEL_FILES.network, MODEL_FILES.scheduler].map((path) => readFile(join(options.model, path)));
  return hash(Buffer.concat(await Promise.all(files)));
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
