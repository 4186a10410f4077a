import { chmod, copyFile, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import proto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { type DeviceReport, loadModel } from '#runtime-node/index.ts';
import { InputError } from '#scheduler/rules/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact, tinyOnnx } from '#test/models/tiny-onnx.ts';
import { LACKS_PERMISSIONS, withoutPermission } from '#test/permissions.ts';
import { skipBecause } from '#test/skip.ts';

const cpu = { device: 'cpu' as const };

async function expectRefusal(folder: string, message: string | RegExp): Promise<void> {
  const loading = loadModel(folder, cpu);
  await expect(loading).rejects.toThrow(message);
  await expect(loading).rejects.toBeInstanceOf(InputError);
}

/** Changes a JSON file of a model folder. */
async function edit(folder: string, file: string, changes: object): Promise<string> {
  const path = join(folder, file);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...changes }));
  return folder;
}

describe('loadModel', () => {
  test('knows shape, classes and schedule of the folder', async () => {
    const model = await loadModel(await tinyArtefact({ shape: [3, 2, 4], classes: 5, T: 70 }), cpu);
    expect([model.shape, model.classes, model.scheduler.num_train_timesteps, model.device]).toEqual([
      [3, 2, 4],
      5,
      70,
      'cpu',
    ]);
  });

  test('reads the channels of SimpleUnet under the name it gives them', async () => {
    const modelConfig = { _class_name: 'SimpleUnet', sample_size: 4, image_channels: 1, num_class_embeds: null };
    expect((await loadModel(await tinyArtefact({}, { modelConfig }), cpu)).shape).toEqual([1, 4, 4]);
  });

  test("reads what Python writes for DPM-Solver's classes: -Infinity, which is no JSON", async () => {
    const folder = await tinyArtefact({ T: 70 });
    const path = join(folder, 'scheduler/scheduler_config.json');
    const dpm = { _class_name: 'DPMSolverMultistepScheduler', num_train_timesteps: 70, lambda_min_clipped: 0 };
    await writeFile(path, JSON.stringify(dpm, null, 2).replace(': 0', ': -Infinity'));
    expect((await loadModel(folder, cpu)).scheduler).toMatchObject({
      clip_sample: false,
      timestep_spacing: 'linspace',
    });
  });

  test('says which device was asked for', async () => {
    const told: DeviceReport[] = [];
    await loadModel(await tinyArtefact(), { ...cpu, onDevice: (report) => told.push(report) });
    expect(told).toEqual([{ device: 'cpu', reason: 'asked for' }]);
  });

  test('refuses an unknown device', async () => {
    await expect(loadModel(await tinyArtefact(), { device: 'gpu' as 'cpu' })).rejects.toThrow(
      'device must be one of auto, cpu, cuda, webgpu, received "gpu"',
    );
  });

  test('refuses a missing folder and a file', async () => {
    const folder = await temporaryFolder();
    await expectRefusal(join(folder, 'nothing'), /nothing must be a model folder, but there is none/);
    await writeFile(join(folder, 'file'), '');
    await expectRefusal(join(folder, 'file'), /file must be a model folder, received a file/);
  });

  test.each(['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'])(
    'names %s when it is missing',
    async (file) => {
      const folder = await tinyArtefact();
      await rm(join(folder, file));
      await expectRefusal(folder, `must be a model folder, but its ${file} is missing`);
    },
  );

  test.each(['model_index.json', 'scheduler', 'unet/config.json', 'unet/model.onnx'])(
    'says so when %s may not be read',
    skipBecause(LACKS_PERMISSIONS),
    async (part) => {
      const folder = await tinyArtefact({ classes: 2 });
      const path = join(folder, part);
      const named = part === 'scheduler' ? join(path, 'scheduler_config.json') : path;
      await chmod(dirname(folder), 0o755);
      await withoutPermission(path, () =>
        expectRefusal(folder, `Cannot load the model: ${named} must be a file that can be read, permission is denied.`),
      );
    },
  );

  test('says why a folder cannot be entered, and that a part is a folder or a circle of links', async () => {
    const folder = await tinyArtefact();
    await rm(join(folder, 'unet/config.json'));
    await mkdir(join(folder, 'unet/config.json'));
    await expectRefusal(folder, 'unet/config.json must be a file that can be read, it is a folder.');
    const circle = join(folder, 'circle');
    await symlink('circle', circle);
    await expectRefusal(
      circle,
      `Cannot load the model: ${circle} must be a model folder that can be read, its links lead in a circle.`,
    );
  });

  test.each(['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json'])(
    'names %s when it is not JSON, or no object',
    async (file) => {
      const folder = await tinyArtefact();
      await writeFile(join(folder, file), '{ "a": ');
      await expectRefusal(folder, new RegExp(`${file} must be JSON`));
      await writeFile(join(folder, file), '[1]');
      await expectRefusal(folder, new RegExp(`${file} must be a JSON object, received \\[1\\]`));
    },
  );

  test('refuses a scheduler config with an unknown key and names the file', async () => {
    const folder = await edit(await tinyArtefact(), 'scheduler/scheduler_config.json', { beta_shedule: 'linear' });
    await expectRefusal(folder, /unknown key "beta_shedule".*scheduler_config\.json/);
  });

  test.each([
    [{ sample_size: null }, 'sample_size of .* must be a positive integer or two, \\[height, width\\], received null'],
    [{ sample_size: 0 }, 'sample_size of .* received 0'],
    [{ sample_size: [4, 4, 4] }, 'sample_size of .* received \\[4, 4, 4\\]'],
    [{ in_channels: 10 }, 'channels of condition_image of .* must be an integer from 1 to 8, received 9'],
    [{ out_channels: 2 }, 'out_channels of .* must be in_channels, 1, or fewer, received 2'],
    [{ num_class_embeds: 0 }, 'num_class_embeds of .* must be null or a positive integer, received 0'],
  ])('refuses unet/config.json with %j', async (changes, message) => {
    await expectRefusal(await edit(await tinyArtefact(), 'unet/config.json', changes), new RegExp(message));
  });

  test('refuses a truncated network and one that is no ONNX at all', async () => {
    const folder = await tinyArtefact();
    const onnx = join(folder, 'unet', 'model.onnx');
    await truncate(onnx, 100);
    await expectRefusal(folder, /model\.onnx must be an ONNX network, received the first 100 bytes of 347: it was cut/);
    await writeFile(onnx, 'not a network');
    await expectRefusal(
      folder,
      /model\.onnx must be an ONNX file that onnxruntime can run on cpu, received "Protobuf parsing failed"\.$/,
    );
    await writeFile(onnx, '');
    await expectRefusal(folder, /model\.onnx must be an ONNX network, received an empty file\.$/);
    await writeFile(onnx, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4675609\n');
    await expectRefusal(folder, /received a pointer of Git LFS, not the file itself\.$/);
  });

  test("leaves out onnxruntime's C++", async () => {
    const folder = await tinyArtefact();
    const model = proto.onnx.ModelProto.decode(tinyOnnx());
    model.irVersion = 99;
    await writeFile(join(folder, 'unet', 'model.onnx'), proto.onnx.ModelProto.encode(model).finish());
    await expectRefusal(
      folder,
      /on cpu, received "Unsupported model IR version: 99, max supported IR version: \d+"\.$/,
    );
  });

  test('compares the number of timesteps and of classes that its files tell', async () => {
    const noted = async (metadata: Record<string, string>, options: TinyOptions = {}) => {
      const folder = await tinyArtefact(options);
      const model = proto.onnx.ModelProto.decode(tinyOnnx(options));
      const entry = ([key, value]: [string, string]) => proto.onnx.StringStringEntryProto.create({ key, value });
      model.metadataProps = Object.entries(metadata).map(entry);
      await writeFile(join(folder, 'unet', 'model.onnx'), proto.onnx.ModelProto.encode(model).finish());
      return folder;
    };
    await expectRefusal(
      await edit(await tinyArtefact(), 'unet/config.json', { num_train_timesteps: 300 }),
      'Cannot load the model: num_train_timesteps must be the same in scheduler/scheduler_config.json and unet/config.json, received 100 and 300.',
    );
    await expectRefusal(
      await noted({ num_train_timesteps: '99' }),
      'num_train_timesteps must be the same in scheduler/scheduler_config.json and unet/model.onnx, received 100 and 99.',
    );
    await expectRefusal(
      await noted({ num_class_embeds: '10' }, { classes: 3 }),
      'num_class_embeds must be the same in unet/config.json and unet/model.onnx, received 3 and 10.',
    );
    const agreed = await noted({ num_train_timesteps: '100', num_class_embeds: '3', run: 'x' }, { classes: 3 });
    await (await loadModel(await edit(agreed, 'unet/config.json', { num_train_timesteps: 100 }), cpu)).dispose();
    // diffusers writes null if its time embedding needs no table
    await (await loadModel(await edit(agreed, 'unet/config.json', { num_train_timesteps: null }), cpu)).dispose();
  });

  test('says which timestep a network does not know that tells nothing of them', async () => {
    const folder = await tinyArtefact();
    const model = proto.onnx.ModelProto.decode(tinyOnnx());
    const { graph } = model;
    const { NodeProto, AttributeProto, TensorProto } = proto.onnx;
    // 50 rows of time, but 100 timesteps in the schedule
    graph!.initializer!.push(
      TensorProto.create({ name: 'rows', dataType: 1, dims: [50], floatData: new Array(50).fill(0) }),
    );
    const to = AttributeProto.create({ name: 'to', type: 2, i: 7 });
    graph!.node!.find(({ output }) => output![0] === 'time')!.output = ['divided'];
    graph!.node!.unshift(
      NodeProto.create({ opType: 'Cast', input: ['timestep'], output: ['index'], attribute: [to] }),
      NodeProto.create({ opType: 'Gather', input: ['rows', 'index'], output: ['time'] }),
    );
    await writeFile(join(folder, 'unet', 'model.onnx'), proto.onnx.ModelProto.encode(model).finish());
    const loaded = await loadModel(folder, cpu);
    const sampling = loaded.sample({ steps: 4, sampler: 'ddim' });
    await expect(sampling).rejects.toBeInstanceOf(InputError);
    await expect(sampling).rejects.toThrow(
      /^Cannot sample images: .*model\.onnx must run at timestep 75, received ".*idx=75/,
    );
    await loaded.dispose();
  });

  test('refuses a network of half precision', async () => {
    const folder = await tinyArtefact();
    const model = proto.onnx.ModelProto.decode(tinyOnnx());
    const { graph } = model;
    const half = 10;
    for (const port of [...graph!.input!, ...graph!.output!]) port.type!.tensorType!.elemType = half;
    for (const one of graph!.initializer!.filter(({ dataType }) => dataType === 1)) {
      Object.assign(one, { dataType: half, int32Data: [0x3c00], floatData: [] });
    }
    await writeFile(join(folder, 'unet', 'model.onnx'), proto.onnx.ModelProto.encode(model).finish());
    await expectRefusal(folder, 'must have sample as float32 [N, 1, 4, 4] with N free, received float16 [N, 1, 4, 4].');
  });

  test('knows the names of classes of model_index.json, and none of the card', async () => {
    const data = { name: 'pets', hash: 'sha256:0', count: 2, classNames: ['cat', 'dog'] };
    const card = trainedCard({ name: 'pets', data });
    const folder = await tinyArtefact({ classes: 2 }, { card });
    const namesOf = async (changes: object) => {
      const model = await loadModel(await edit(folder, 'model_index.json', changes), cpu);
      await model.dispose();
      return model.classNames;
    };
    expect(await namesOf({})).toEqual(['cat', 'dog']);
    expect(await namesOf({ id2label: { 0: 'female', 1: 'male' } })).toEqual(['female', 'male']);
    expect(await namesOf({ id2label: { 0: 'female' } })).toBeUndefined();
    await expectRefusal(
      await edit(folder, 'model_index.json', { id2label: { 0: 1 } }),
      'id2label of model_index.json must be an object with a name for each class, received {"0":1}',
    );
  });

  test.each([
    ['another input', { sampleName: 'image' }, 'must have the inputs sample, timestep .* received image, timestep'],
    ['labels that the config does not tell of', { classes: 3 }, 'received sample, timestep, class_labels'],
    ['another output', { outputName: 'noise' }, 'must have the output out_sample, received noise'],
    ['another image size', { shape: [1, 8, 8] as const }, 'must have sample as float32 \\[N, 1, 4, 4\\] with N free'],
    ['a fixed batch', { batch: 1 }, 'with N free, received float32 \\[1, 1, 4, 4\\]'],
  ])('refuses a foreign network: %s', async (_, options, message) => {
    const folder = await tinyArtefact();
    await writeFile(join(folder, 'unet', 'model.onnx'), tinyOnnx(options));
    await expectRefusal(folder, new RegExp(message));
  });

  test('refuses a network without labels when the config tells of classes', async () => {
    const folder = await edit(await tinyArtefact(), 'unet/config.json', { num_class_embeds: 3 });
    await expectRefusal(folder, /must have the inputs sample, timestep, class_labels .* received sample, timestep/);
  });

  test('needs nothing but the three files', async () => {
    const full = await tinyArtefact();
    const bare = join(await temporaryFolder(), 'bare');
    await mkdir(join(bare, 'scheduler'), { recursive: true });
    await mkdir(join(bare, 'unet'));
    for (const file of ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx']) {
      await copyFile(join(full, file), join(bare, file));
    }
    expect((await loadModel(bare, cpu)).shape).toEqual([1, 4, 4]);
  });
});
