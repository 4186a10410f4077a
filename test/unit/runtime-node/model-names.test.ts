import { describe, expect, it } from 'vitest';
import { nameModels } from '#runtime-node/index.ts';

describe('nameModels', () => {
  it('names a model after its folder unless it is named', () => {
    expect(nameModels('serve', ['models/digits/', 'hands=runs/x=1/model'])).toEqual({
      digits: 'models/digits/',
      hands: 'runs/x=1/model',
    });
  });

  it.each<[string[] | Record<string, string>, string]>([
    [[], 'Cannot serve: models must name at least one folder, received none.'],
    [undefined as never, 'Cannot serve: models must be an array of folders, or folders by name, received undefined.'],
    [['=models/digits'], 'Cannot serve: the name of a model must be up to 64 letters, digits and ._-, received ""'],
    [['a='], 'Cannot serve: the folder of a must be a path, received ""'],
    [['runs/x=1'], 'received "x=1"'],
    [['a=x', 'a=y'], 'Cannot serve: names of models must differ, received a twice (name=folder names one).'],
    [{ '../x': 'y' }, 'received "../x"'],
  ])('refuses %j', (models, message) => {
    expect(() => nameModels('serve', models)).toThrow(message);
  });
});
