/** Which texts are found in a module, and how they read in the catalogue. */
import { describe, expect, it } from 'vitest';
import { findMessages } from '#site/build/texts/find.ts';

const textsOf = (code: string, usual: 'prose' | 'words' = 'prose') =>
  findMessages(code, 'a.tsx', usual).map(({ text }) => text);

describe('JSX', () => {
  it.each([
    ['<p>Draw a digit.</p>', 'Draw a digit.'],
    ['<p>\n  One line\n  and another.\n</p>', 'One line and another.'],
    ["<p>to{' '}\n<a href={at}>Sample</a>.</p>", 'to <a>Sample</a>.'],
    ['<p>Draw {count} pictures of {model.title}.</p>', 'Draw {count} pictures of {title}.'],
    ['<p>Between {f(a)} and {f(b)}, or {f(a)}.</p>', 'Between {f} and {f2}, or {f}.'],
    ['<p>x<sub>t</sub> is <code>--loss l1</code> noise.</p>', 'x{sub t} is {code --loss l1} noise.'],
    ['<p>By <Cite of="a" /> and <Cite of="b" />.</p>', 'By {Cite} and {Cite2}.'],
    ['<p>See <a href="#a">here</a> and <a href="#b">there</a>.</p>', 'See <a>here</a> and <a2>there</a2>.'],
    ['<p>A&nbsp;picture &amp; noise.</p>', 'A\u00a0picture & noise.'],
  ])('%s is one text', (code, text) => expect(textsOf(code)).toEqual([text]));

  it('has a text for each element where no words stand between them', () => {
    expect(textsOf('<div><p>One.</p> <p>Two.</p></div>')).toEqual(['One.', 'Two.']);
  });
  it('has the texts of what stands at a place, too', () => {
    expect(textsOf("<p>It is {far ? 'far' : <em>near</em>} off.</p>")).toEqual(['It is {far} off.', 'far', 'near']);
  });
  it('leaves formulas, code and units out', () => {
    expect(textsOf('<p><code>npm run web</code> <math><mi>alpha</mi></math> 3 ms {x}</p>')).toEqual([]);
  });
});

describe('strings', () => {
  it.each([
    ['<Field label="rate" class="wide card" hint={odd ? "odd" : `${n} even`} />', ['rate', 'odd', '{n} even']],
    ['const row = { id: "noise", label: "noise", kind: "Nothing new" };', ['noise', 'Nothing new']],
    ['const WORDS = { worse: "worse" }; const KINDS = ["worse"];', ['worse']],
    ['throw new Error("no such thing here"); say("no such thing here");', ['no such thing here']],
    ['document.querySelector("main p"); const font = "12px serif"; import x from "a b";', []],
    ['if (key === "Escape") go(`${a} ${b}`, " and then");', ['and then']],
    ['const paper = { authors: "A. Name", title: "A Paper", why: "It is first." };', ['It is first.']],
    ['const a = /* text */ "noise"; const b = /* no text */ ["Two words", { c: "Two words" }];', ['noise']],
  ])('%s', (code, texts) => expect(textsOf(code)).toEqual(texts));

  it('of a library are found by two words in a row, since its names begin with capitals', () => {
    expect(textsOf('refuse("load the model", "Conv", "an integer")', 'words')).toEqual([
      'load the model',
      'an integer',
    ]);
  });
});

it('a text that reads like a place of a catalogue is left alone', () => {
  expect(textsOf('const css = `p { color: red }`; const b = "give {this} back";')).toEqual([]);
});
