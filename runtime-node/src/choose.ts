/**
 * The choice of a device for one model, and why.
 *
 * `auto`, in this order:
 * 1. `cuda`, if there is an NVIDIA GPU, its files are installed and it answers;
 * 2. `webgpu`, if the system knows of a GPU and a call of this model is faster there than on the CPU (one call each,
 *    after one to warm up): software renderers and networks too small for a GPU lose here;
 * 3. `cpu`.
 */
import { onnxReason } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import {
  type Device,
  type DeviceChoice,
  inspectDevice,
  lacksGpu,
  lacksNvidia,
  type Machine,
  thisMachine,
} from './devices.ts';

export interface DeviceReport {
  device: Device;
  /** Why this one, a phrase: `asked for`, or why not the others. */
  reason: string;
}

/** A model opened on a device. `time` runs it once and gives milliseconds. */
export interface Opened<T> {
  value: T;
  time: () => Promise<number>;
  close: () => Promise<void>;
}

/**
 * Opens a model on the requested device, or on the best one.
 * @param open opens the model on a device. Its errors are passed on for `cpu` and for a requested device.
 * @throws InputError for a device that is not available, with the reason and what would enable it.
 */
export async function openOnDevice<T>(
  choice: DeviceChoice,
  open: (device: Device) => Promise<Opened<T>>,
  machine: Machine = thisMachine,
): Promise<{ value: T; report: DeviceReport }> {
  if (choice !== 'auto') return openAsked(choice, open, machine);

  const reasons: string[] = [];
  const lackCuda = lacksNvidia(machine);
  const cuda = lackCuda === undefined ? await inspectDevice('cuda', machine) : { available: false, reason: lackCuda };
  if (cuda.available) {
    try {
      const { value } = await open('cuda');
      return { value, report: { device: 'cuda', reason: `auto: ${cuda.reason}` } };
    } catch (error) {
      reasons.push(`cuda could not run this model (${onnxReason(error)})`);
    }
  } else {
    reasons.push(`no cuda: ${cuda.reason}`);
  }

  const cpu = await open('cpu');
  const keep = (opened: Opened<T>, device: Device) => ({
    value: opened.value,
    report: { device, reason: `auto: ${reasons.join('; ')}` },
  });
  const lack = lacksGpu(machine);
  if (lack !== undefined) {
    reasons.push(`no webgpu: ${lack}`);
    return keep(cpu, 'cpu');
  }
  const webgpu = await inspectDevice('webgpu', machine);
  if (!webgpu.available) {
    reasons.push(`no webgpu: ${webgpu.reason}`);
    return keep(cpu, 'cpu');
  }
  try {
    const gpu = await open('webgpu');
    const [onCpu, onGpu] = [await timeWarm(cpu), await timeWarm(gpu)];
    reasons.push(`a call takes ${onGpu.toFixed(1)} ms on webgpu, ${onCpu.toFixed(1)} ms on cpu`);
    const [best, other] = onGpu < onCpu ? [gpu, cpu] : [cpu, gpu];
    await other.close();
    return keep(best, best === gpu ? 'webgpu' : 'cpu');
  } catch (error) {
    reasons.push(`webgpu could not run this model (${onnxReason(error)})`);
    return keep(cpu, 'cpu');
  }
}

async function openAsked<T>(device: Device, open: (device: Device) => Promise<Opened<T>>, machine: Machine) {
  if (device !== 'cpu') {
    const { available, reason, enable } = await inspectDevice(device, machine);
    if (!available) {
      throw new InputError(
        `Cannot use device ${device}: ${reason}.${enable === undefined ? '' : ` To enable it: ${enable}`}`,
      );
    }
  }
  const { value } = await open(device);
  return { value, report: { device, reason: 'asked for' } };
}

async function timeWarm<T>(opened: Opened<T>): Promise<number> {
  await opened.time();
  return opened.time();
}
