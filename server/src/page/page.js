// @ts-check
/** The form, the pictures sampled from it, and the same request for other programs. */
import { ApiError, generate, listModels, readLimits } from './api.js';
import { createPictures } from './pictures.js';
import { asCurl, asProgram, copy } from './snippets.js';
import { asksFor, readFiles } from './told.js';

const PARTIALS = 8;
/** The number of pictures if there are no classes, or too many to show one of each. */
const COUNT = 4;
const MOST_CLASSES = 12;
/** The dice gives seeds below this, short enough to read out. */
const SEEDS = 1_000_000;
/** Seconds until the next try if a server is not ready and does not say when. */
const PATIENCE = 3;

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ ($(id));
const select = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ ($(id));
const button = (/** @type {string} */ id) => /** @type {HTMLButtonElement} */ ($(id));
const form = /** @type {HTMLFormElement} */ ($('form'));
const pictures = createPictures($('pictures'), /** @type {HTMLProgressElement} */ ($('progress')));
const base = new URL('.', location.href).href.replace(/\/$/, '');

/** @type {import('./api.js').Model[]} */
let models = [];
let mostSteps = 1;
let usualSteps = 1;
/** @type {import('./api.js').Sampler[]} */
let samplers = [];
/** @type {import('./told.js').ToldFile[]} */
let told = [];
let key = sessionStorage.getItem('key') ?? '';
/** @type {AbortController | undefined} */
let running;

/** Fills the form; tries again until the server is ready. */
async function load() {
  say('Loading the models…');
  try {
    const [limits, listed] = await Promise.all([readLimits(), listModels(key)]);
    models = listed;
    mostSteps = limits.steps;
    usualSteps = limits.usualSteps;
    offer('model', new Map(listed.map(({ id }) => [id, id])));
    samplers = limits.samplers;
    offer('sampler', new Map(samplers.map(({ name, label }) => [name, label])));
    select('sampler').value = limits.sampler;
    for (const option of limits.options) if (!$(option.name)) $('sampler-hint').before(optionField(option));
    const { classes } = model();
    input('count').max = String(limits.n);
    input('guidance').max = String(limits.guidance);
    input('count').value = String(Math.min(limits.n, classes > 1 && classes <= MOST_CLASSES ? classes : COUNT));
    for (const id of ['model', 'model-label']) $(id).hidden = listed.length === 1;
    $('name').hidden = listed.length > 1;
    rollDice();
    chooseModel();
    for (const id of ['form', 'request']) $(id).hidden = false;
    say('Pictures will form here.');
  } catch (error) {
    fail(error);
    const { status, retryAfter } = error instanceof ApiError ? error : new ApiError('');
    if (status !== 401) setTimeout(load, 1000 * (retryAfter || PATIENCE));
  }
}

/**
 * @param {string} id of a select
 * @param {Map<string, string>} choices texts by value
 */
function offer(id, choices) {
  select(id).replaceChildren(...Array.from(choices, ([value, text]) => new Option(text, value)));
}

/** What some samplers take: `eta` in the field `eta-field`. */
function optionField(/** @type {import('./api.js').SamplerOption} */ option) {
  const field = Object.assign(document.createElement('div'), { className: 'field', id: `${option.name}-field` });
  const label = Object.assign(document.createElement('label'), { htmlFor: option.name, textContent: option.title });
  field.append(label, 'enum' in option ? choiceInput(option) : numberInput(option));
  return field;
}

function numberInput(/** @type {import('./api.js').NumberOption} */ option) {
  return Object.assign(document.createElement('input'), {
    id: option.name,
    type: 'number',
    inputMode: 'decimal',
    min: String(option.minimum),
    max: String(option.maximum),
    step: 'any',
    defaultValue: String(option.default),
    required: true,
  });
}

/** What a model is conditional on; left empty, it is absent. */
function conditionField(/** @type {import('./api.js').Condition} */ { name, min, max, mean, required }) {
  const id = `condition-${name}`;
  const field = Object.assign(document.createElement('div'), { className: 'field condition' });
  const label = Object.assign(document.createElement('label'), { htmlFor: id, textContent: name });
  const value = Object.assign(document.createElement('input'), {
    id,
    name,
    type: 'number',
    inputMode: 'decimal',
    min: String(min),
    max: String(max),
    step: 'any',
    placeholder: required ? '' : 'any',
    value: required ? String(Math.min(max, Math.max(min, Number(mean.toPrecision(3))))) : '',
    required,
  });
  field.append(label, value);
  return field;
}

