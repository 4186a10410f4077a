/**
 * Weights as pickles: files of `torch.save`. They are refused, because a pickle is a program that runs when it is read;
 * Python with diffusers turns them into safetensors, which hold numbers alone.
 */
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { shellWord } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';

const ENDINGS = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
/** diffusers' own names, with or without a variant; it reads them itself. */
const DIFFUSERS_NAME = /^diffusion_pytorch_model(\.[^.]+)?\.bin$/;

/** As pipelines call it. */
const AUTOENCODER_FOLDER = /(^|[/\\])(vae|vqvae)$/;

/** By its name, or where it is called .safetensors by its first bytes. */
export async function isPickle(path: string): Promise<boolean> {
  if (ENDINGS.test(path)) return true;
  return path.endsWith('.safetensors') && startsAsPickle(await firstBytes(path, 4));
}

/** torch.save writes a zip archive, before 2020 the pickle itself: 0x80 and the number of its protocol. */
const startsAsPickle = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) ||
  (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5 && bytes[2] !== 0);

export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(count);
    const { bytesRead } = await file.read(bytes, 0, count, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The refusal, with the command that converts the file. */
export function pickleError(from: string, path: string): InputError {
  return new InputError(
    `Cannot import ${from}: the weights must be safetensors, received ${basename(path)}, a pickle, which is a program that runs ` +
      `when it is read. If you trust it and have Python, convert it: ${convertingCommand(path)}`,
  );
}

function convertingCommand(path: string): string {
  if (DIFFUSERS_NAME.test(basename(path))) {
    // Of an autoencoder config.json names the class, which diffusers 0.33 and later look up.
    const kind = AUTOENCODER_FOLDER.test(dirname(path)) ? 'AutoModel' : 'UNet2DModel';
    const code = `import sys; from diffusers import ${kind} as U; f = sys.argv[1]; U.from_pretrained(f, use_safetensors=False).save_pretrained(f)`;
    return `python3 -c "${code}" ${shellWord(dirname(path))}`;
  }
  const code =
    "import sys, torch; from safetensors.torch import save_file; s = torch.load(sys.argv[1], map_location='cpu', weights_only=True); " +
    "save_file({k: v.contiguous() for k, v in s.get('state_dict', s).items()}, sys.argv[2])";
  const target = join(dirname(path), basename(path).replace(/\.[^.]*$/, '.safetensors'));
  return `python3 -c "${code}" ${shellWord(path)} ${shellWord(target)}`;
}
