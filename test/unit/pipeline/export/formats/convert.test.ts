import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, formatOf, readOnnxFacts } from '@onnoise/scheduler/model';
import onnxProto from 'onnx-proto';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ConvertOptions, convertNetwork } from '#pipeline/export/formats/convert.ts';
import { WEIGHT_BITS } from '#pipeline/export/formats/names.ts';
import { type ModelFolder, readModelFolder } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { waveParameters } from '#test/models/model.ts';
import { SMALL_SIMPLE, SMALL_UNET, smallModel } from '#test/models/small-network.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { decodeModel, encodeModel, NotRecovered } from '#tracer/index.ts';
import { widenWeights } from '#training/folder/float16.ts';
import { restoreWeights } from '#training/folder/int8-weights.ts';
import { recoverParameters } from '#training/folder/recover.ts';
import { planLayers } from '#training/folder/weight-plan.ts';
import { createModel } from '#training/model/index.ts';

const root = temporaryFolder();
let facts: ModelFolder;
let onnx: Uint8Array;
beforeAll(async () => {
  facts = await readModelFolder(await smallModel(root));
  onnx = new Uint8Array(await readFile(facts.onnx));
});

const convert = (changes: Partial<ConvertOptions>, network: Uint8Array = onnx) =>
  convertNetwork(network, {
    action: 'export it',
    format: 'float16',
    facts,
    bits: WEIGHT_BITS[changes.format ?? 'float16'][0],
    calibration: { count: 4, seed: 1, steps: 4 },
    ...changes,
  });

