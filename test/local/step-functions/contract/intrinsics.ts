import { expect } from 'vitest';
import type { Subject } from './subject.ts';

/** The intrinsic functions, by the examples of their documentation. */
export const intrinsicCases = ({ test, passed }: Subject): void => {
  const evaluated = (expression: string, input: unknown): Promise<unknown> =>
    passed({ Parameters: { 'value.$': expression }, OutputPath: '$.value' }, input);

  const input = {
    name: 'Arnav',
    someString: '{"foo": 1}',
    data: { a: 1, b: [true] },
    left: { a: { a1: 1, a2: 2 }, b: 2 },
    right: { a: { a3: 1, a4: 2 }, c: 3 },
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    twice: [1, 2, 3, 3, 3, { x: 1 }, { x: 1 }],
  };

  for (const [expression, expected] of [
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
  ] as const) {
    test(`${expression} is ${JSON.stringify(expected)}`, async () => {
      expect(await evaluated(expression, input)).toEqual(expected);
    });
  }

  test('makes UUIDs of version 4', async () => {
    expect(await evaluated('States.UUID()', {})).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  for (const expression of [
    "States.StringToJson('{')",
    "States.Format('{} {}', 1)",
    'States.ArrayLength($.name)',
    'States.ArrayGetItem($.numbers, 99)',
  ]) {
    test(`${expression} fails with IntrinsicFailure`, async () => {
      expect(await evaluated(expression, input)).toEqual({ failed: 'States.IntrinsicFailure' });
    });
  }
};
