import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MASK_DICE, MEASURES, SYNTHETIC_ACCURACY } from '#evaluation/measures/index.ts';
import { formatEvaluation, formatReport, writeReport } from '#evaluation/report/write.ts';
import { exampleEvaluation, exampleMeasures, exampleMemorisation, examplePictures } from '#test/evaluation.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const EVIL = '<script>alert("x")</script>';

describe('writeReport', () => {
  it('writes both files, and nothing else', async () => {
    const folder = join(temporaryFolder(), 'new', 'folder');
    const files = await writeReport(exampleEvaluation(), examplePictures(), folder);
    expect(readdirSync(folder).sort()).toEqual(['evaluation.json', 'report.html']);
    expect(JSON.parse(readFileSync(files.json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(exampleEvaluation())));
    expect(readFileSync(files.html, 'utf8')).toMatch(/^<!doctype html>/);
  });
});

describe('formatEvaluation', () => {
  it('keeps lists of numbers on one line', () => {
    expect(formatEvaluation(exampleEvaluation())).toContain('"interval": [0.926, 0.966]');
  });

  it('keeps names that look like lists', () => {
    const classes = [{ name: '[ 1, 2 ]', asked: 1, seen: 1 }];
    expect(JSON.parse(formatEvaluation(exampleEvaluation({ classes }))).classes).toEqual(classes);
  });

  it('refuses a number that is not finite, which JSON cannot hold', () => {
    const [measure] = exampleMeasures(Number.NaN).slice(1);
    expect(() => formatEvaluation(exampleEvaluation({ measures: [measure!] }))).toThrow(/value must be a number/);
  });
});

describe('formatReport', () => {
  it('says at the top what was found', async () => {
    const text = plain(await formatReport(exampleEvaluation(), examplePictures()));
    expect(text).toContain(
      '500 pictures of rings. 94.8 % show the class that was asked for (real images 98.6 %, noise 10.4 %). ' +
        'Frechet distance 18.2 (real images 9.06, noise 903). ' +
        'No copies of training images were found; 5 copies among 500 would be seen with a chance of 96.9 %.',
    );
    expect(text).toContain('Frechet distance 18.2 16.9 to 19.8 9.06 8.4 to 9.9 903');
  });

  it('says where chance alone may make the difference, and how many copies go unseen', async () => {
    const [, frechet] = exampleMeasures(18);
    const near = { ...frechet!, real: { value: 17, interval: [16, 18] as [number, number] } };
    const told = async (measure: typeof near) =>
      plain(await formatReport(exampleEvaluation({ measures: [measure] }), examplePictures()));
    expect(await told(near)).toContain('lower is better; may equal real images');
    expect(await told({ ...near, real: { value: 9, interval: [8, 10] } })).not.toContain('may equal real images');
    expect(await told(near)).toContain(
      'Copies among 500 Found Unseen none (false alarms) 0.8 % – 1 50 % 50 % 2 75 % 25 %',
    );
  });

  it('tells how each measure is computed', async () => {
    const measures = [...MEASURES, SYNTHETIC_ACCURACY].map((about) => ({ ...exampleMeasures(18)[0]!, ...about }));
    const text = plain(await formatReport(exampleEvaluation({ measures }), examplePictures()));
    for (const { name, how } of [...MEASURES, SYNTHETIC_ACCURACY]) expect(text).toContain(`${name} ${how}`);
  });

  const maskMeasure = { ...exampleMeasures(9)[0]!, ...MASK_DICE };
  const estimate = (value: number) => ({ value, interval: [value - 0.01, value + 0.01] as const });

  it('shows how well masks fit, class by class, and which network read them', async () => {
    const masks = [
      { name: 'background' },
      { name: 'bone', dice: { model: estimate(0.91), real: estimate(0.93), noise: { value: 0.2 } } },
      { name: EVIL, dice: { real: estimate(0.5) } },
    ];
    const segmenter = { name: 'segmenter of rings', hash: 'f'.repeat(64) };
    const evaluation = exampleEvaluation({ measures: [maskMeasure], masks, segmenter });
    const report = await formatReport(evaluation, examplePictures());
    const text = plain(report);
    expect(text).toContain('Dice of masks 0.948 (real images 0.986, noise 0.104).');
    expect(text).toContain('Class Pictures Real images Noise bone 0.91 0.9 to 0.92 0.93 0.92 to 0.94 0.2 ');
    expect(text).toContain(' – 0.5 0.49 to 0.51 – ');
    expect(text).toContain('the one that it was asked for');
    expect(text).toContain('segmenter of rings, SHA-256 ffff');
    expect(text).not.toContain('Area of each class');
    expect(report).not.toContain(EVIL);
    expect(JSON.parse(formatEvaluation(evaluation))).toMatchObject({ masks, segmenter });
  });

  it('shows the areas of masks that are drawn', async () => {
    const area = { model: estimate(0.012), real: { value: 0.6251 } };
    const masks = [{ name: 'background', area }];
    const text = plain(await formatReport(exampleEvaluation({ masks }), examplePictures()));
    expect(text).toContain('the one that the model drew with it');
    expect(text).toContain('Class Drawn masks Real masks background 1.2 % 0.2 % to 2.2 % 62.5 %');
  });

  it('does not round small chances away', async () => {
    for (const pValue of [0, 1e-7])
      expect(await told({ pValue })).toContain('looks as suspicious: less than one in a million. Below');
    const [first] = exampleMemorisation().tests;
    const tests = [{ ...first!, falseAlarmRate: { value: 0.0001, interval: [1e-8, 0.0004] as const } }];
    const text = await told({ pValue: 0.0002, tests });
    expect(text).toContain('looks as suspicious: 0.02 %.');
    expect(text).toContain('0.01 % less than 0.0001 % to 0.04 %');
  });

  it('needs nothing from elsewhere and holds no scripts, whatever names are in it', async () => {
    const example = exampleEvaluation();
    const report = await formatReport(
      exampleEvaluation({
        model: { ...example.model, name: EVIL },
        data: { ...example.data, name: EVIL, test: EVIL },
        features: { ...example.features, name: EVIL },
        machine: EVIL,
        classes: example.classes!.map((each) => ({ ...each, name: `${EVIL}"'&` })),
        measures: example.measures.map((each) => ({ ...each, name: EVIL })),
        memorisation: exampleMemorisation({ reason: EVIL }),
      }),
      examplePictures(),
    );
    // Within quotes it is text; a drawing's text alternative may hold it there.
    expect(report.replace(/"[^"]*"/g, '""')).not.toMatch(/<script|<iframe|<object|<link/i);
    expect(report).not.toMatch(/\son\w+=/);
    expect(report).toContain("default-src 'none'".replaceAll("'", '&#39;'));
    const addresses = [...report.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)].map(([, a, b]) => a ?? b!);
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses) expect(address.slice(0, 22)).toBe('data:image/png;base64,');
  });

  it('shows the pairs pixel for pixel', async () => {
    const pictures = examplePictures([3, 6, 5]);
    const report = await formatReport(exampleEvaluation(), pictures);
    const [, address] = /src="data:image\/png;base64,([^"]+)" alt="Picture 5"/.exec(report)!;
    const { data, info } = await sharp(Buffer.from(address!, 'base64')).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([5, 6, 3]);
    const planes = pictures.samples.pixels.subarray(5 * 90, 6 * 90);
    expect([...data]).toEqual(Array.from({ length: 90 }, (_, i) => planes[(i % 3) * 30 + Math.floor(i / 3)]));
  });

  it('calls training images by their names, and says how they are counted where they have none', async () => {
    const told = async (pictures: ReturnType<typeof examplePictures>) =>
      plain(await formatReport(exampleEvaluation(), pictures));
    const counted = await told(examplePictures());
    expect(counted).toContain(
      'Numbers of training images count all images of the data in the order of their paths, from 0',
    );
    expect(counted).toContain('Picture 0, training images 101 and 102.');
    expect(counted).toContain('The nearest lies on it mirrored and turned by 90 degrees.');
    const named = await told({ ...examplePictures(), trainingNames: { nameOf: (i) => `<b>/${i}.png` } });
    expect(named).toContain('Picture 0, training images <b>/1.png and <b>/2.png.');
    expect(named).not.toContain('Numbers of training images');
  });

  it('leaves out what was not measured', async () => {
    const report = await formatReport(
      exampleEvaluation({
        classes: undefined,
        memorisation: undefined,
        measures: exampleMeasures(9).slice(1),
      }),
      examplePictures(),
    );
    for (const word of ['Classes', 'Memorisation', 'undefined', 'NaN']) expect(report).not.toContain(word);
    expect(plain(report)).toContain('500 pictures of rings. Frechet distance 9 (');
  });

  it('has room for a hundred classes: it draws the worst, and lists all', async () => {
    const classes = Array.from({ length: 100 }, (_, i) => ({
      name: `kind ${i}`,
      asked: 0.01,
      seen: 0.01,
      right: i / 100,
    }));
    const report = await formatReport(exampleEvaluation({ classes }), examplePictures());
    expect(report).toContain('The charts show the 40 worst of 100.');
    expect(report.match(/<th scope="row">kind \d+<\/th>/g)).toHaveLength(100);
  });

  it('names the verdict where copies were found, and where it cannot tell', async () => {
    expect(await told({ verdict: 'copies found' })).toContain('Copies of training images were found.');
    expect(await told({ verdict: 'cannot tell' })).toContain(
      'It cannot be told whether pictures are copies of training images.',
    );
    const blind = [0, 5, 10].map((copies) => ({ copies, found: copies / 50 }));
    expect(await told({ sensitivity: blind })).toContain(
      '10 copies among 500 would be seen with a chance of only 20 %.',
    );
  });
});

/** The report of what a search for copies found. */
const told = async (more: Parameters<typeof exampleMemorisation>[0]) =>
  plain(await formatReport(exampleEvaluation({ memorisation: exampleMemorisation(more) }), examplePictures()));

/** The words of HTML. */
const plain = (report: string): string =>
  report
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');
