import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import proto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { type DeviceReport, loadModel } from '#runtime-node/index.ts';
import { InputError } from '#scheduler/rules/index.ts';
import { temporaryFolder, tinyArtefact, tinyOnnx } from '#test/models/tiny-onnx.ts';
import { LACKS_PERMISSIONS, withoutPermission } from '#test/permissions.ts';
import { skipBecause } from '#test/skip.ts';

const cpu = { device: 'cpu' as const };

async function expectRefusal(folder: string, message: string | RegExp): Promise<void> {
  const loading = loadModel(folder, cpu);
  await expect(loading).rejects.toThrow(message);
  await expect(loading).rejects.toBeInstanceOf(InputError);
}

describe('loadModel', () => {
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

  test('refuses what is no ONNX at all', async () => {
    const folder = await tinyArtefact();
    await writeFile(join(folder, 'unet', 'model.onnx'), 'not a network');
    await expectRefusal(
      folder,
      /model\.onnx must be an ONNX file that onnxruntime can run on cpu, received "Protobuf parsing failed"\.$/,
    );
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
});
