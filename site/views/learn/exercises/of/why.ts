/** Exercises on why diffusion: what steps buy, and what they cost. */
import { chosen, exercise, faultOf, nothing, say } from '../rules/exercise.ts';

const percent = (share: number) => `${Math.round(100 * share)} %`;

export const why = [
  exercise(
    {
      chapter: 'why',
      title: 'As few steps as will do',
      own: nothing,
      figure: '.learn-why',
      task: () => 'Choose the fewest steps with which the model reaches as much of the data as other real digits do.',
      read: ({ wishes }) => (wishes ? [wishes.steps, wishes.recall, wishes.real] : 'Choose a number of steps first.'),
      shown: ([steps = 0, recall = 0]) => `${steps} steps, ${percent(recall)} of the data`,
      check: ([steps = 0, recall = 0, real = 1]) => {
        if (recall < real) {
          return `With ${steps} steps ${percent(recall)} is reached, and real digits reach ${percent(real)}. ${steps < 15 ? 'More steps reach more.' : 'Fewer steps reached more here: the measure has its noise.'}`;
        }
        return steps > 15
          ? `${steps} steps reach it, but fewer do, too. Each step is a call of the network.`
          : undefined;
      },
      hint: () => 'Read the bar “All of the data”: its share, and in brackets that of real digits.',
      solution: () =>
        '15 steps: 93 %, where other real digits reach 90 %. With 5 steps it is 71 %. With 50 and 250 it is 85 % and 90 %, so more steps cost time and gain nothing that 100 pictures could show.',
    },
    3,
  ),
  exercise(
    {
      chapter: 'why',
      title: 'What steps cost on your device',
      own: (draw) => ({ many: draw.pick([15, 50]) }),
      figure: '.learn-live',
      start: () => ['wishes', { steps: 5 }],
      task: ({ many }) =>
        `Make the six pictures with 5 steps, then with ${many}. How many times as long did ${many} steps take as 5? Work it out from the two times that the page shows, to within 5 %.`,
      fields: ['Times as long'],
      read: ({ live }) =>
        live?.times[5] && (live.times[15] || live.times[50])
          ? [live.times[5], live.times[15] ?? 0, live.times[50] ?? 0]
          : 'Make pictures with both numbers of steps first: your answer is checked against your own times.',
      shown: ([few = 0, some = 0, many = 0]) =>
        [`5 steps ${say(few, 0)} ms`, some && `15 steps ${say(some, 0)} ms`, many && `50 steps ${say(many, 0)} ms`]
          .filter(Boolean)
          .join(', '),
      check: ([times = 0, few = 1, some = 0, most = 0], { many }) => {
        const long = many === 15 ? some : most;
        if (long === 0) return `Make the pictures with ${many} steps as well.`;
        const right = long / few;
        return faultOf(times, {
          right,
          tolerance: 0.05 * right,
          slips: [
            [few / long, 'That is the other way round: divide the longer time by the shorter.'],
            [long - few, 'That is the difference. How many times as long?'],
            [many / 5, 'That is what the calls alone would say. Divide the two times that you measured.'],
          ],
        });
      },
      hint: () => 'Divide one time by the other. Mind the units: one may be in seconds, the other in milliseconds.',
      solution: ({ many }) =>
        `About ${many / 5}, because each step is one call of the network and a call takes as long at any t. The first run may be slower, since the network has to be loaded: run it twice.`,
    },
    3,
  ),
  exercise({
    chapter: 'why',
    title: 'The wish that a GAN gives up',
    own: nothing,
    figure: '.learn-families',
    task: () => 'Watch the four families. Which wish does the GAN pay with?',
    options: [
      'Good pictures: its points lie beside the clusters',
      'All of the data: it leaves out some of the eight kinds',
      'Fast sampling: it needs many calls for a point',
    ],
    check: chosen([
      'Its points are sharp: nearly all lie within a cluster. Look at how many clusters have points at all.',
      undefined,
      'It needs one call for a point, the fewest there can be. Look at how many clusters have points at all.',
    ]),
    hint: () => 'Count the clusters that have points, and the calls.',
    solution: () =>
      'All of the data. The generator goes where its critic lets it through, so it chases from kind to kind and leaves others out: mode collapse. Its points are sharp and come in one call.',
  }),
];
