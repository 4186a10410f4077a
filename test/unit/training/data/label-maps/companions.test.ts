import { describe, expect, it } from 'vitest';
import { companionFinder, MASK_ENDINGS, matchCompanions } from '#training/data/label-maps/companions.ts';

const masks = { endings: MASK_ENDINGS, action: 'read label maps', noun: 'label maps' };

describe('companions of images', () => {
  it('have the name of their image with any extension, in the same sub-folder', () => {
    const { paths, unmatched } = matchCompanions(
      ['a/1.png', 'b/1.png', 'scan.nii.gz', '1.2.840.7', 'c.v2.jpg', 'alone.png'],
      ['a/1.tif', 'b/1.PNG', 'scan.nii', '1.2.840.7.png', 'c.v2.png', 'a/alone.png'],
    );
    expect(paths).toEqual(['a/1.tif', 'b/1.PNG', 'scan.nii', '1.2.840.7.png', 'c.v2.png', undefined]);
    expect(unmatched).toEqual({ images: ['alone.png'], companions: ['a/alone.png'] });
  });

  it('may have an ending behind that name', () => {
    const names = MASK_ENDINGS.map((_, i) => `${i}.jpg`);
    const found = MASK_ENDINGS.map((ending, i) => `${i}${ending}.png`);
    expect(matchCompanions(names, found, masks).paths).toEqual(found);
    expect(matchCompanions(names, found).paths).toEqual(names.map(() => undefined));
    expect(matchCompanions(['scan.nii.gz'], ['scan_seg.nii.gz'], masks).paths).toEqual(['scan_seg.nii.gz']);
  });

  it('belong to the image that is named exactly like them', () => {
    const images = ['x.png', 'x_mask.png'];
    expect(matchCompanions(images, ['x.png', 'x_mask.png'], masks).paths).toEqual(['x.png', 'x_mask.png']);
    expect(matchCompanions(images, ['x_mask.png'], masks)).toEqual({
      paths: [undefined, 'x_mask.png'],
      unmatched: { images: ['x.png'], companions: [] },
    });
  });

  it('lie without the folders that all images share, where none has a whole path', () => {
    expect(matchCompanions(['images/1.png', 'images/2.png'], ['1.png', '3.png'])).toEqual({
      paths: ['1.png', undefined],
      unmatched: { images: ['images/2.png'], companions: ['3.png'] },
    });
    expect(matchCompanions(['images/a/1.png'], ['a/1.png', '1.png']).paths).toEqual(['a/1.png']);
    expect(matchCompanions(['images/a/1.png'], ['1.png']).paths).toEqual(['1.png']);
    expect(matchCompanions(['x/1.png', 'x/2.png'], ['x/1.png', '2.png']).paths).toEqual(['x/1.png', undefined]);
    expect(matchCompanions(['x/1.png', 'y/1.png'], ['1.png']).paths).toEqual([undefined, undefined]);
    expect(matchCompanions([], ['1.png']).paths).toEqual([]);
  });

  it('are found whichever way their letters are composed', () => {
    expect(matchCompanions(['Ko\u0308ln.jpg'], ['K\u00f6ln.png']).paths).toEqual(['K\u00f6ln.png']);
  });

  it('are refused where two fit one image, or one fits two', () => {
    expect(() => matchCompanions(['a/x.jpg'], ['a/x.png', 'a/x-seg.tif'], masks)).toThrow(
      'Cannot read label maps: label maps must be one for each image, received a/x.png and a/x-seg.tif for a/x.jpg.',
    );
    expect(() => companionFinder(['x.png', 'x.tif'])('x.jpg')).toThrow(
      'Cannot read companions: companions must be one for each image, received x.png and x.tif for x.jpg.',
    );
    expect(() => matchCompanions(['x.jpg', 'x.png'], ['x.png'], masks)).toThrow(
      'Cannot read label maps: label maps must each belong to one image, received x.png for x.jpg and x.png.',
    );
  });
});
