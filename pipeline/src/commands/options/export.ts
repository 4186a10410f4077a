/** The options of `pipeline export` that go together, and what they ask for. */
import { InputError, refuse, show } from '@onnoise/scheduler/rules';
import type { FormatRequest } from '../../export/formats/make-smaller.ts';
import { shellPath } from '../../text/format.ts';
import { program } from '../../text/program.ts';
import { type FormatArguments, formatOfArguments } from './formats.ts';
import type { FuseArguments, Fusing } from './fuse.ts';
import type { TrainStepArguments } from './train-step.ts';

/** The options of `pipeline export`; its help explains them. */
export interface ExportArguments extends FormatArguments, FuseArguments, TrainStepArguments {
  run?: string | undefined;
  out?: string | undefined;
  checkpoint?: number | undefined;
  weights?: boolean | undefined;
  model?: string | undefined;
  triton?: string | undefined;
  accelerate?: string | undefined;
}

/** Options whose flags are not their names. */
const FLAGS: Record<string, string> = { weightBits: '--weight-bits', trainStep: '--train-step' };

/** @throws InputError for what does not go with a project, and without a run. @returns the run */
export function checkProject({ run, accelerate, checkpoint: _, ...others }: ExportArguments): string {
  const action = 'export a project';
  for (const name of [
    'out',
    'weights',
    'model',
    'triton',
    'dtype',
    'quantize',
    'weightBits',
    'drift',
    'judge',
    'fuse',
    'trainStep',
  ] as const) {
    const rule = 'left out with --accelerate, which makes no model folder';
    if (others[name] !== undefined) refuse(action, FLAGS[name] ?? `--${name}`, rule, others[name]);
  }
  if (run !== undefined) return run;
  throw new InputError(
    `Cannot ${action}: --run must name a run to continue. Try: ${program('export')} --run runs/digits --accelerate ${shellPath(accelerate!)}`,
  );
}

export interface ExportSource {
  run: string;
  out: string;
  checkpoint: number | undefined;
  weights: boolean | undefined;
  fused?: Fusing | undefined;
  trainStep?: boolean | undefined;
  format: Omit<FormatRequest, 'judge'> | undefined;
  judge: string | undefined;
}

export interface Combination {
  /** Model folder that there is, or that `source` makes. */
  model: string;
  triton?: string | undefined;
  /** What to make it from. */
  source?: ExportSource;
  /** Where to copy it to, with its weights, with fused graphs or smaller. */
  copy?: string;
  format?: Omit<FormatRequest, 'judge'> | undefined;
}

/** @throws InputError for options that do not go together, with the reason and a command. */
export function checkCombination(args: ExportArguments, fused: Fusing | undefined): Combination {
  const { run, out, checkpoint, weights, model, triton, judge, trainStep } = args;
  const format = formatOfArguments(args);
  const refuse = (rule: string, received: string, command: string): never => {
    throw new InputError(`Cannot export: ${rule}, received ${received}. Try: ${program('export')} ${command}`);
  };
  const fromRun = '--run runs/digits --out out/digits';
  if (format !== undefined && fused !== undefined) {
    const rule = '--fuse must be left out with --dtype and --quantize: fuse the smaller model afterwards';
    refuse(rule, '--fuse', `--model ${shellPath(model ?? out ?? 'out/digits')} --out out/fused --fuse loop`);
  }
  if (model !== undefined) {
    const command = `--model ${shellPath(model)} --triton out/repository`;
    if (out !== undefined && [run, checkpoint, weights, triton].every((other) => other === undefined)) {
      return { model, copy: out, format };
    }
    const given = Object.entries({ run, checkpoint, weights }).find(([, value]) => value !== undefined);
    if (given) {
      const [name, value] = given;
      const flag = value === false ? `--no-${name}` : `--${name}`;
      const rule = `${flag} must be left out with --model, which names an exported model`;
      const copy = `--model ${shellPath(model)} --out ${shellPath(out ?? '')}`;
      refuse(rule, value === false ? flag : `${flag} ${show(value)}`, out === undefined ? command : copy);
    }
    if (out !== undefined) {
      const rule = '--out must be left out with --model and --triton';
      refuse(rule, `--out ${show(out)}`, command);
    }
    if (format !== undefined) {
      refuse(
        `--${args.quantize === undefined ? 'dtype' : 'quantize'} must come with --out, as the smaller model to make`,
        'no --out',
        `--model ${shellPath(model)} --out out/smaller --dtype float16`,
      );
    }
    if (fused) {
      const rule = '--fuse with --model must come with --out, and not with --triton, which takes the network alone';
      refuse(
        rule,
        triton === undefined ? 'no --out' : '--triton',
        `--model ${shellPath(model)} --out out/digits --fuse loop`,
      );
    }
    if (triton === undefined) {
      const rule = '--model must come with --triton, or with --out to add its weights, since it is already exported';
      refuse(rule, 'neither', command);
    }
    return { model, triton };
  }
  if (run === undefined) {
    const given = out === undefined ? 'neither' : '--out alone';
    return refuse('--run must name a run to export, or --model an existing model folder', given, fromRun);
  }
  if (out === undefined) {
    return refuse(
      '--out must come with --run, as the model folder to make',
      'no --out',
      `--run ${shellPath(run)} --out out/digits`,
    );
  }
  return { model: out, triton, source: { run, out, checkpoint, weights, fused, format, judge, trainStep } };
}