/** The conditions that are given, by name. The fields may still be those of the model before. */
function conditions() {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('.condition input'));
  const given = Array.from(fields, ({ name, valueAsNumber }) => [name, valueAsNumber]);
  return Object.fromEntries(given.filter(([, value]) => !Number.isNaN(value)));
}

function choiceInput(/** @type {import('./api.js').ChoiceOption} */ option) {
  const choices = document.createElement('select');
  choices.id = option.name;
  for (const name of option.enum) {
    if (name !== null) choices.add(new Option(name, name, name === option.default, name === option.default));
  }
  return choices;
}

const optionValue = (/** @type {string} */ id) =>
  input(id).type === 'number' ? input(id).valueAsNumber : input(id).value;

/** A choice at its default goes without saying. */
const isStated = (/** @type {string} */ id) => !select(id).selectedOptions?.[0]?.defaultSelected;

const sampler = () => samplers[select('sampler').selectedIndex] ?? /** @type {never} */ (samplers[0]);
const model = () => models[select('model').selectedIndex] ?? /** @type {never} */ (models[0]);

function chooseModel() {
  const {
    id,
    size,
    classes,
    class_names: names,
    trained_on: trainedOn,
    timesteps,
    device,
    guidance,
    conditions,
    distilled,
  } = model();
  const most = Math.min(timesteps, mostSteps);
  input('steps').max = String(most);
  const usual = Math.max(1, Math.min(usualSteps, timesteps - 1));
  const fitting = timesteps > usualSteps ? most : usual;
  input('steps').value = String(Math.min(input('steps').valueAsNumber || usual, fitting));
  // A student draws in its own calls; fields that are not used need not be valid.
  for (const id of ['steps-field', 'sampler-field']) $(id).hidden = distilled !== undefined;
  input('steps').disabled = distilled !== undefined;
  const classNames = new Map([['', 'All in turn']]);
  for (let i = 0; i < classes; i++) classNames.set(String(i), names?.[i] ?? String(i));
  offer('class', classNames);
  $('class-field').hidden = classes === 0;
  $('guidance-field').hidden = guidance === null;
  input('guidance').disabled = guidance === null; // an unused field need not be valid
  input('guidance').value = String(guidance ?? 1);
  for (const field of document.querySelectorAll('.condition')) field.remove();
  $('class-field').after(...conditions.map(conditionField));
  const asked = asksFor(model());
  $('told-field').hidden = asked === undefined;
  $('told-label').textContent = asked?.label ?? '';
  $('told-hint').textContent = asked?.hint ?? '';
  Object.assign(input('told'), { accept: asked?.accept ?? '', required: asked?.required ?? false, value: '' });
  told = [];
  $('name').textContent = id;
  const work = distilled
    ? `${distilled.calls} network ${distilled.calls === 1 ? 'call' : 'calls'}`
    : `${timesteps} timesteps`;
  $('facts').textContent = `${size.replace('x', ' × ')} pixels, ${work}, on ${device}`;
  $('notice').hidden = trainedOn !== 'phantoms';
  describe();
}

/** A class as a program would write it: by name, unless two share it. */
function labelled(/** @type {number} */ label) {
  const names = model().class_names ?? [];
  const name = names[label];
  return name === undefined || names.indexOf(name) !== names.lastIndexOf(name) ? label : name;
}

/**
 * The body that the form asks for.
 * @param {string[]} files that the model is told
 */
function request(files = told.map(({ data }) => data)) {
  const asked = asksFor(model());
  const label = select('class').value;
  const { name, options } = sampler();
  const condition = conditions();
  return {
    model: model().id,
    n: input('count').valueAsNumber,
    ...(label !== '' && { label: labelled(Number(label)) }),
    ...(Object.keys(condition).length > 0 && { condition }),
    ...(asked && files.length > 0 && { [asked.field]: files }),
    ...(model().guidance !== null && { guidance: input('guidance').valueAsNumber }),
    ...(!model().distilled && {
      steps: input('steps').valueAsNumber,
      sampler: name,
      ...Object.fromEntries(options.filter(isStated).map((option) => [option, optionValue(option)])),
    }),
    seed: input('seed').valueAsNumber,
    stream: true,
    partial_images: PARTIALS,
  };
}

