/** What is said of the files of a folder that are no images. */
import type { Walk } from '@onnoise/base/folders';

/** Extensions of pictures that sharp's prebuilt binaries do not read. */
const UNREAD = new Set(
  '.bmp .dib .ico .tga .psd .ppm .pgm .pbm .pnm .jp2 .j2k .jxl .exr .hdr .dng .cr2 .nef .arw'.split(' '),
);

/** `3 .bmp, 1 .txt`, most frequent first, at most five kinds. */
export function describeOthers(others: Map<string, number>): string {
  const kinds = [...others].sort((a, b) => b[1] - a[1]);
  const named = kinds.slice(0, 5).map(([extension, n]) => `${n} ${extension || 'without extension'}`);
  return named.join(', ') + (kinds.length > 5 ? ', ...' : '');
}

/** Sentences about pictures that do not count, which would otherwise go unnoticed. */
export function notesOnUnread({ others, own, labelMaps = [] }: Pick<Walk, 'others' | 'own' | 'labelMaps'>): string[] {
  const unread = new Map([...others].filter(([extension]) => UNREAD.has(extension)));
  const listed = (folders: readonly string[]) => folders.slice(0, 3).join(', ') + (folders.length > 3 ? ', ...' : '');
  return [
    ...(unread.size > 0 ? [`Left out: ${describeOthers(unread)}. Convert them to PNG to include them.`] : []),
    ...(own.length > 0 ? [`Left out: ${listed(own)}. A network drew those pictures.`] : []),
    ...(labelMaps.length > 0 ? [`Left out: ${listed(labelMaps)}. They are label maps, not images.`] : []),
  ];
}
