import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, test } from 'vitest';
import { diskFailure, diskReason, requireSpace, withDiskErrors } from '#base/files/disk-errors.ts';
import { Failure } from '#base/files/failure.ts';

const refusal = (code: string) => Object.assign(new Error(`${code}: some words`), { code, syscall: 'open' });

describe('diskFailure', () => {
  test.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EIO', 'the disk reports an error'],
    ['EMFILE', 'too many files are open'],
  ])('tells %s as a failure of the machine, with advice', (code, reason) => {
    const error = diskFailure(refusal(code), 'write x', 'free some space');
    expect(error).toBeInstanceOf(Failure);
    expect((error as Error).message).toBe(`Cannot write x: ${reason}; free some space.`);
  });

  test.each([
    ['EROFS', 'the file system is read-only'],
    ['EACCES', 'permission is denied'],
    ['EPERM', 'permission is denied'],
    ['ENAMETOOLONG', 'the name is too long'],
    ['ENOTDIR', 'a part of the path is a file'],
    ['ELOOP', 'its links lead in a circle'],
    ['EISDIR', 'it is a folder'],
  ])('tells %s as a path to mend, without advice for the machine', (code, reason) => {
    const error = diskFailure(refusal(code), 'write x', 'free some space');
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe(`Cannot write x: ${reason}.`);
  });

  test('leaves every other error as it is', async () => {
    const ofNetwork = Object.assign(refusal('EACCES'), { syscall: 'connect' });
    const others = [new Error('a bug'), refusal('ETIMEDOUT'), refusal('toString'), ofNetwork, 'text', undefined];
    for (const error of others) {
      expect(diskFailure(error, 'write x')).toBe(error);
      expect(diskReason(error)).toBeUndefined();
    }
    const mistake = new InputError('Cannot do it.');
    await expect(withDiskErrors('write x', () => Promise.reject(mistake))).rejects.toBe(mistake);
    expect(await withDiskErrors('write x', () => 7)).toBe(7);
  });
});

describe('requireSpace', () => {
  test('passes what fits and tells both numbers of what does not, below folders that are not there yet', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnoise-space-'));
    const below = join(folder, 'not', 'there');
    await requireSpace(below, 1, 'write x');
    await expect(requireSpace(below, 2 ** 60, 'write x')).rejects.toThrow(
      /^Cannot write x: the disk must have 1048576 TiB free, but it has [\d.]+ \w+\. Free some space/,
    );
    await expect(requireSpace(below, 2 ** 60, 'write x')).rejects.toBeInstanceOf(Failure);
    await rmdir(folder);
  });

  test.runIf(process.platform === 'linux')('passes a file system that has no size', async () => {
    await requireSpace('/proc/self', 2 ** 60, 'write x');
  });
});
