/** onnxruntime's error messages, for people. */

/**
 * The first line of an error, without a full stop and without the prefixes of onnxruntime: the file, which callers
 * name, and the place in its source, `/onnxruntime_src/.../model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&,
 * ...) `.
 */
export function onnxReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.trim().split('\n')[0] ?? '';
  return withoutSignature(line.replace(/^Load model from .*? failed:/, ''))
    .replace(/^\S* .*?was false\. /, '')
    .replace(/\.$/, '');
}

function withoutSignature(line: string): string {
  const place = /^(?:\[[^\]]*\] : \d+ : \w+ : )?\S+\.(?:cc|cpp|cu|h):\d+ /.exec(line)?.[0];
  if (place === undefined) return line;
  let at = line.indexOf('(', place.length);
  while (line[at] === '(') {
    for (let depth = 0; at < line.length; at++) {
      if (line[at] === '(') depth++;
      if (line[at] === ')' && --depth === 0) break;
    }
    at++;
  }
  const message = line.slice(at).replace(/^( const)?( \[with .*?\])? /, '');
  return at > 0 && message.trim() !== '' ? message : line;
}
