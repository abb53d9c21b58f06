import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { httpUrl, readArguments, readOptions, UsageError, wholeNumber } from '../../lib/client/command-line.ts';

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
};

describe('the arguments of a command', () => {
  it('are refused by name where they are unknown, with the usage', () => {
    const read = () => readArguments('Usage: this', { args: ['--x'], allowPositionals: true, options: {} });
    expect(messageOf(read)).toBe("Unknown option '--x'.\nUsage: this");
  });

  it('are refused with their value where they are wrong, options and variables, each in a line', () => {
    const schema = z.object({
      port: wholeNumber(0, 65_535),
      url: httpUrl(),
      WEATHER: z.enum(['calm', 'rough'], { error: 'calm or rough is needed' }),
    });
    const values = { port: 'abc', url: 'nonsense', WEATHER: 'windy' };
    expect(messageOf(() => readOptions('Usage: this', schema, values)).split('\n')).toEqual([
      '--port abc: a whole number from 0 to 65535 is needed',
      '--url nonsense: a URL that begins with http:// or https:// is needed',
      'WEATHER=windy: calm or rough is needed',
      'Usage: this',
    ]);
    const right = { port: '0', url: 'http://127.0.0.1:4000', WEATHER: 'calm' };
    expect(readOptions('Usage: this', schema, right)).toEqual({ ...right, port: 0 });
  });
});
