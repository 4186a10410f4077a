import { InputError } from '@onnoise/scheduler/rules';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTrainer } from '#runtime-web/trainer/create-trainer.ts';
import type { FromTrainer, ToTrainer } from '#runtime-web/trainer/protocol.ts';

const IMAGES = { name: 'none', pixels: new Uint8Array() };

/** The page's end, with what it has sent, and a way to answer. */
function connect() {
  const sent: ToTrainer[] = [];
  let hear: (event: { data: FromTrainer }) => void = () => {};
  const close = vi.fn();
  const connection = connectTrainer(
    {
      postMessage: (message) => void sent.push(message),
      addEventListener: (_, listener) => {
        hear = listener;
      },
    },
    close,
  );
  const tell = (data: FromTrainer) => hear({ data });
  const open = async () => {
    const opened = connection.open({ step: 'https://host/tab', images: IMAGES });
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    tell({ id: sent[0]!.id, done: { batch: 16 } as never });
    return opened;
  };
  return { connection, sent, tell, close, open };
}

describe('connectTrainer', () => {
  let page: ReturnType<typeof connect>;
  beforeEach(() => {
    page = connect();
  });

  it('asks for what is given, with the usual pictures every five seconds', async () => {
    const { info } = await page.open();
    expect(info).toEqual({ batch: 16 });
    expect(page.sent[0]).toMatchObject({
      question: 'open',
      ask: {
        source: { kind: 'step', step: 'https://host/tab', images: IMAGES },
        device: 'auto',
        sampleEvery: 5,
        samples: { count: 8, steps: 10 },
      },
    });
  });

  it('gives each answer to its question, whatever their order', async () => {
    const trainer = await page.open();
    const [running, sampled] = [trainer.run(3), trainer.sample({ count: 1 })];
    const [, run, sample] = page.sent;
    expect([run, sample]).toMatchObject([{ ask: { steps: 3 } }, { ask: { count: 1 } }]);
    page.tell({ id: sample!.id, done: Float32Array.of(0.5) });
    page.tell({ id: run!.id, failed: { name: 'InputError', message: 'Cannot go on.' } });
    expect(await sampled).toEqual(Float32Array.of(0.5));
    await expect(running).rejects.toThrow(new InputError('Cannot go on.'));
  });

  it('tells listeners of their kind of event, until they are taken away', async () => {
    const trainer = await page.open();
    const heard: string[] = [];
    const end = trainer.on('note', ({ text }) => heard.push(text));
    trainer.on('kept', ({ step }) => heard.push(`kept ${step}`));
    page.tell({ event: { kind: 'note', text: 'first' } });
    end();
    page.tell({ event: { kind: 'note', text: 'second' } });
    page.tell({ event: { kind: 'kept', step: 4 } });
    expect(heard).toEqual(['first', 'kept 4']);
  });

  it('fails what is under way, and everything after, when it is disposed of', async () => {
    const trainer = await page.open();
    const running = trainer.run();
    trainer.dispose();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await expect(trainer.folder()).rejects.toMatchObject({ name: 'AbortError' });
    expect(page.close).toHaveBeenCalledOnce();
  });

  it('fails in a sentence when the worker breaks down, and for a step without images', async () => {
    await expect(page.connection.open({ step: 'https://host/tab' })).rejects.toThrow(
      'Cannot train: images must be given with a step, received none.',
    );
    const trainer = await page.open();
    const running = trainer.run();
    page.connection.fail('out of memory');
    await expect(running).rejects.toThrow(
      'Cannot train: the worker of the page must run, received "out of memory". Load the page again.',
    );
  });
});
