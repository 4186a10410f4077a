/**
 * Can an attacker tell which images a model was trained on? The whole audit, from top to bottom:
 *
 * 1. the images that the model learnt from, and others that it has never seen
 * 2. errors of the network on each of them, which attacks compare
 * 3. shadow models on halves of all images, which say what such errors are with and without an image
 * 4. how well each attack tells the one kind of images from the other, and the risk of each image
 *
 * What an evaluation found of copies, and what training promises, stand beside that in the report.
 *
 * All that can be wrong fails before the network is called.
 */
import { join } from 'node:path';
import { installedVersion } from '@onnoise/base/install';
import { formatPath, plural } from '@onnoise/base/text';
import { hashModel, openNetwork } from '@onnoise/runtime-node';
import { makeSchedule } from '@onnoise/scheduler';
import { readAutoencoder, withLatents } from '@onnoise/training/autoencoder';
import type { PrepareOptions } from '@onnoise/training/data';
import { chooseScored, poolOf, stepsOf } from './audit-images.ts';
import type { AuditHooks, AuditJob } from './audit-job.ts';
import { FEWEST_SHADOWS, readSettings, refuseUnlike, requireHeldOut } from './check-audit.ts';
import { openRealImages } from './data.ts';
import { fitOf } from './from-model.ts';
import {
  AUDIT_VERSION,
  checkTimesteps,
  judgeAttacks,
  keyOf,
  limitsOf,
  logRatios,
  type Pool,
  rankAttacks,
  rankChances,
  readScores,
  refuseSharedGroups,
  riskTable,
  runShadows,
  scoreImages,
  standOut,
  usualTimesteps,
  writeScores,
} from './membership/index.ts';
import { type PrivacyReport, readCopies, unlikeImages } from './privacy/index.ts';
import { modelFacts } from './report/facts.ts';
import type { RealImages } from './sets/real-images.ts';

interface Audited {
  audit: PrivacyReport;
  /** The risk of each image as CSV: for the owner of the images alone. */
  risk: string;
}

/** @throws InputError for what does not fit together; the signal's reason when it is aborted. */
export async function audit(job: AuditJob, hooks: AuditHooks): Promise<Audited> {
  const { model, training, data, test, forced, run, evaluation } = job;
  const action = `audit ${formatPath(model.folder)}`;
  const { base, doubts } = readSettings(action, job);
  const schedule = makeSchedule(model.scheduler);
  const timesteps = job.timesteps ? checkTimesteps(action, job.timesteps, schedule) : usualTimesteps(action, schedule);
  requireHeldOut(action, job);
  const unknown = await refuseSharedGroups(action, data, test);
  const facts = await modelFacts(model);
  const searched = await readCopies(action, evaluation, facts.hash);
  const notes: string[] = [];
  const onNote = (sentence: string) => {
    notes.push(sentence);
    hooks.onNote(sentence);
  };

  if (unknown !== undefined) onNote(unknown);

  const { prepare } = hooks;
  const real = await openRealImages({
    source: { ...fitOf(action, model), dataHash: training?.data.hash },
    data,
    test,
    forced,
    prepare,
  });
  try {
    refuseUnlike(action, job, real);
    doubts.push(...(real.same === false ? [training?.privacy ? SECRET_IMAGES : OTHER_IMAGES] : []));
    doubts.forEach(onNote);
    real.notes.forEach(onNote);
    const unfit = typeof searched === 'object' && unlikeImages(action, searched, real.dataset.hash, evaluation.needed);
    const copies = typeof searched === 'object' && !unfit ? searched.findings : null;
    for (const why of [searched, unfit]) if (typeof why === 'string') onNote(why);
    const { pool: images, parts, nameOf } = await poolOf(action, job, real, { note: onNote, say: hooks.onNote });
    const pool = model.autoencoder ? await inLatents(images, model.folder, data.cacheDir) : images;
    const numbers = chooseScored(pool, job);
    const members = numbers.filter((image) => image < pool.members).length;
    const shadowing = base && { base, source: data.data, ...stepsOf(action, job, pool) };

    const plan = { attacks: job.attacks, timesteps, draws: job.draws };
    const score = { ...plan, seed: job.seed };
    const scores = await scoreModel(job, { pool, numbers, classMap: real.classMap, score }, hooks);
    const trained = shadowing
      ? await runShadows(
          { run, count: job.shadows, settings: shadowing, pool, numbers, score, minutes: job.minutes },
          hooks,
        )
      : [];
    const shadows = trained.length < FEWEST_SHADOWS ? [] : trained;
    if (trained.length < job.shadows) onNote(notDone(trained.length, job.shadows));

    const groups = Array.from(numbers, (image) => pool.groups[image]!);
    const ranked = rankAttacks({ scores, members, groups, shadows }, plan);
    const { figures, strongest } = ranked;
    const best = ranked.scores[strongest]!;
    const chances = rankChances(best.subarray(0, members), best.subarray(members));
    const others = numbers.length - members;
    const judge = (exposed: number) => judgeAttacks({ figures, strongest, members, others, exposed, doubts });
    const out = standOut(chances);
    const leaks = judge(0).verdict === 'leaks';
    const exposed = leaks ? out.filter(Boolean).length : 0;
    const width = job.attacks.length * timesteps.length;
    const columns = Array.from({ length: width }, (_, column) => column);
    const ratios = shadows.length > 0 ? logRatios(scores, shadows, { columns, width }) : undefined;
    const risk = riskTable(
      Array.from(numbers, (image, i) => ({
        file: nameOf(image),
        part: i < members ? ('training' as const) : ('held-out' as const),
        score: best[i]!,
        logRatio: ratios?.[i],
        chance: chances[i],
        exposed: leaks && i < members && out[i]!,
      })),
    );
    const [own, held] = parts;
    const grouped = new Set(groups).size < groups.length;
    return {
      risk,
      audit: {
        version: AUDIT_VERSION,
        date: new Date().toISOString(),
        onnoise: installedVersion('@onnoise/pipeline') ?? 'unknown',
        model: facts,
        data: {
          name: own.dataset.name,
          hash: own.dataset.hash,
          training: members,
          heldOut: others,
          trainingGroups: new Set(groups.slice(0, members)).size,
          heldOutGroups: new Set(groups.slice(members)).size,
          ...(held.dataset !== own.dataset && { test: held.dataset.name, testHash: held.dataset.hash }),
        },
        settings: {
          ...plan,
          seed: job.seed,
          ...(job.typed && { images: job.typed }),
          ...(job.count !== undefined && { count: job.count }),
          ...(test === undefined && { split: splitOf(data) }),
        },
        ...(shadowing && {
          shadows: {
            asked: job.shadows,
            trained: trained.length,
            images: shadowing.images,
            steps: shadowing.steps,
            modelSteps: training?.trained?.steps ?? null,
          },
        }),
        attacks: figures,
        strongest,
        exposed,
        ...judge(exposed),
        limits: limitsOf({ shadows: shadows.length, asked: job.shadows, grouped, apart: held.dataset !== own.dataset }),
        notes,
        copies,
        differentialPrivacy: training?.privacy ? { ...training.privacy, started: training.start !== undefined } : null,
      },
    };
  } finally {
    real.close();
  }
}

