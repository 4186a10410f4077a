/** What a privacy report adds to the look of reports: three questions side by side, and on paper all of it on one page of A4. */
export const STYLE = `
.answers { display: grid; gap: 16px; margin: 20px 0; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); }
.answers section { border-top: 4px solid var(--muted); }
.answers .is-good { border-top-color: var(--good); } .answers .is-bad { border-top-color: var(--bad); }
.answers h2 { font-size: 16px; margin: 0 0 6px; }
.answers p { font-size: 15px; margin: 6px 0; }
.answers p.answer { font-size: 22px; line-height: 1.2; font-weight: 700; }
.is-good .answer { color: var(--good); } .is-bad .answer { color: var(--bad); }
.numbers p, .again dl { max-width: none; font-size: 14px; }
.again code span { display: inline-block; max-width: 100%; }
.two { display: grid; gap: 0 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.two h2, .numbers h2, .again h2 { margin-top: 24px; }
.two ul { margin: 8px 0; padding-left: 18px; }
.two li { font-size: 15px; margin: 4px 0; }
@media (max-width: 560px) {
  .numbers td.n { white-space: normal; } .numbers td.n small { display: block; max-width: none; }
}
@page { size: A4; margin: 9mm 12mm; }
@media print {
  body { font-size: 8.4pt; line-height: 1.28; }
  h1 { font-size: 16pt; margin: 0 0 3pt; }
  .lede { font-size: 9.5pt; margin: 2pt 0; }
  p { max-width: none; margin: 2.5pt 0; }
  .answers { grid-template-columns: 1.3fr 1fr 1fr; gap: 7pt; margin: 6pt 0; }
  .answers .card { padding: 5pt 7pt; border-radius: 4pt; }
  .answers h2 { font-size: 8.8pt; margin: 0 0 2pt; } .answers p { font-size: 8.2pt; margin: 2pt 0; } .answers p.answer { font-size: 12pt; }
  .two { grid-template-columns: 1fr 1fr; gap: 0 14pt; }
  .two h2, .numbers h2, .again h2 { font-size: 10.5pt; margin: 5pt 0 1pt; }
  .two ul { margin: 2pt 0; padding-left: 11pt; } .two li { font-size: 8pt; margin: 1pt 0; }
  table, caption, td small { font-size: 8pt; } caption { padding: 0 0 2pt; }
  th, td, td.n, th.n { padding-top: 0.8pt; padding-bottom: 0.8pt; }
  .numbers p { font-size: 8.2pt; }
  .again dl { font-size: 7.3pt; gap: 1pt 10pt; margin: 3pt 0; } .again code { font-size: 6.8pt; line-height: 1.3; }
}
`;
