/** What a model folder is, before it is loaded: told to the visitor, and checked as far as reading can check it. */
import { InputError, type SchedulerConfig } from '@onnoise/scheduler';
import { openFolder, readArtefact } from '#src/artefact.ts';
import { type Arranged, CARD, ONNX, SAMPLES, UNET } from './arrange.ts';
import { type Card, readCard } from './card.ts';
import { type OnnxHeader, type Port, readOnnxHeader } from './onnx-header.ts';
import { about, bytes, whole } from './words.ts';

export interface Inspection {
  title: string;
  files: Record<string, Blob>;
  /** `UNet2DModel` */
  network: string;
  /** [C, H, W] */
  shape: [number, number, number];
  classes: number;
  classNames?: string[];
  scheduler: SchedulerConfig;
  /** As the card tells; else about what the network's file holds, where tables and folded constants count, too. */
  parameters: string;
  /** Of the network's file. */
  bytes: number;
  card: Card;
  samples: Blob | undefined;
  /** Sentences. */
  warnings: string[];
}

const MANY_BYTES = 300e6;
const MANY_PIXELS = 128 * 128;
const TYPE_NAMES: Record<number, string> = { 1: 'float32', 6: 'int32', 7: 'int64', 10: 'float16', 11: 'float64' };
const FLOAT32 = 1;
const INT64 = 7;

/** @throws InputError that names the file and what is wrong with it. */
export async function inspect({ files, title }: Arranged): Promise<Inspection> {
  const { scheduler, shape, classes, classNames } = await readArtefact(openFolder(files));
  const unet = JSON.parse(await files[UNET]!.text()) as Record<string, unknown>;
  const onnx = await readOnnxHeader(files[ONNX]!, ONNX);
  check(onnx, shape, classes);
  const card = readCard((await files[CARD]?.text()) ?? '');
  const size = files[ONNX]!.size;
  return {
    title: title ?? card.heading ?? 'My model',
    files,
    network: typeof unet._class_name === 'string' ? unet._class_name : 'of an unknown class',
    shape,
    classes,
    scheduler,
    parameters: card.parameters === undefined ? about(onnx.weights) : whole(card.parameters),
    bytes: size,
    card,
    samples: files[SAMPLES],
    ...(classNames && { classNames }),
    warnings: warn({ shape, classes, classNames, size }),
  };
}

const fail: (sentence: string) => never = (sentence) => {
  throw new InputError(`Cannot load the model: ${sentence}`);
};

/** Holds the network to what the page feeds it. */
function check(onnx: OnnxHeader, shape: readonly number[], classes: number): void {
  if (onnx.external) {
    fail(`${ONNX} must hold its weights, received one that keeps them in another file.`);
  }
  const [channels, height, width] = shape;
  const image = [channels, height, width];
  hold(onnx.inputs, 'input', 'sample', FLOAT32, image);
  hold(onnx.inputs, 'input', 'timestep', FLOAT32, []);
  if (classes > 0) hold(onnx.inputs, 'input', 'class_labels', INT64, []);
  hold(onnx.outputs, 'output', 'out_sample', FLOAT32, image);
  const fed = ['sample', 'timestep', ...(classes > 0 ? ['class_labels'] : [])];
  const more = onnx.inputs.find(({ name }) => !fed.includes(name));
  if (more) fail(`${ONNX} must want no other inputs than ${fed.join(', ')}, received one that wants ${more.name}.`);
}

function hold(ports: readonly Port[], kind: string, name: string, type: number, dims: readonly unknown[]): void {
  const port = ports.find((one) => one.name === name);
  const names = ports.map((one) => one.name).join(', ') || 'none';
  if (!port) fail(`${ONNX} must have an ${kind} ${name}, received ${kind}s ${names}.`);
  if (port.type !== type) {
    const received = TYPE_NAMES[port.type] ?? `type ${port.type}`;
    fail(`${name} of ${ONNX} must be ${TYPE_NAMES[type]}, received ${received}.`);
  }
  const [, ...rest] = port.dims;
  const fits = rest.length === dims.length && rest.every((dim, i) => !(Number(dim) > 0) || dim === dims[i]);
  if (port.dims.length > 0 && !fits) {
    fail(`${name} of ${ONNX} must be ${show(['N', ...dims])} as ${UNET} says, received ${show(port.dims)}.`);
  }
}

const show = (dims: readonly unknown[]) => `[${dims.join(', ')}]`;

type Known = Pick<Inspection, 'shape' | 'classes'> & { classNames: string[] | undefined; size: number };

function warn({ shape, classes, classNames, size }: Known): string[] {
  const [, height, width] = shape;
  return [
    ...(size > MANY_BYTES ? [`The network is large (${bytes(size)}): a phone may run out of memory.`] : []),
    ...(height * width > MANY_PIXELS ? [`${width} × ${height} pixels take long without a fast GPU.`] : []),
    ...(classes > 0 && !classNames
      ? [
          classes === 1
            ? 'Neither model_index.json nor a model card names the class: it is number 0.'
            : `Neither model_index.json nor a model card names the ${whole(classes)} classes: they are numbered from 0.`,
        ]
      : []),
  ];
}
