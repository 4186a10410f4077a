import { parseDicom } from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { encodeFile } from '#base/dicom/encode.ts';
import { uidOf } from '#base/dicom/uid.ts';

describe('encodeFile', () => {
  it('writes texts, numbers, bytes and sequences as they are read', () => {
    const head = { kind: '1.2', instance: '1.2.3', implementation: '1.2.4', version: 'TEST' };
    const file = parseDicom(
      encodeFile(head, [
        [0x0008_0070, 'LO', 'Müller'],
        [0x0018_a001, 'SQ', [[[0x0008_0070, 'LO', 'odd']], [[0x0008_0070, 'LO', 'even']]]],
        [0x0028_0010, 'US', 40_000],
        [0x7fe0_0010, 'OB', Uint8Array.of(1, 2, 3)],
      ]),
    );
    expect(['x00020002', 'x00020003', 'x00020012', 'x00020013'].map((tag) => file.string(tag))).toEqual([
      '1.2',
      '1.2.3',
      '1.2.4',
      'TEST',
    ]);
    const { dataOffset, length } = file.elements.x00080070!;
    expect(Buffer.from(file.byteArray.slice(dataOffset, dataOffset + length)).toString()).toBe('Müller ');
    expect(file.elements.x0018a001!.items!.map(({ dataSet }) => dataSet!.string('x00080070'))).toEqual(['odd', 'even']);
    expect([file.uint16('x00280010'), file.elements.x7fe00010!.length]).toEqual([40_000, 4]);
  });
});

describe('uidOf', () => {
  it('is a UID of the length that is allowed, and differs wherever its parts do', () => {
    const uids = ['a', 'b', 'ab'].map((text) => uidOf(text)).concat(uidOf('a', 'b'), uidOf('', 'ab'));
    expect(new Set(uids).size).toBe(5);
    for (const uid of uids) expect(uid).toMatch(/^2\.25\.[1-9][0-9]{0,38}$/);
  });
});
