/** What `pipeline --version` prints. */
import { installedVersion } from '../install/installed-version.ts';

/** The version of Onnoise; with `verbose` also those of onnxruntime and Node. */
export function versionText(verbose: boolean): string {
  const own = installedVersion('@onnoise/pipeline') ?? 'unknown';
  if (!verbose) return own;
  const onnxruntime = installedVersion('onnxruntime-node') ?? 'not installed';
  return [`onnoise ${own}`, `onnxruntime-node ${onnxruntime}`, `node ${process.versions.node}`].join('\n');
}
