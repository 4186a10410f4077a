import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { writeTritonModel } from '#pipeline/export/triton/triton.ts';
import { formatTritonConfig, maxBatchSize, quote } from '#pipeline/export/triton/triton-config.ts';
import { loadModel } from '#runtime-node/index.ts';
import { compileSampler, parseSchedulerConfig, sampleImages } from '#scheduler/index.ts';
import { AGE, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { refusal, runCli } from '#test/run-cli.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { type Message, readTextFormat } from '#test/text-format.ts';

const digits = join(import.meta.dirname, '../../../../../models/digits');

/** Triton's own definition of the file comes only with pip install 'tritonclient[grpc]'. */
const LACKS_TRITON = lacksPython('tritonclient.grpc.model_config_pb2');

/** The file as protobuf reads it with Triton's own definition, which refuses unknown fields and wrong types. */
function readByProtobuf(path: string): Record<string, unknown> {
  const script = `
import sys
from google.protobuf import json_format, text_format
from tritonclient.grpc import model_config_pb2
text = open(sys.argv[1], encoding='utf-8').read()
config = text_format.Parse(text, model_config_pb2.ModelConfig())
print(json_format.MessageToJson(config, preserving_proto_field_name=True))`;
  return JSON.parse(execFileSync(PYTHON, ['-c', script, path], { encoding: 'utf8' }));
}

const readConfig = async (folder: string) => readTextFormat(await readFile(join(folder, 'config.pbtxt'), 'utf8'));
const listAll = async (folder: string) => (await readdir(folder, { recursive: true })).sort();
const parametersOf = ({ parameters }: Message) =>
  Object.fromEntries(
    (parameters as Message[]).map(({ key, value }) => [key![0], (value![0] as Message).string_value![0] as string]),
  );

/** The shape in which the network gets a tensor, with the batch N, which Triton puts before dims or before reshape. */
const networkShape = ({ dims, reshape }: Message) => [
  'N',
  ...(reshape ? ((reshape[0] as Message).shape ?? []) : dims!),
];

const TYPES: Record<string, string> = { TYPE_FP32: 'float32', TYPE_INT64: 'int64' };

describe('writeTritonModel', () => {
  it('writes config.pbtxt, the network as version 1 and the scheduler, and leaves other models alone', async () => {
    const repository = join(await temporaryFolder(), 'new', 'repository');
    const written = await writeTritonModel({ model: digits, repository });
    expect(written).toEqual({ folder: join(repository, 'digits'), name: 'digits', maxBatchSize: 64 });
    await writeTritonModel({ model: await tinyArtefact(), repository });
    expect(await listAll(repository)).toEqual(
      ['digits', 'model'].flatMap((name) => [
        name,
        ...['1', join('1', 'model.onnx'), 'config.pbtxt', 'scheduler_config.json'].map((file) => join(name, file)),
      ]),
    );
    for (const [copy, original] of [
      ['1/model.onnx', 'unet/model.onnx'],
      ['scheduler_config.json', 'scheduler/scheduler_config.json'],
    ] as const) {
      const bytes = await readFile(join(repository, 'digits', copy));
      expect(bytes.equals(await readFile(join(digits, original))), copy).toBe(true);
    }
  });

  it.each([0, 3])(
    'names the inputs and outputs of the network as onnxruntime does, with %d classes',
    async (classes) => {
      const model = await tinyArtefact({ classes, shape: [3, 4, 6] });
      const { folder } = await writeTritonModel({ model, repository: await temporaryFolder() });
      const config = await readConfig(folder);
      const session = await InferenceSession.create(join(folder, '1', 'model.onnx'));
      const { inputMetadata, outputMetadata } = session;
      await session.release();
      for (const [told, metadata] of [
        [config.input, inputMetadata],
        [config.output, outputMetadata],
      ] as const) {
        expect(
          (told as Message[]).map((tensor) => [
            tensor.name![0],
            TYPES[tensor.data_type![0] as string],
            networkShape(tensor),
          ]),
        ).toEqual(metadata.map((value) => value.isTensor && [value.name, value.type, [...value.shape]]));
        // Triton refuses empty dims.
        for (const tensor of told as Message[]) expect(tensor.dims!.length).toBeGreaterThan(0);
      }
      expect(parametersOf(config).num_class_embeds).toBe(String(classes));
    },
  );

  it('carries what a client needs: pictures by way of config.pbtxt alone are those of the model folder', async () => {
    const { folder } = await writeTritonModel({ model: digits, repository: await temporaryFolder() });
    const config = await readConfig(folder);
    const session = await InferenceSession.create(join(folder, '1', 'model.onnx'));
    const inputs = new Map((config.input as Message[]).map((tensor) => [tensor.name![0], tensor]));
    const labels = [3, 1];
    const images = await sampleImages({
      table: compileSampler(parseSchedulerConfig(JSON.parse(parametersOf(config).scheduler_config!)), {
        sampler: 'ddim',
        steps: 5,
      }),
      shape: inputs.get('sample')!.dims as number[],
      seeds: [7, 8],
      denoise: async (x, timesteps) => {
        const shaped = (name: string) =>
          networkShape(inputs.get(name)!).map((side) => (side === 'N' ? 2 : Number(side)));
        const { out_sample } = await session.run({
          sample: new Tensor('float32', x.slice(), shaped('sample')),
          timestep: new Tensor('float32', timesteps.slice(), shaped('timestep')),
          class_labels: new Tensor('int64', BigInt64Array.from(labels, BigInt), shaped('class_labels')),
        });
        return out_sample!.data as Float32Array;
      },
    });
    await session.release();
    const model = await loadModel(digits, { device: 'cpu' });
    expect(images).toEqual(
      (await model.sample({ seeds: [7, 8], labels, sampler: 'ddim', steps: 5, guidance: 1 })).images,
    );
    await model.dispose();
  });

  it("is what protobuf reads with Triton's own definition", skipBecause(LACKS_TRITON), async () => {
    const { folder } = await writeTritonModel({ model: digits, repository: await temporaryFolder() });
    const perImage = { dims: ['1'], reshape: {} };
    const scheduler = JSON.parse(await readFile(join(digits, 'scheduler', 'scheduler_config.json'), 'utf8'));
    expect(readByProtobuf(join(folder, 'config.pbtxt'))).toEqual({
      name: 'digits',
      backend: 'onnxruntime',
      platform: 'onnxruntime_onnx',
      default_model_filename: 'model.onnx',
      max_batch_size: 64,
      dynamic_batching: {},
      input: [
        { name: 'sample', data_type: 'TYPE_FP32', dims: ['1', '28', '28'] },
        { name: 'timestep', data_type: 'TYPE_FP32', ...perImage },
        { name: 'class_labels', data_type: 'TYPE_INT64', ...perImage },
      ],
      output: [{ name: 'out_sample', data_type: 'TYPE_FP32', dims: ['1', '28', '28'] }],
      parameters: {
        scheduler_config: { string_value: JSON.stringify(scheduler) },
        num_class_embeds: { string_value: '11' },
        null_condition: { string_value: 'true' },
      },
    });
  });
});

describe('writeTritonModel refuses, and leaves the repository as it was,', () => {
  it.each([
    ['a model of that name', 'config.pbtxt', /repository.model must be new or an empty folder, .* received a model\.$/],
    ['a folder of something else', 'notes.txt', /must be new or an empty folder, .* received a folder with notes\.txt/],
  ])('%s', async (_, file, message) => {
    const [model, repository] = [await tinyArtefact(), join(await temporaryFolder(), 'repository')];
    await mkdir(join(repository, 'model'), { recursive: true });
    await writeFile(join(repository, 'model', file), 'mine');
    await expect(writeTritonModel({ model, repository })).rejects.toThrow(message);
    expect(await listAll(repository)).toEqual(['model', join('model', file)]);
    expect(await readFile(join(repository, 'model', file), 'utf8')).toBe('mine');
  });

  it('a file in the place of the repository or of the model', async () => {
    const [model, folder] = [await tinyArtefact(), await temporaryFolder()];
    await writeFile(join(folder, 'model'), '');
    await expect(writeTritonModel({ model, repository: join(folder, 'model') })).rejects.toThrow(
      /model must be a folder or new, received a file/,
    );
    await expect(writeTritonModel({ model, repository: folder })).rejects.toThrow(
      /model must be new or an empty folder, received a file/,
    );
  });

  it('a name that cannot be a part of an address', async () => {
    const model = await tinyArtefact({}, { out: join(await temporaryFolder(), 'my model') });
    const repository = join(await temporaryFolder(), 'repository');
    await expect(writeTritonModel({ model, repository })).rejects.toThrow(
      /as it becomes a part of addresses, .*"my model"/,
    );
    await expect(readdir(repository)).rejects.toThrow(/ENOENT/);
  });

  it('a folder that is no model, and a network that is not what its config says', async () => {
    const repository = join(await temporaryFolder(), 'repository');
    const options = { model: await temporaryFolder(), repository };
    await expect(writeTritonModel(options)).rejects.toThrow(
      /must be a model folder, but its scheduler\/scheduler_config.json is missing/,
    );
    const model = await tinyArtefact();
    await cp(join(await tinyArtefact({ classes: 2 }), 'unet', 'config.json'), join(model, 'unet', 'config.json'));
    await expect(writeTritonModel({ model, repository })).rejects.toThrow(/must have the inputs .* class_labels/);
    await expect(readdir(repository)).rejects.toThrow(/ENOENT/);
  });

  it('what the system refuses, and takes the new folders away again', async () => {
    const above = await temporaryFolder();
    const model = join(above, 'model');
    await rename(await tinyArtefact(), model);
    const repository = join(above, 'a', 'r'.repeat(300));
    await expect(writeTritonModel({ model, repository })).rejects.toThrow(
      `Cannot write a Triton model repository in ${repository}: the name is too long.`,
    );
    expect(await readdir(above)).toEqual(['model']);
  });
});

describe('formatTritonConfig', () => {
  it('lets fewer large images into one call, and always one', () => {
    expect([28, 32, 64, 256, 1024].map((side) => maxBatchSize([3, side, side]))).toEqual([64, 64, 16, 1, 1]);
  });

  it('is text that reads back, whatever the name', () => {
    const scheduler = parseSchedulerConfig({});
    const network = { shape: [1, 8, 8] as const, classes: 2, nullCondition: false, conditions: [] };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const config = readTextFormat(formatTritonConfig({ name, ...network, scheduler }));
        expect(config.name).toEqual([name]);
        expect(parseSchedulerConfig(JSON.parse(parametersOf(config).scheduler_config!))).toEqual(scheduler);
      }),
    );
  });

  it('has the null class and the conditions of a network', () => {
    const network = { shape: [1, 8, 8] as const, classes: 2, nullCondition: true, conditions: [AGE] };
    const config = readTextFormat(formatTritonConfig({ name: 'x', ...network, scheduler: parseSchedulerConfig({}) }));
    const inputs = (config.input as Message[]).map(({ name, dims }) => [name![0], ...dims!]);
    expect(inputs.slice(2)).toEqual([
      ['class_labels', 1],
      ['conditions', 2],
    ]);
    const { num_class_embeds, null_condition, conditions } = parametersOf(config);
    expect([num_class_embeds, null_condition, JSON.parse(conditions!)]).toEqual(['3', 'true', [AGE]]);
  });

  it("quotes strings as protobuf's text format reads them", skipBecause(LACKS_TRITON), async () => {
    const text = '"\\\'\n\r\t\u0000\u0001\u007f\u0085 é 日本 😀 \\n \\"';
    const path = join(await temporaryFolder(), 'config.pbtxt');
    await writeFile(path, `name: ${quote(text)}`);
    expect(readByProtobuf(path)).toEqual({ name: text });
  });
});

