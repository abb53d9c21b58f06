import { describe, expect, it } from 'vitest';
import { functionArn } from '../fake-ports.ts';
import { only, runExpress } from './world.ts';

const output = async (state: Record<string, unknown>, input: unknown): Promise<unknown> => {
  const ended = await runExpress(only({ Type: 'Pass', End: true, ...state }), input);
  return ended.status === 'SUCCEEDED' ? ended.output : { failed: ended.error };
};

const evaluated = (expression: string, input: unknown = {}): Promise<unknown> =>
  output({ Parameters: { 'value.$': expression }, OutputPath: '$.value' }, input);

describe('the data flow of a state', () => {
  it('passes the input on when nothing is said', async () => {
    expect(await output({}, { a: 1 })).toEqual({ a: 1 });
  });

  it('puts a result beside the input, as in the example of the specification', async () => {
    const result = { 'x-datum': 0.381018, 'y-datum': 622.2269926397355 };
    expect(await output({ Result: result, ResultPath: '$.coords' }, { georefOf: 'Home' })).toEqual({
      georefOf: 'Home',
      coords: result,
    });
  });

  it('makes the objects that a ResultPath goes through, and replaces what was there', async () => {
    expect(await output({ Result: 6, ResultPath: '$.sub.sum' }, { title: 'Numbers' })).toEqual({
      title: 'Numbers',
      sub: { sum: 6 },
    });
    expect(await output({ Result: 'new', ResultPath: '$.list[1]' }, { list: ['a', 'b'] })).toEqual({
      list: ['a', 'new'],
    });
  });

  it('fails with ResultPathMatchFailure where the input has no place for the result', async () => {
    expect(await output({ Result: 1, ResultPath: '$.a.b' }, { a: 'text' })).toEqual({
      failed: 'States.ResultPathMatchFailure',
    });
    expect(await output({ Result: 1, ResultPath: '$.a[3]' }, { a: [1] })).toEqual({
      failed: 'States.ResultPathMatchFailure',
    });
  });

  it('throws the result away with ResultPath null, the input with InputPath null, the output with OutputPath null', async () => {
    expect(await output({ Result: 1, ResultPath: null }, { a: 1 })).toEqual({ a: 1 });
    expect(await output({ InputPath: null }, { a: 1 })).toEqual({});
    expect(await output({ OutputPath: null }, { a: 1 })).toEqual({});
  });

  it('applies InputPath, Parameters, ResultPath and OutputPath in this order', async () => {
    const state = {
      InputPath: '$.order',
      Parameters: { 'sku.$': '$.lines[0].sku', fixed: { deep: [1, { 'id.$': '$.id' }] } },
      ResultPath: '$.picked',
      OutputPath: '$.picked',
    };
    expect(await output(state, { order: { id: 7, lines: [{ sku: 'A' }] }, other: true })).toEqual({
      sku: 'A',
      fixed: { deep: [1, { id: 7 }] },
    });
  });

  it('fails the execution with States.Runtime when a path finds nothing, and no Catch can stop that', async () => {
    const task = {
      Type: 'Task',
      Resource: functionArn('echo'),
      Parameters: { 'x.$': '$.missing' },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }],
      End: true,
    };
    const ended = await runExpress({ StartAt: 'T', States: { T: task, Saved: { Type: 'Pass', End: true } } }, { a: 1 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.cause).toContain(
      "The JSONPath '$.missing' specified for the field 'x.$' could not be found in the input",
    );
  });

  it('gives the context object to paths that begin with two dollars', async () => {
    expect(
      await output({ Parameters: { 'name.$': '$$.State.Name', 'input.$': '$$.Execution.Input.a' } }, { a: 5 }),
    ).toEqual({
      name: 'Only',
      input: 5,
    });
    expect(await evaluated('$$.State.EnteredTime')).toBe('2026-03-01T12:00:00.000Z');
  });

  it('hands on values without changing what other states hold', async () => {
    const branch = (value: number) => ({
      StartAt: `Set${value}`,
      States: { [`Set${value}`]: { Type: 'Pass', Result: value, ResultPath: '$.shared.value', End: true } },
    });
    const ended = await runExpress(only({ Type: 'Parallel', Branches: [branch(1), branch(2)], End: true }), {
      shared: {},
    });
    expect(ended.output).toEqual([{ shared: { value: 1 } }, { shared: { value: 2 } }]);
  });
});

