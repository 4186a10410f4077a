/** Describes a model folder to the visitor before it is loaded, and checks what can be checked by reading. */
import { openFolder, sha256 } from '@onnoise/runtime-web/parts';
import { InputError, type SchedulerConfig } from '@onnoise/scheduler';
import { figuresOfModel, type MainFigure } from '@onnoise/scheduler/evaluation';
import {
  type ConditionSpec,
  checkNetwork,
  type ImageShape,
  LOADING,
  MODEL_FILES,
  missingFile,
  type NetworkFormat,
  type NetworkPort,
  networkError,
  partShown,
  pictureShapeOf,
  readArtefact,
  signatureFault,
} from '@onnoise/scheduler/model';
import { type BesidePictures, besidePictures, paintedLatents } from '../../state/model-line.ts';
import { type Arranged, type OnnxPort, readOnnxHeader, SAMPLES } from './arrange.ts';

import { about, bytes, whole } from './words.ts';

export interface Inspection extends BesidePictures {
  title: string;
  files: Record<string, Blob>;
  /** `UNet2DModel` */
  network: string;
  /** [C, H, W] of a picture, without the planes of a mask. */
  shape: ImageShape;
  classes: number;
  classNames?: string[];
  channelNames?: string[];
  trainedOn?: 'phantoms';
  nullCondition: boolean;
  conditions: readonly ConditionSpec[];
  scheduler: SchedulerConfig;
  /** By training.json; else an estimate from the network's file, which includes tables and folded constants. */
  parameters: string;
  /** Of the network's file. */
  bytes: number;
  /** How its weights are stored. */
  format: NetworkFormat;
  samples: Blob | undefined;
  /** How good it is; none where it was not evaluated. */
  figures: MainFigure[];
  /** Sentences. */
  warnings: string[];
}

const MANY_BYTES = 300e6;
const MANY_PIXELS = 128 * 128;
const TYPE_NAMES: Record<number, string> = { 1: 'float32', 6: 'int32', 7: 'int64', 10: 'float16', 11: 'float64' };
/** The header's values for a port without a tensor, and for a dimension without a name. */
const NO_TENSOR = 0;
const UNNAMED = -1;

/** @throws InputError that names the file and what is wrong with it. */
export async function inspect({ files, title }: Arranged): Promise<Inspection> {
  const artefact = await readArtefact(openFolder(files));
  const { scheduler, classes, classNames, channelNames, trainedOn, nullCondition, conditions } = artefact;
  const shape = pictureShapeOf(artefact);
  const network = files[MODEL_FILES.network];
  if (network === undefined) throw missingFile(MODEL_FILES.network);
  const { format } = await checkNetwork(artefact, network);
  const unet = JSON.parse(await files[MODEL_FILES.unet]!.text()) as Record<string, unknown>;
  const onnx = await readOnnxHeader(network, MODEL_FILES.network);
  if (onnx.external) throw networkError('must hold its weights, received one that keeps them in another file');
  const fault = signatureFault(onnx.inputs.map(portOf), onnx.outputs.map(portOf), artefact);
  if (fault !== undefined) throw networkError(fault);
  const evaluated = await readFigures(files[MODEL_FILES.evaluation], network);
  const parameters = await countedParameters(files[MODEL_FILES.training]);
  const { size } = network;
  return {
    title: title ?? 'My model',
    files,
    network: typeof unet._class_name === 'string' ? unet._class_name : 'of an unknown class',
    shape,
    classes,
    ...besidePictures({ ...artefact, shows: partShown(LOADING, artefact), latents: paintedLatents(artefact) }),
    nullCondition,
    conditions,
    scheduler,
    parameters: parameters === undefined ? about(onnx.weights) : whole(parameters),
    bytes: size,
    format,
    samples: files[SAMPLES],
    figures: evaluated.figures,
    ...(classNames && { classNames }),
    ...(channelNames && { channelNames }),
    ...(trainedOn && { trainedOn }),
    warnings: [...warn({ shape, classes, classNames, size }), ...evaluated.warnings],
  };
}

/** As the training noted it. What is no such file is no reason to refuse the model. */
async function countedParameters(file: Blob | undefined): Promise<number | undefined> {
  try {
    const { parameters } = JSON.parse((await file?.text()) ?? '{}') as { parameters?: unknown };
    return typeof parameters === 'number' ? parameters : undefined;
  } catch {
    return undefined;
  }
}

/** Figures that cannot be shown are no reason to refuse the model. */
async function readFigures(file: Blob | undefined, network: Blob): Promise<Pick<Inspection, 'figures' | 'warnings'>> {
  if (file === undefined) return { figures: [], warnings: [] };
  try {
    const hash = await sha256(new Uint8Array(await network.arrayBuffer()));
    return { figures: figuresOfModel(await file.text(), hash), warnings: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { figures: [], warnings: [error.message] };
  }
}

/** The port as the runtimes see it, so that their check applies. */
const portOf = ({ name, type, dims }: OnnxPort): NetworkPort => ({
  name,
  type: type === NO_TENSOR ? undefined : (TYPE_NAMES[type] ?? `type ${type}`),
  dims: dims.map((dim) => (dim === UNNAMED ? '' : dim)),
});

type Known = Pick<Inspection, 'shape' | 'classes'> & { classNames: string[] | undefined; size: number };

function warn({ shape, classes, classNames, size }: Known): string[] {
  const [, height, width] = shape;
  return [
    ...(size > MANY_BYTES ? [`The network is large (${bytes(size)}): a phone may run out of memory.`] : []),
    ...(height * width > MANY_PIXELS ? [`${width} × ${height} pixels take long without a fast GPU.`] : []),
    ...(classes > 0 && !classNames
      ? [
          classes === 1
            ? 'model_index.json does not name the class: it is number 0.'
            : `model_index.json does not name the ${whole(classes)} classes: they are numbered from 0.`,
        ]
      : []),
  ];
}