describe('pipeline convert --triton', () => {
  it('puts a model folder that is there into a repository, and says where', async () => {
    const [model, repository] = [await tinyArtefact({ classes: 2 }), await temporaryFolder()];
    const { code, stdout, stderr } = await runCli('convert', '--model', model, '--triton', repository);
    expect([code, stdout, stderr]).toEqual([
      0,
      `Triton: ${join(repository, 'model')} (up to 64 images per call)\n`,
      '',
    ]);
    const again = await runCli('convert', '--model', model, '--triton', repository);
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toMatch(/^Cannot write a Triton model repository: .* received a model\.\n$/);
  });

  it.each([
    ['--run without --out', ['--run', 'r'], '--out must be the model folder to make, received nothing.'],
    ['--out alone', ['--out', 'o'], '--run must name a run to export, received nothing.'],
    ['nothing', [], '--run must name a run to export, received nothing.'],
  ])('export refuses %s in one sentence with a command to try', async (_, args, message) => {
    const stderr = await refusal(runCli('export', ...args));
    expect(stderr).toMatch(/^Cannot export: .* Try: pipeline export --run .*\n$/);
    expect(stderr).toContain(message);
  });

  it('looks at the repository before it reads the model', async () => {
    const repository = await temporaryFolder();
    await mkdir(join(repository, 'new', '1'), { recursive: true });
    expect(await refusal(runCli('convert', '--model', join('nowhere', 'new'), '--triton', repository))).toContain(
      'must be new or an empty folder',
    );
  });
});