describe('paths', () => {
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

  it.each([
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
  ])('%s finds %j', async (path, expected) => {
    expect(await evaluated(path, input)).toEqual(expected);
  });

  it('does not reach into prototypes', async () => {
    expect(await evaluated('$.constructor', {})).toEqual({ failed: 'States.Runtime' });
  });
});

describe('intrinsic functions, by the examples of their documentation', () => {
  const input = {
    name: 'Arnav',
    someString: '{"foo": 1}',
    data: { a: 1, b: [true] },
    left: { a: { a1: 1, a2: 2 }, b: 2 },
    right: { a: { a3: 1, a4: 2 }, c: 3 },
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    twice: [1, 2, 3, 3, 3, { x: 1 }, { x: 1 }],
  };

  it.each([
    ["States.Format('Hello, my name is {}.', $.name)", 'Hello, my name is Arnav.'],
    ["States.Format('{} and {}', $.data, 4)", '{"a":1,"b":[true]} and 4'],
    ["States.Format('\\{\\} it\\'s {}', $.name)", "{} it's Arnav"],
    ["States.Format('plain, with (brackets)')", 'plain, with (brackets)'],
    ['States.StringToJson($.someString)', { foo: 1 }],
    ['States.JsonToString($.data)', '{"a":1,"b":[true]}'],
    ["States.Array('Foo', 2020, $.data, null)", ['Foo', 2020, { a: 1, b: [true] }, null]],
    ['States.Array()', []],
    ['States.ArrayPartition($.numbers, 4)', [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
    ['States.ArrayContains($.numbers, 5)', true],
    ['States.ArrayContains($.numbers, 50)', false],
    ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['States.ArrayRange(3, 1, -1)', [3, 2, 1]],
    ['States.ArrayGetItem($.numbers, 5)', 6],
    ['States.ArrayLength($.numbers)', 9],
    ['States.ArrayUnique($.twice)', [1, 2, 3, { x: 1 }]],
    ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
    ["States.Base64Decode('RGVjb2RlZCBkYXRh')", 'Decoded data'],
    ["States.Hash('input data', 'SHA-1')", 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ['States.JsonMerge($.left, $.right, false)', { a: { a3: 1, a4: 2 }, b: 2, c: 3 }],
    ['States.MathAdd(111, -1)', 110],
    ["States.StringSplit('1,2,3,4,5', ',')", ['1', '2', '3', '4', '5']],
    ["States.StringSplit('This.is+a,test=string', '.+,=')", ['This', 'is', 'a', 'test', 'string']],
    ["States.ArrayLength(States.StringSplit(States.Format('{}-{}', 'a', 'b'), '-'))", 2],
  ])('%s', async (expression, expected) => {
    expect(await evaluated(expression, input)).toEqual(expected);
  });

  it('makes random numbers in their range, and UUIDs of version 4', async () => {
    expect([5, 6]).toContain(await evaluated('States.MathRandom(5, 7)'));
    expect(await evaluated('States.UUID()')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it.each([
    "States.StringToJson('{')",
    "States.Format('{} {}', 1)",
    'States.ArrayLength($.name)',
    'States.ArrayGetItem($.numbers, 99)',
  ])('%s fails with IntrinsicFailure', async (expression) => {
    expect(await evaluated(expression, input)).toEqual({ failed: 'States.IntrinsicFailure' });
  });
});
