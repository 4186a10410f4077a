/** Single pictures of `pipeline sample` in DICOM before pydicom, highdicom, dciodvfy and Orthanc: scripts/medical/judge.py asks them. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksOrthanc, type Orthanc, startOrthanc } from '#test/pictures/orthanc.ts';
import { done, runCli } from '#test/run-cli.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const COUNT = 20;
const root = temporaryFolder();
let folders = 0;
const JUDGE = join(import.meta.dirname, '..', '..', '..', 'scripts', 'medical', 'judge.py');
const GRAY = [1, 24, 16] as const;

/** Bits and options; the model draws 16 x 24 pixels of 0.7 mm with Hounsfield units from -160 to 240, or in colour. */
type Case = [depth: '8' | '16', shape: readonly [number, number, number], args: readonly string[], says: string];

const CASES: readonly Case[] = [
  ['8', GRAY, [], 'OT, Secondary Capture Image Storage, 16x24x1, 8 of 8 bits, spacing 0.7 0.7'],
  ['16', GRAY, [], 'OT, Secondary Capture Image Storage, 16x24x1, 16 of 16 bits, spacing 0.7 0.7'],
  ['8', [3, 24, 16], [], 'OT, Secondary Capture Image Storage, 16x24x3, 8 of 8 bits, spacing 0.7 0.7'],
  ['8', GRAY, ['CR'], 'CR, Computed Radiography Image Storage, 16x24x1, 8 of 8 bits, spacing 0.7 0.7'],
  ['16', GRAY, ['CR', 'HAND'], 'CR, Computed Radiography Image Storage, 16x24x1, 16 of 16 bits, spacing 0.7 0.7'],
  ['8', GRAY, ['DX'], 'DX, Secondary Capture Image Storage, 16x24x1, 8 of 8 bits, spacing 0.7 0.7'],
  ['8', GRAY, ['CT'], 'CT, CT Image Storage, 16x24x1, 12 of 16 bits, spacing 0.7 0.7'],
  ['16', GRAY, ['CT', 'CHEST'], 'CT, CT Image Storage, 16x24x1, 16 of 16 bits, spacing 0.7 0.7'],
  ['8', GRAY, ['MR'], 'MR, MR Image Storage, 16x24x1, 12 of 16 bits, spacing 0.7 0.7'],
  ['16', GRAY, ['MR', 'HEAD'], 'MR, MR Image Storage, 16x24x1, 16 of 16 bits, spacing 0.7 0.7'],
];

interface Judgement {
  files: number;
  says: Record<string, number>;
  uids: Record<string, number>;
  wrong: Record<string, string[]>;
  dciodvfy: Record<string, Record<string, number>>;
  server?: { taken: number; refused: number; instances: number; series: number };
}

async function judge([depth, shape, [modality, part]]: Case, ...judges: string[]): Promise<Judgement> {
  const model = await tinyArtefact({ shape });
  const path = join(model, 'training.json');
  const training = JSON.parse(readFileSync(path, 'utf8'));
  Object.assign(training.data, { pixelSpacing: 0.7, levels: { black: -160, white: 240, unit: 'HU' } });
  writeFileSync(path, JSON.stringify(training));
  const out = join(root, String(folders++));
  const sample = async (kind: string, ...args: string[]) => {
    const given = ['--model', model, '--count', String(COUNT), '--steps', '2', '--device', 'cpu', ...args];
    const places = ['--out', join(out, `${kind}.npy`), '--singles', join(out, kind)];
    await done(runCli('sample', ...given, ...places));
  };
  const bits = depth === '16' ? ['--depth', '16'] : [];
  await sample('png', ...bits);
  const words = [...(modality ? ['--modality', modality] : []), ...(part ? ['--body-part', part] : [])];
  await sample('dicom', ...bits, '--format', 'dicom', ...words);
  return askPython([JUDGE, join(out, 'dicom'), join(out, 'png'), ...judges]) as Judgement;
}

const isSlice = ([modality]: readonly string[]) => modality === 'CT' || modality === 'MR';

describe('pydicom', skipBecause(lacksPython('pydicom, PIL')), () => {
  it.each(CASES)('reads the PNG files in %s bits of %j with %j', async (...one) => {
    const { files, says, uids, wrong } = await judge(one);
    expect({ files, wrong }).toEqual({ files: COUNT, wrong: {} });
    const [, , args, said] = one;
    expect(says).toMatchObject({ [said]: COUNT, ...(args[0] === 'CT' && { 'rescale to HU': COUNT }) });
    const each = isSlice(args) ? { series: COUNT, frame: COUNT } : { series: 1 };
    expect(uids).toEqual({ instance: COUNT, study: 1, ...each });
  });
});

const lacksDciodvfy = () =>
  spawnSync('dciodvfy', ['-version']).error ? 'dciodvfy is not installed: apt-get install dicom3tools' : undefined;

describe('dciodvfy', skipBecause(lacksDciodvfy() ?? lacksPython('pydicom, PIL')), () => {
  it.each(CASES)('finds no error in files in %s bits of %j with %j', async (...one) => {
    const { dciodvfy } = await judge(one, '--dciodvfy', 'dciodvfy');
    const lines = Object.keys(dciodvfy.dciodvfy!);
    expect(lines.filter((line) => !line.startsWith('Warning'))).toEqual([]);
    const warned = lines.map((line) => /<\/(\w+)\(/.exec(line)?.[1]);
    const unpaired = ['CHEST', 'HEAD'].includes(one[2][1] ?? '');
    expect(warned.sort()).toEqual([...(unpaired ? [] : ['Laterality']), 'StudyDate', 'StudyTime']); // nobody knows them
  });
});

describe('Orthanc', skipBecause(lacksOrthanc() ?? lacksPython('pydicom, PIL')), () => {
  let orthanc: Orthanc;
  beforeAll(async () => {
    orthanc = await startOrthanc(join(root, 'orthanc'));
  });
  afterAll(() => orthanc.stop());

  it.each(CASES)('takes files in %s bits of %j with %j by STOW-RS', async (...one) => {
    const { server } = await judge(one, '--server', orthanc.url, '--user', `${orthanc.user}:${orthanc.password}`);
    const series = isSlice(one[2]) ? COUNT : 1;
    expect(server).toEqual({ taken: COUNT, refused: 0, instances: COUNT, series });
  });
});