const OTHER_IMAGES =
  "The images are not those that the model's training.json names, so what is taken for training images may be none.";

const SECRET_IMAGES =
  "The hash of a private run's images is under its secret key, so whether these are the images of training cannot be checked.";

const splitOf = ({ validationShare, seed, groupColumn }: PrepareOptions) => ({
  validationShare,
  seed,
  ...(groupColumn !== undefined && { groupColumn }),
});

const notDone = (trained: number, asked: number): string =>
  `${trained} of ${plural(asked, 'shadow')} are whole so far, in pairs, and scores are calibrated from ${FEWEST_SHADOWS} on: the same command goes on.`;

interface ScoreModel {
  pool: Pool;
  numbers: Uint32Array;
  classMap: RealImages['classMap'];
  score: Parameters<typeof scoreImages>[3];
}

/** The images as a network sees them that learnt latents: an attacker has its autoencoder. */
async function inLatents(pool: Pool, folder: string, cacheDir: string): Promise<Pool> {
  return { ...pool, dataset: await withLatents(pool.dataset, await readAutoencoder(folder), { cacheDir }) };
}

async function scoreModel(
  { model, device, run }: AuditJob,
  { pool, numbers, classMap, score }: ScoreModel,
  { stage, onNote, signal }: AuditHooks,
): Promise<Float64Array> {
  const path = join(run, 'model.json');
  const key = keyOf(await hashModel(model.folder), pool.dataset.hash, Array.from(numbers), score);
  const kept = await readScores(path, key, numbers.length * score.attacks.length * score.timesteps.length);
  if (kept) return kept;
  const network = await openNetwork(model, {
    device,
    onDevice: ({ device, reason }) => onNote(`Device: ${device} (${reason})`),
  });
  try {
    const { shape, classes, nullCondition = false, conditions = [], conditionImage } = model;
    const attacked = {
      shape,
      schedule: makeSchedule(model.scheduler),
      prediction: model.scheduler.prediction_type,
      told: {
        classCount: classes > 0 ? classes : null,
        nullCondition,
        conditions,
        ...(conditionImage && { conditionImage }),
      },
      classMap,
      call: network.call,
    };
    const scores = await stage('The model is asked', 'calls', (report) => {
      const onCall = (done: number, total: number) => report({ done, total });
      return scoreImages(attacked, pool.dataset, numbers, { ...score, onCall, signal });
    });
    await writeScores(path, key, scores);
    return scores;
  } finally {
    await network.dispose();
  }
}
