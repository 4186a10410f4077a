import { describe, expect, it } from 'vitest';
import { answersOf, mostRight } from '#evaluation/privacy/answers.ts';
import { formatPrivacyPage } from '#evaluation/privacy/index.ts';
import { reportText } from '#evaluation/privacy/text.ts';
import { exampleCopies, examplePrivacyReport, examplePromise } from '#test/evaluate/privacy-report.ts';

const PROMISE = examplePromise();

describe('the answers of a privacy report', () => {
  it('say in cases of 100 what attacks find, and how many images stand out', () => {
    const [membership, copies, promise] = answersOf(examplePrivacyReport());
    expect([membership!.answer, copies!.answer, promise!.answer]).toEqual(['Yes', 'None were found', 'No']);
    const words = membership!.words.join(' ');
    expect(words).toContain(
      'the best of 13 attacks picks the right one in 70 of 100 cases (67 to 73, counting all that were tried); 50 is guessing.',
    );
    expect(words).toContain('If it may be wrong about 1 in 100 other images, it names 10 of 100 training images.');
    expect(words).toContain('31 of 900 training images stand out.');
    expect(copies!.words.join(' ')).toContain('up to 1 picture in 167 (with 95 % confidence)');
  });

  it('do not round an attack that is nearly always right to always, and leave the figures out of the reason', () => {
    const { attacks, strongest } = examplePrivacyReport();
    const auc = { value: 0.9992, interval: [0.998, 1] as const, joint: [0.99, 1] as const };
    const sure = examplePrivacyReport({ attacks: attacks.with(strongest, { ...attacks[strongest]!, auc }) });
    expect(answersOf(sure)[0]!.words.join(' ')).toContain('in 99.9 of 100 cases (99 to 100, counting');
    const reason = 'There are too few images, 40 held out. No sign was found: the strongest has an AUC of 0.5.';
    const [membership] = answersOf(examplePrivacyReport({ verdict: 'cannot tell', reason }));
    expect(membership!.words.slice(0, 2)).toEqual(['There are too few images, 40 held out.', 'No sign was found.']);
  });

  it('never take what was not looked for as passed', () => {
    const [, copies] = answersOf(examplePrivacyReport({ copies: null }));
    expect(copies).toMatchObject({ answer: 'Not looked for', tone: 'unclear' });
    const found = exampleCopies({ verdict: 'copies found', tests: [{ space: 'pixels', flagged: 12, expected: 0.5 }] });
    expect(answersOf(examplePrivacyReport({ copies: found }))[1]).toMatchObject({ answer: 'Yes', tone: 'bad' });
  });

  it('call a promise of a large epsilon little', () => {
    const answer = (epsilon: number) =>
      answersOf(examplePrivacyReport({ differentialPrivacy: { ...PROMISE, epsilon } }))[2]!;
    expect(answer(7.98)).toMatchObject({ answer: 'Yes, but little', tone: 'unclear' });
    expect(answer(1)).toMatchObject({ answer: 'Yes, within limits', tone: 'good' });
    expect(answer(1).words.join(' ')).toContain('all images of one person or group: epsilon 1, delta 0.00001');
    expect(answer(1).words.join(' ')).toContain('What the weights that it started from tell is not covered.');
  });
});

// ln 3 at delta 0: three of four, as randomised response answers (Warner 1965).
it.each([
  [0, 0, '50'],
  [Math.log(3), 0, '75'],
  [8, 1e-5, '99.97'],
  [0, 0.1, '55'],
])('with epsilon %f and delta %f a guess is right in at most so many of 100 cases', (epsilon, delta, most) => {
  expect(mostRight(epsilon, delta)).toBe(most);
});

/** Options stay whole by elements of their own. */
const pageOf = (more: Parameters<typeof examplePrivacyReport>[0]) =>
  formatPrivacyPage(examplePrivacyReport(more)).replaceAll(/<\/?span>/g, '');

describe('the page', () => {
  const page = pageOf({ copies: exampleCopies(), differentialPrivacy: PROMISE });

  it('has what it takes to do it again: settings, hashes and a command without folders of this machine', () => {
    for (const digit of [1, 2, 3, 4]) expect(page).toContain(String(digit).repeat(64));
    expect(page).toContain(
      'npx pipeline audit --model &#60;knees&#62; --data &#60;knees-2019&#62; --test-data &#60;knees-2020&#62; --attacks loss,secmi,pia --timesteps 50,100,200 --draws 4 --seed 0 --shadows 8 --steps 4000',
    );
    const settings = {
      ...examplePrivacyReport().settings,
      count: 50,
      split: { validationShare: 0.2, seed: 3, groupColumn: 'patient' },
    };
    const split = pageOf({ settings });
    expect(split).toContain('--validation-share 0.2 --split-seed 3 --group-column patient --attacks');
    expect(split).toContain('--seed 0 --count 50');
    // As it was typed, and the split once.
    const images = ['--data <knees>', '--csv <knees.csv>', '--split-seed 3', '--other-images'];
    const typed = pageOf({ settings: { ...settings, images } });
    expect(typed).toContain(
      '--data &#60;knees&#62; --csv &#60;knees.csv&#62; --other-images --validation-share 0.2 --split-seed 3 --group-column',
    );
    expect(page).toContain('npx pipeline evaluate --model &#60;knees&#62; --data &#60;knees-2019&#62;');
    expect(page).toContain(
      'suspiciously near to a training image are 1 in pixels (0.55 by chance) and 0 in features (0.55).',
    );
  });

  it('has one row for each kind of attack, the strongest among them, and each limit', () => {
    expect(page.match(/<th scope="row">/g)).toHaveLength(7);
    expect(page).toContain('LiRA on all errors (the strongest)');
    const { limits } = examplePrivacyReport();
    for (const limit of limits) expect(page).toContain(limit.slice(0, 40));
  });

  it('shows names as text', () => {
    const { model, data } = examplePrivacyReport();
    const evil = formatPrivacyPage(
      examplePrivacyReport({ model: { ...model, name: '<script>x' }, data: { ...data, name: '"><img src=x>' } }),
    );
    expect(evil).not.toMatch(/<script>|<img/);
  });

  it('says the same as the text', () => {
    const text = reportText(examplePrivacyReport({ copies: null, differentialPrivacy: PROMISE }));
    expect(text).toContain('\nAgain: npx pipeline audit --model <knees> --data <knees-2019> --test-data <knees-2020> ');
    expect(text).toContain('\nCopies: not looked for\nDifferential privacy: epsilon 7.98, delta 0.00001, unit group\n');
  });
});