/** What onnxruntime makes of a network. */
async function optimized(network: Uint8Array): Promise<onnxProto.onnx.IGraphProto> {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-fused-'));
  try {
    const path = join(folder, 'fused.onnx');
    const session = await InferenceSession.create(network, {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: path,
      logSeverityLevel: 4,
    });
    await session.release();
    return onnxProto.onnx.ModelProto.decode(await readFile(path)).graph!;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The operators of a graph and of its bodies. */
const operators = ({ node }: onnxProto.onnx.IGraphProto): string[] =>
  node!.flatMap(({ opType, attribute }) => [opType!, ...(attribute ?? []).flatMap(({ g }) => (g ? operators(g) : []))]);

const fused = async (network: Uint8Array) => operators(await optimized(network));

describe('convertNetwork to float16', () => {
  it('stores weights in half the bytes, says so in the file, and gives them back rounded', async () => {
    const small = await convert({});
    const { metadata } = await readOnnxFacts(bytesOf(Uint8Array.from(small)));
    expect(formatOf(metadata)).toBe('float16');
    expect(metadata.num_class_embeds).toBe('3');
    const [file, original] = [decodeModel(small), decodeModel(onnx)];
    expect(small.length / onnx.length).toBeLessThan(0.65);
    expect(widenWeights(file)).toBe(true);
    expect([...file.constants.keys()].sort()).toEqual([...original.constants.keys()].sort());
    expect(file.nodes).toEqual(original.nodes);
  });

  it('has all Casts folded by onnxruntime', async () => {
    expect((await fused(await convert({}))).filter((op) => op === 'Cast')).toEqual(
      (await fused(onnx)).filter((op) => op === 'Cast'),
    );
  });
});

describe('convertNetwork to int8 weights', () => {
  const format = 'int8-weights';

  it('stores weights in 8 bits, and says so in the file', async () => {
    const [small, half] = [await convert({ format }), await convert({})];
    expect(formatOf((await readOnnxFacts(bytesOf(Uint8Array.from(small)))).metadata)).toBe(format);
    expect(small.length).toBeLessThan(half.length);
    const [file, original] = [decodeModel(small), decodeModel(onnx)];
    expect([restoreWeights(file).size > 0, widenWeights(file)]).toEqual([true, true]);
    expect(file.nodes).toEqual(original.nodes);
  });

  it('leaves the first and the last layer to float16', async () => {
    const model = await readModelFolder('models/digits');
    const { nodes, constants } = decodeModel(await convert({ format, facts: model }, await readFile(model.onnx)));
    const makers = new Map(nodes.map((node) => [node.outputs[0], node.op]));
    const layers = nodes.filter(({ op }) => op === 'Conv').map(({ inputs }) => makers.get(inputs[1]));
    expect(layers.length).toBeGreaterThan(10);
    expect([...layers.entries()].filter(([, op]) => op === 'Cast').map(([i]) => i)).toEqual([0, layers.length - 1]);
    expect(new Set(layers.slice(1, -1))).toEqual(new Set(['Mul']));
    expect([...constants.values()].filter(({ dtype }) => dtype === 'int8').length).toBeGreaterThan(layers.length);
  });

  it('is what onnxruntime computes of float32, with all Casts and Muls folded', async () => {
    const small = await convert({ format });
    const expected = await fused(onnx);
    expect(await fused(small)).toEqual(expected);
    // So it is not by chance that the lists are the same.
    expect(decodeModel(small).nodes.length).toBeGreaterThan(expected.length);
  });

  it.each([['float16', 11], ...WEIGHT_BITS[format].map((bits) => [format, bits] as const)] as const)(
    'can be trained on, as float16 can: %s is read back, rounded to %i bits',
    async (format, bits) => {
      const found = recoverParameters(createModel(SMALL_UNET), await convert({ format, bits }));
      for (const [name, values] of waveParameters(createModel(SMALL_UNET).parameters)) {
        const largest = Math.max(...Array.from(values, Math.abs));
        // Sums of four weights are rounded by themselves, where upsampling has a filter.
        const absolute = (2.5 * largest) / (2 ** (bits - 1) - 1);
        expectClose(found.get(name)!, values, { absolute, relative: 0, what: name });
      }
    },
  );
});

describe('convertNetwork to int8', () => {
  it('has onnxruntime compute every layer but the first and the last in 8 bits', async () => {
    const small = await convert({ format: 'int8' });
    const operators = await fused(small);
    // The transposed convolution counts as four.
    const layers = decodeModel(onnx).nodes.filter(({ op }) => op === 'Conv').length - 2 + 4;
    expect(operators.filter((op) => op === 'QLinearConv')).toHaveLength(layers);
    expect(operators.filter((op) => op === 'Conv' || op === 'ConvTranspose' || op === 'FusedConv')).toHaveLength(2);
    expect(small.length).toBeLessThan(0.7 * onnx.length);
  });

  it('keeps the scales of many channels in float32', async () => {
    const model = await readModelFolder(await smallModel(root, { ...SMALL_SIMPLE, channels: [8, 64] }));
    const network = new Uint8Array(await readFile(model.onnx));
    const { nodes, constants } = decodeModel(await convert({ format: 'int8', facts: model }, network));
    const scales = nodes.filter(({ op }) => op === 'DequantizeLinear').map(({ inputs }) => constants.get(inputs[1]!));
    expect(Math.max(...scales.map((scale) => scale!.data.length))).toBeGreaterThanOrEqual(64);
    expect(new Set(scales.map((scale) => scale!.dtype))).toEqual(new Set(['float32']));
  });

  it('keeps weights of 7 bits within 63', async () => {
    const largest = async (bits: 7 | 8) => {
      const { constants } = decodeModel(await convert({ format: 'int8', bits }));
      const weights = [...constants.values()].filter(({ dtype, dims }) => dtype === 'int8' && dims.length > 1);
      return Math.max(...weights.flatMap(({ data }) => Array.from(data as Int8Array, Math.abs)));
    };
    expect([await largest(7), await largest(8)]).toEqual([63, 127]);
  });

  it('leaves what depends on the timestep and the class alone', () => {
    const names = planLayers(decodeModel(onnx)).map(({ node }) => node.name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => /time_emb|class_emb|conv_in|conv_out/.test(name))).toEqual([]);
  });

  it('cannot be trained on', async () => {
    const small = await convert({ format: 'int8' });
    const recover = () => recoverParameters(createModel(SMALL_UNET), small);
    expect(recover).toThrow(NotRecovered);
    expect(recover).toThrow('rounded to 8 bits');
  });
});

describe('convertNetwork', () => {
  it('turns float16 into 8 bits as it turns float32', async () => {
    for (const format of ['int8-weights', 'int8'] as const) {
      const [direct, further] = [await convert({ format }), await convert({ format }, await convert({}))];
      expect(Math.abs(further.length - direct.length)).toBeLessThan(0.01 * direct.length);
      const ops = (bytes: Uint8Array) => decodeModel(bytes).nodes.map(({ op }) => op);
      expect(ops(further).toSorted()).toEqual(ops(direct).toSorted());
    }
  });

  const changed = (change: (file: onnxProto.onnx.IModelProto) => void) => {
    const file = onnxProto.onnx.ModelProto.decode(onnx);
    change(file);
    return onnxProto.onnx.ModelProto.encode(file).finish();
  };
  const older = () =>
    changed(({ opsetImport }) => {
      // It would be written down as ours.
      for (const each of opsetImport ?? []) if (!each.domain) each.version = 17;
    });
  const strange = () => changed(({ graph }) => Object.assign(graph!.node!.at(-1)!, { opType: 'Strange' }));
  const empty = () =>
    changed(({ graph }) => Object.assign(graph!, { node: graph!.node!.filter(({ opType }) => opType !== 'Conv') }));
  const anonymous = async () => {
    const { metadata: _, ...graph } = decodeModel(await convert({}));
    return encodeModel(graph);
  };

  it.each<[string, ConvertOptions['format'], () => Uint8Array | Promise<Uint8Array>, string]>([
    ['float16 as float16', 'float16', () => convert({}), 'its network must be float32, received float16.'],
    [
      '8 bits as 8 bits',
      'int8',
      () => convert({ format: 'int8-weights' }),
      'its network must be float32, received int8-weights.',
    ],
    ['float16 that does not say so', 'float16', anonymous, 'its network must be float32, received one with'],
    ['older operators', 'float16', older, 'its network must have opset 18, received opset 17.'],
    ['no network', 'float16', () => new TextEncoder().encode('none'), 'it is not an ONNX file'],
    ['unknown operators', 'int8', strange, 'its network must be one that onnxruntime can run, received "'],
    ['no layers', 'int8', empty, 'received none. Try --format float16.'],
  ])('refuses %s', async (_, format, network, sentence) => {
    await expect(convert({ format }, await network())).rejects.toThrow(sentence);
  });
});
