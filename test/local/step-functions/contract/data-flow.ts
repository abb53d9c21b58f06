import { expect } from 'vitest';
import { only, type Subject } from './subject.ts';

export const dataFlowCases = ({ test, run, passed }: Subject): void => {
  const evaluated = (expression: string, input: unknown): Promise<unknown> =>
    passed({ Parameters: { 'value.$': expression }, OutputPath: '$.value' }, input);

  test('passes the input on when nothing is said', async () => {
    expect(await passed({}, { a: 1 })).toEqual({ a: 1 });
  });

  test('puts a result beside the input, as in the example of the specification', async () => {
    const result = { 'x-datum': 0.381018, 'y-datum': 622.2269926397355 };
    expect(await passed({ Result: result, ResultPath: '$.coords' }, { georefOf: 'Home' })).toEqual({
      georefOf: 'Home',
      coords: result,
    });
  });

  test('makes the objects that a ResultPath goes through', async () => {
    expect(await passed({ Result: 6, ResultPath: '$.sub.sum' }, { title: 'Numbers' })).toEqual({
      title: 'Numbers',
      sub: { sum: 6 },
    });
  });

  test('a ResultPath replaces a member of a list', async () => {
    expect(await passed({ Result: 'new', ResultPath: '$.list[1]' }, { list: ['a', 'b'] })).toEqual({
      list: ['a', 'new'],
    });
  });

  test('fails with ResultPathMatchFailure where the input has no place for the result', async () => {
    expect(await passed({ Result: 1, ResultPath: '$.a.b' }, { a: 'text' })).toEqual({
      failed: 'States.ResultPathMatchFailure',
    });
    expect(await passed({ Result: 1, ResultPath: '$.a[3]' }, { a: [1] })).toEqual({
      failed: 'States.ResultPathMatchFailure',
    });
  });

  test('throws the result away with ResultPath null, the input with InputPath null, the output with OutputPath null', async () => {
    expect(await passed({ Result: 1, ResultPath: null }, { a: 1 })).toEqual({ a: 1 });
    expect(await passed({ InputPath: null }, { a: 1 })).toEqual({});
    expect(await passed({ OutputPath: null }, { a: 1 })).toEqual({});
  });

  test('applies InputPath, Parameters, ResultPath and OutputPath in this order', async () => {
    const state = {
      InputPath: '$.order',
      Parameters: { 'sku.$': '$.lines[0].sku', fixed: { deep: [1, { 'id.$': '$.id' }] } },
      ResultPath: '$.picked',
      OutputPath: '$.picked',
    };
    expect(await passed(state, { order: { id: 7, lines: [{ sku: 'A' }] }, other: true })).toEqual({
      sku: 'A',
      fixed: { deep: [1, { id: 7 }] },
    });
  });

  test('a path that finds nothing fails the execution with States.Runtime, and says which', async () => {
    const ended = await run(only({ Type: 'Pass', Parameters: { 'x.$': '$.missing' }, End: true }), { a: 1 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.cause).toContain(
      "The JSONPath '$.missing' specified for the field 'x.$' could not be found in the input",
    );
  });

  test('paths that begin with two dollars read the context object', async () => {
    const Parameters = { 'name.$': '$$.State.Name', 'input.$': '$$.Execution.Input.a' };
    expect(await passed({ Parameters }, { a: 5 })).toEqual({ name: 'Only', input: 5 });
  });

  test('hands on values without changing what other states hold', async () => {
    const branch = (value: number) => ({
      StartAt: `Set${value}`,
      States: { [`Set${value}`]: { Type: 'Pass', Result: value, ResultPath: '$.shared.value', End: true } },
    });
    const ended = await run(only({ Type: 'Parallel', Branches: [branch(1), branch(2)], End: true }), {
      shared: {},
    });
    expect(ended.output).toEqual([{ shared: { value: 1 } }, { shared: { value: 2 } }]);
  });

  const input = {
    store: {
      book: [
        { title: 'A', price: 8 },
        { title: 'B', price: 12 },
        { title: 'C', price: 9 },
      ],
      'odd name': 1,
    },
    ünï: true,
  };

  for (const [path, expected] of [
    ['$.store.book[0].title', 'A'],
    ["$['store']['odd name']", 1],
    ['$.store.book[-1].title', 'C'],
    ['$.ünï', true],
    ['$.store.book[*].title', ['A', 'B', 'C']],
    ['$..price', [8, 12, 9]],
    ['$.store.book[0:2].price', [8, 12]],
    ['$.store.book[0,2].price', [8, 9]],
    ["$.store.book[1]['title','price']", ['B', 12]],
    ['$.store.book[*].missing', []],
  ] as const) {
    test(`${path} finds ${JSON.stringify(expected)}`, async () => {
      expect(await evaluated(path, input)).toEqual(expected);
    });
  }

  test('a path does not reach into prototypes', async () => {
    expect(await evaluated('$.constructor', {})).toEqual({ failed: 'States.Runtime' });
  });
};
