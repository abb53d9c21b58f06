import { expect, it, vi } from 'vitest';
import { loggerFor } from '../../lib/runtime/log.ts';

it('a line is one JSON object on the standard output, past the console that Lambda puts its own words into', () => {
  const written: unknown[] = [];
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(text) > 0);
  const consoled = vi.spyOn(console, 'log').mockReturnValue(undefined);
  loggerFor({ traceId: '1-aa', tenant: 'tnt_a' })('error', 'it broke', { ms: 3 });
  expect(consoled).not.toHaveBeenCalled();
  output.mockRestore();
  consoled.mockRestore();
  expect(written).toHaveLength(1);
  expect(String(written[0])).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(String(written[0]))).toMatchObject({
    level: 'error',
    message: 'it broke',
    traceId: '1-aa',
    tenant: 'tnt_a',
    ms: 3,
  });
});
