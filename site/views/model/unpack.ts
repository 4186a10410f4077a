/** Opens a model that comes as one zip file, as Train lets one download it. */
import type { Incoming } from './arrange.ts';

/** The files in a lone zip file; else the files as they are. By its name, as weights of PyTorch are zip files too. */
export async function unpack(incoming: Incoming[]): Promise<Incoming[]> {
  const [only] = incoming;
  if (incoming.length !== 1 || !/\.zip$/i.test(only!.path)) return incoming;
  const { readZip } = await import('@onnoise/runtime-web/zip');
  return Object.entries(await readZip(only!.file)).map(([path, bytes]) => ({ path, file: new Blob([bytes]) }));
}
