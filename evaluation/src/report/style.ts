/**
 * The look of a report: the page's colours, light and dark by the system's wish and light on paper, one column on a
 * phone. Contrast is at least 4.5:1 for text and 3:1 for marks. There are no fonts or pictures from elsewhere.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1b1b1f; --muted: #5c5b66; --line: #d9d5ca;
  --accent: #4338ca; --second: #0f766e; --third: #b45309; --good: #166534; --bad: #b42318;
  --c0: #4338ca; --c1: #0f766e; --c2: #b45309; --c3: #be185d; --c4: #0369a1; --c5: #4d7c0f; --c6: #7e22ce; --c7: #57534e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #121216; --card: #1a1a20; --ink: #ececf1; --muted: #a3a2b0; --line: #34343f;
    --accent: #a5b4fc; --second: #5eead4; --third: #fbbf24; --good: #86efac; --bad: #fca5a5;
    --c0: #a5b4fc; --c1: #5eead4; --c2: #fbbf24; --c3: #f9a8d4; --c4: #7dd3fc; --c5: #bef264; --c6: #d8b4fe; --c7: #d6d3d1;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 32px 20px 64px; max-width: 1080px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  overflow-wrap: break-word; -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
}
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 21px; line-height: 1.3; margin: 44px 0 8px; }
h3 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 8px 0; max-width: 75ch; }
.lede { font-size: 19px; line-height: 1.45; }
.muted, figcaption, caption { color: var(--muted); font-size: 14px; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.cards, .figures { display: grid; gap: 16px; margin: 16px 0; padding: 0; list-style: none; }
.cards { grid-template-columns: repeat(auto-fill, minmax(min(100%, 310px), 1fr)); }
.figures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); align-items: start; }
.card, .figures > figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; margin: 0; min-width: 0; }
.card h3 { margin: 0; font-size: 15px; }
.card .value { font-size: 24px; font-weight: 600; font-variant-numeric: tabular-nums; margin: 2px 0 0; }
.card .value small { font-size: 13px; font-weight: 400; color: var(--muted); }
.card p { margin: 2px 0; font-size: 14px; }
figure { margin: 0; }
figcaption { margin: 0 0 8px; }
figcaption strong { color: var(--ink); }
svg { max-width: 100%; height: auto; display: block; }
th > svg { display: inline-block; max-width: none; vertical-align: -2px; margin-right: 4px; }
svg.chart { width: 100%; max-width: 560px; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0; padding: 0; list-style: none; font-size: 14px; }
.key li { display: flex; align-items: center; gap: 7px; }
.key svg { flex: none; }
.scroll { overflow-x: auto; margin: 12px 0; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
.wide { width: 100%; }
caption { text-align: left; padding: 0 0 6px; }
th, td { padding: 5px 14px 5px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
th[scope=row] { overflow-wrap: anywhere; }
.scroll th[scope=row] { white-space: nowrap; }
.scroll td { white-space: nowrap; }
td.n, th.n { text-align: right; padding: 5px 0 5px 14px; }
td.n { white-space: nowrap; }
.n + :not(.n) { padding-left: 18px; }
th small { font-weight: 400; }
th.muted, th .muted { font-size: inherit; }
table code { font-size: 0.93em; }
dl.explained { font-size: 14px; }
dl.explained dd { max-width: 75ch; }
td small { color: var(--muted); white-space: nowrap; }
td.differs { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 12px 0; font-size: 15px; }
dt { color: var(--muted); }
dd { margin: 0; }
img { image-rendering: pixelated; max-width: 100%; height: auto; display: block; background: #ffffff; }
.sheet img { width: 100%; max-width: 460px; }
.pairs { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); margin: 16px 0; padding: 0; list-style: none; }
.pairs img { width: 100%; }
.pairs .row { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
.pairs figcaption { margin: 6px 0 0; }
.pairs .row span { display: block; font-size: 13px; color: var(--muted); }
footer { margin-top: 48px; color: var(--muted); font-size: 14px; }
@media (max-width: 560px) {
  body { padding: 20px 14px 40px; }
  h1 { font-size: 24px; }
  .lede { font-size: 17px; }
  table { font-size: 13px; }
  th, td { padding-right: 6px; }
  td.n, th.n { padding-left: 6px; }
  :not(.scroll) > table td small { display: inline-block; max-width: 9ch; white-space: normal; font-size: 11px; line-height: 1.25; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 8px; }
}
@media print {
  :root { color-scheme: light; --paper: #ffffff; }
  body { padding: 0; max-width: none; font-size: 11pt; }
  .cards, .figures { grid-template-columns: repeat(2, 1fr); }
  .card, figure, tr, .pairs li { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .scroll { overflow: visible; }
  .scroll table { font-size: 7.5pt; }
  .scroll th[scope=row], .scroll td, .scroll td small { white-space: normal; }
  .scroll th, .scroll td, .scroll td.n, .scroll th.n { padding: 3px 3px 3px 0; }
  * { print-color-adjust: exact; }
}
`;
