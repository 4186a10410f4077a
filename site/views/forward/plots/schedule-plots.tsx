/** beta, alphaBar and SNR of both schedules over t. */
import type { ComponentProps, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Chart, Grid, roundTicks } from '../../../components/chart.tsx';
import { useInTurn } from '../../../components/later.tsx';
import { alphaBar, beta, Formula, snrOfT } from '../../../components/math.tsx';
import { useBox } from '../../../components/use-box.ts';
import { powerOfTen, readable } from '../state/numbers.ts';
import { evenTimes, KINDS, valuesAt } from '../state/schedules.ts';
import { moveTo, schedules, t } from '../state/state.ts';

type Quantity = 'beta' | 'alphaBar' | 'snr';

interface PlotKind {
  quantity: Quantity;
  symbol: JSX.Element;
  words: string;
  spoken: string;
  log: boolean;
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
  },
  {
    quantity: 'snr',
    symbol: snrOfT,
    words: 'picture against noise',
    spoken: 'signal to noise',
    log: true,
  },
];

export function SchedulePlots() {
  return (
    <div class="forward-plots grid gap-24">
      {PLOTS.map((plot) => (
        <SchedulePlotFigure key={plot.quantity} {...plot} />
      ))}
    </div>
  );
}

/** As wide as its place, and of one height: its text has one size. */
export function Plot(props: Omit<ComponentProps<typeof Chart>, 'size' | 'sides'>) {
  const { ref, width } = useBox();
  const due = useInTurn(true);
  return (
    <div class="forward-plot slim" ref={ref}>
      {due && width > 0 && <Chart {...props} size={[width, 200]} sides={[10, 18, 28, 48]} />}
    </div>
  );
}

/** Times that a curve goes through, at most. */
const POINTS = 250;

function SchedulePlotFigure({ quantity, symbol, words, spoken, log }: PlotKind) {
  const pair = schedules.value;
  const now = t.value;
  const { T } = pair.linear;
  const curves = useMemo(() => {
    const places = evenTimes(T - 1, Math.min(T, POINTS));
    return KINDS.map((kind) => places.map((i) => [i + 1, pair[kind][quantity][i]!] as const));
  }, [pair, quantity]);
  const values = KINDS.map((kind) => [kind, valuesAt(pair[kind], now)[quantity]] as const);
  const said = values.map(([kind, value]) => `${kind} ${readable(value)}`).join(', ');
  const powers = log ? decades(curves.flat().map(([, value]) => value)) : [];
  const y = log ? { log, from: 10 ** powers[0]!, to: 10 ** powers.at(-1)! } : { from: 0, to: 1 };
  const stride = Math.ceil((powers.length - 1) / 5);
  return (
    <figure class="grid slim gap-8">
      <figcaption class="forward-figure-head grid">
        <h3 class="forward-figure-title">
          <Formula>{symbol}</Formula> <span>{log ? `${words} (log)` : words}</span>
        </h3>
        <dl class="forward-legend small top">
          {values.map(([kind, value]) => (
            <div key={kind} class={`forward-${kind}`}>
              <dt>{kind}</dt>
              <dd class="number">{readable(value)}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <Plot
        label={`Plot of ${spoken} over t from 1 to ${T}. At t = ${now}: ${said}.`}
        x={{ from: 1, to: T }}
        y={y}
        onPick={moveTo}
      >
        {(at) => (
          <>
            <Grid
              at={at}
              x={roundTicks(1, T, Math.max(2, at.ends.right / 64))}
              y={log ? powers.filter((power) => power % stride === 0).map((power) => 10 ** power) : roundTicks(0, 1, 5)}
              say={log ? (value) => powerOfTen(Math.round(Math.log10(value))) : undefined}
            />
            {KINDS.map((kind, i) => (
              <path
                key={kind}
                class={`forward-curve-${kind}`}
                d={at.line(curves[i]!.map(([time, value]) => [time, Math.max(value, y.from)]))}
              />
            ))}
            <path class="forward-now" d={`M${at.right(Math.max(now, 1))} ${at.ends.top}V${at.ends.bottom}`} />
            {now > 0 &&
              values.map(([kind, value]) => (
                <circle
                  key={kind}
                  class={`forward-dot-${kind}`}
                  cx={at.right(now)}
                  cy={at.down(Math.max(value!, y.from))}
                  r={4.5}
                />
              ))}
          </>
        )}
      </Plot>
    </figure>
  );
}

/** The powers of ten around the values, not below 10^-9, where there is nothing to see. */
function decades(values: readonly number[]): number[] {
  const low = Math.max(Math.floor(Math.log10(Math.min(...values)) + 1e-6), -9);
  const high = Math.ceil(Math.log10(Math.max(...values)) - 1e-6);
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}
