/** beta, alphaBar and SNR of both schedules over t. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { alphaBar, beta, Formula, snrOfT } from '../../../components/math.tsx';
import { readable } from '../state/numbers.ts';
import { KIND_WORDS, KINDS, times, valuesAt } from '../state/schedules.ts';
import { moveTo, schedules, t } from '../state/state.ts';
import { scheduleOptions } from './options.ts';
import { Plot } from './plot.tsx';

type Quantity = 'beta' | 'alphaBar' | 'snr';

interface PlotKind {
  quantity: Quantity;
  symbol: JSX.Element;
  words: string;
  spoken: string;
  log: boolean;
  top?: number;
}

const PLOTS: readonly PlotKind[] = [
  {
    quantity: 'beta',
    symbol: beta,
    words: 'noise that one step adds',
    spoken: 'beta',
    log: true,
  },
  {
    quantity: 'alphaBar',
    symbol: alphaBar,
    words: 'what is left of the picture',
    spoken: 'alpha bar',
    log: false,
    top: 1,
  },
  {
    quantity: 'snr',
    symbol: snrOfT,
    words: 'picture against noise',
    spoken: 'signal to noise',
    log: true,
  },
];

export function SchedulePlots(): JSX.Element {
  return (
    <div class="forward-plots grid gap-24">
      {PLOTS.map((plot) => (
        <SchedulePlotFigure key={plot.quantity} {...plot} />
      ))}
    </div>
  );
}

function SchedulePlotFigure({ quantity, symbol, words, spoken, log, top }: PlotKind): JSX.Element {
  const pair = schedules.value;
  const now = t.value;
  const data = useMemo(
    () =>
      [times(pair.linear.T), pair.linear[quantity], pair.cosine[quantity]] as [
        Float64Array,
        Float64Array,
        Float64Array,
      ],
    [pair, quantity],
  );
  const values = KINDS.map((kind) => [kind, readable(valuesAt(pair[kind], now)[quantity])] as const);
  const said = values.map(([kind, value]) => `${KIND_WORDS[kind]} ${value}`).join(', ');
  return (
    <figure class="grid slim gap-8">
      <figcaption class="forward-figure-head">
        <h3 class="forward-figure-title">
          <Formula>{symbol}</Formula> <span>{log ? `${words} (log)` : words}</span>
        </h3>
        <dl class="forward-legend">
          {values.map(([kind, value]) => (
            <div key={kind} class={`forward-${kind}`}>
              <dt>{KIND_WORDS[kind]}</dt>
              <dd class="number">{value}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <Plot
        label={`Plot of ${spoken} over t from 1 to ${pair.linear.T}. At t = ${now}: ${said}.`}
        data={data}
        options={(paint) => scheduleOptions(paint, { log, ...(top && { top }), time: () => t.peek() })}
        mark={now}
        onPick={moveTo}
      />
    </figure>
  );
}
