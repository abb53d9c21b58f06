import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DOCUMENTS, MEASURED_FILE } from '../../cost/documents.ts';
import { Measured } from '../../cost/measured.ts';
import { broken } from '../../cost/report.ts';

const measured = Measured.parse(JSON.parse(readFileSync(MEASURED_FILE, 'utf8')));

it.each(DOCUMENTS)(
  '$file is what the measurement in the repository makes (npm run cost -- --from cost/measured.json --write)',
  async ({ file, text }) => {
    expect(await text(measured)).toBe(readFileSync(file, 'utf8'));
  },
);

it('the measurement in the repository breaks no bar', () => {
  expect(broken(measured)).toEqual([]);
});
