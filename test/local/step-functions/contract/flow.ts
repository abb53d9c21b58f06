import { expect } from 'vitest';
import { only, type Subject } from './subject.ts';

/** Fail, Succeed, Parallel, Map and Catch, with states that need no other service. */
export const flowCases = ({ test, run }: Subject): void => {
  const branch = (name: string, state: Readonly<Record<string, unknown>>): unknown => ({
    StartAt: name,
    States: { [name]: state },
  });
  const pass = (fields: Readonly<Record<string, unknown>>) => ({ Type: 'Pass', End: true, ...fields });

  test('Fail ends with the given error and cause', async () => {
    const ended = await run(only({ Type: 'Fail', Error: 'E', Cause: 'C' }), {});
    expect(ended).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
  });

  test('Fail ends with what paths say', async () => {
    const byPath = { Type: 'Fail', ErrorPath: '$.code', CausePath: "States.Format('because of {}', $.what)" };
    const ended = await run(only(byPath), { code: 'E2', what: 'rain' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'E2', cause: 'because of rain' });
  });

  test('Succeed ends with a part of its input', async () => {
    expect(await run(only({ Type: 'Succeed', OutputPath: '$.a' }), { a: 3 })).toMatchObject({
      status: 'SUCCEEDED',
      output: 3,
    });
  });

  test('Parallel gives every branch the input, and answers in the order of the branches', async () => {
    const Branches = [
      branch('A', pass({ Parameters: { a: 'a', 'n.$': '$.n' } })),
      branch('B', pass({ Parameters: { b: 'b', 'n.$': '$.n' } })),
    ];
    const state = { Type: 'Parallel', Branches, Parameters: { 'n.$': '$.m' }, ResultPath: '$.both', End: true };
    expect((await run(only(state), { m: 1 })).output).toEqual({
      m: 1,
      both: [
        { a: 'a', n: 1 },
        { b: 'b', n: 1 },
      ],
    });
  });

  test('a Catch takes the error of a branch by its name, and puts it where its ResultPath says', async () => {
    const definition = (ErrorEquals: readonly string[]) => ({
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [branch('Bad', { Type: 'Fail', Error: 'Broken', Cause: 'glass' }), branch('Good', pass({}))],
          Catch: [{ ErrorEquals, ResultPath: '$.why', Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      },
    });
    const caught = { n: 1, why: { Error: 'Broken', Cause: 'glass' } };
    expect((await run(definition(['Other', 'Broken']), { n: 1 })).output).toEqual(caught);
    expect((await run(definition(['States.ALL']), { n: 1 })).output).toEqual(caught);
    expect(await run(definition(['Other']), { n: 1 })).toMatchObject({ status: 'FAILED', error: 'Broken' });
  });

  test('Map goes over items with a selector, index and value, as in the example of the specification', async () => {
    const state = {
      Type: 'Map',
      InputPath: '$.detail',
      ItemsPath: '$.shipped',
      ItemSelector: {
        'parcel.$': '$$.Map.Item.Value',
        'index.$': '$$.Map.Item.Index',
        'courier.$': '$.delivery-partner',
      },
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'V', States: { V: pass({}) } },
      ResultPath: '$.detail.shipped',
      End: true,
    };
    const shipped = [{ prod: 'R31' }, { prod: 'S39' }];
    expect((await run(only(state), { detail: { 'delivery-partner': 'UQS', shipped } })).output).toEqual({
      detail: {
        'delivery-partner': 'UQS',
        shipped: [
          { parcel: { prod: 'R31' }, index: 0, courier: 'UQS' },
          { parcel: { prod: 'S39' }, index: 1, courier: 'UQS' },
        ],
      },
    });
  });

  const mapped = {
    Type: 'Map',
    ItemsPath: '$.items',
    ItemProcessor: { StartAt: 'P', States: { P: pass({}) } },
    End: true,
  };

  test('Map makes nothing of nothing', async () => {
    expect((await run(only(mapped), { items: [] })).output).toEqual([]);
  });

  test('Map fails when the items are no list', async () => {
    expect(await run(only(mapped), { items: {} })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
};
