/** The plane: the data, the arrows along which the noise would go, one point with its noise, and points on their way. */
import { Chart } from '../../../components/chart.tsx';
import { lit } from '../lit.ts';
import { GRID, REACH } from './setup.ts';
import { arrows, batch, line, points, sampled } from './state.ts';

/** Length of an arrow for a guess of 1, in the plane's units; longer ones are cut. */
const ARROW = 0.11;
const LONGEST = 0.2;
const ENDS = { from: -REACH, to: REACH };

export function Plane() {
  const [one, named, arrived] = [batch.value, lit.value, sampled.value?.points];
  const drawn = one && (line.value === 'noise' || line.value === 'descend');
  const data = named === 'x0';
  return (
    <Chart
      class="learn-plane"
      label="Points in the plane, and arrows that say where the network thinks the picture is"
      size={[720, 720]}
      x={ENDS}
      y={ENDS}
    >
      {(at) => {
        /** A stroke without a length is as round as its width. @param of [N, 2] */
        const dots = (of: Float32Array) => {
          let path = '';
          for (let i = 0; i < of.length; i += 2) path += `${at.line([[of[i]!, of[i + 1]!]])}h0`;
          return path;
        };
        const arrow = (x: number, y: number, dx: number, dy: number) => {
          const [toX, toY] = [at.right(x + dx), at.down(y + dy)];
          const angle = Math.atan2(toY - at.down(y), toX - at.right(x));
          const [a, b] = [2.6, -2.6].map((turn) =>
            [toX + 7 * Math.cos(angle + turn), toY + 7 * Math.sin(angle + turn)].map((v) => v.toFixed(1)).join(' '),
          );
          return `${at.line([
            [x, y],
            [x + dx, y + dy],
          ])}M${a}L${toX.toFixed(1)} ${toY.toFixed(1)}L${b}`;
        };
        const guessed = (of: Float32Array) =>
          Array.from({ length: of.length / 2 }, (_, i) => {
            const [dx, dy] = [-of[2 * i]! * ARROW, -of[2 * i + 1]! * ARROW];
            const cut = Math.min(1, LONGEST / (Math.hypot(dx, dy) || 1));
            return arrow(GRID[2 * i]!, GRID[2 * i + 1]!, dx * cut, dy * cut);
          }).join('');
        const [x, y, xt, yt] = one ? [one.x0[0]!, one.x0[1]!, one.noisy[0]!, one.noisy[1]!] : [0, 0, 0, 0];
        return (
          <>
            <path
              stroke="var(--muted)"
              stroke-width={data ? 12 : 6.4}
              opacity={data ? 1 : arrived ? 0.3 : 0.75}
              d={dots(points.value)}
            />
            {arrows.value && !arrived && (
              <path stroke="var(--accent)" stroke-width={named === 'εθ' ? 4.5 : 2} d={guessed(arrows.value)} />
            )}
            {arrived && <path stroke="var(--second)" stroke-width={9} d={dots(arrived)} />}
            {drawn && <path stroke="var(--bad)" stroke-width={4} d={arrow(x, y, xt - x, yt - y)} />}
            {drawn && <path stroke="var(--bad)" stroke-width={16} d={dots(Float32Array.of(xt, yt))} />}
            {one && <path stroke="var(--second)" stroke-width={18} d={dots(Float32Array.of(x, y))} />}
          </>
        );
      }}
    </Chart>
  );
}