/** Shows what the form asks for, unless it is not valid. */
function describe() {
  const { hint, options } = sampler();
  const { distilled } = model();
  const taken = distilled ? [] : options;
  $('sampler-hint').textContent = hint;
  $('sampler-hint').hidden = distilled !== undefined;
  for (const option of new Set(samplers.flatMap(({ options }) => options))) {
    $(`${option}-field`).hidden = !taken.includes(option);
    input(option).disabled = !taken.includes(option); // an unused field need not be valid
  }
  if (!form.checkValidity()) return;
  const shown = request(told.map(({ name }) => `<${name} in base64>`));
  $('curl').textContent = asCurl(base, shown, key !== '');
  $('openai').textContent = asProgram(base, shown, key !== '');
}

async function sample() {
  const body = request();
  running = new AbortController();
  const { signal } = running;
  const started = performance.now();
  busy(true);
  say(`Sampling ${counted(body.n)}…`);
  pictures.start(model(), body);
  let note = '';
  try {
    for await (const event of generate(body, { key, signal })) {
      pictures.show(event);
      note = event.note ? `. ${event.note}` : '';
    }
    if (pictures.finished < body.n) throw new ApiError('The connection broke off.');
    const seconds = (performance.now() - started) / 1000;
    say(`${counted(body.n)} in ${seconds.toFixed(seconds < 10 ? 2 : 0)} s${note}`);
  } catch (error) {
    if (signal.aborted) say(`Cancelled after ${pictures.finished} of ${counted(body.n)}`);
    else fail(error);
  }
  running = undefined;
  pictures.end();
  busy(false);
}

const counted = (/** @type {number} */ n) => `${n} picture${n === 1 ? '' : 's'}`;

/** Moves the focus to the enabled button; on a small screen, scrolls the pictures into view. */
function busy(/** @type {boolean} */ yes) {
  const [sampleButton, cancel] = [button('sample'), button('cancel')];
  const focused = document.activeElement === (yes ? sampleButton : cancel);
  sampleButton.disabled = yes;
  cancel.hidden = !yes;
  if (focused) (yes ? cancel : sampleButton).focus({ preventScroll: true });
  if (yes && $('stage').getBoundingClientRect().top > innerHeight / 2) $('stage').scrollIntoView();
}

function rollDice() {
  input('seed').value = String(Math.floor(Math.random() * SEEDS));
}

function say(/** @type {string} */ text) {
  $('status').textContent = text;
  $('error').textContent = '';
}

/** Says what went wrong; asks for a key where that would help. */
function fail(/** @type {unknown} */ error) {
  say('');
  const { message, status, retryAfter } = error instanceof ApiError ? error : new ApiError(String(error));
  const again = retryAfter > 0 ? ` Try again in ${retryAfter} s.` : '';
  $('key-form').hidden = status !== 401;
  if (status === 401 && key === '') {
    say('This server asks for a key.');
    input('key').focus({ preventScroll: true });
  } else $('error').textContent = message + again;
}

form.addEventListener('input', describe);
select('model').addEventListener('change', chooseModel);
$('told').addEventListener('change', async () => {
  /** @type {typeof told} */
  const none = [];
  told = none;
  try {
    const read = await readFiles(input('told').files ?? []);
    if (told === none) told = read; // else others were chosen meanwhile, or another model
  } catch (error) {
    fail(error);
  }
  describe();
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!running) void sample();
});
$('cancel').addEventListener('click', () => running?.abort());
$('dice').addEventListener('click', () => {
  rollDice();
  describe();
});
$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = input('key').value.trim();
  sessionStorage.setItem('key', key);
  $('key-form').hidden = true;
  void load();
});
for (const id of ['curl', 'openai']) $(`copy-${id}`).addEventListener('click', () => copy($(`copy-${id}`), $(id)));
void load();
