import { format, resolveConfig } from 'prettier';
import { limitsDocument } from './limits-report.ts';
import type { Measured } from './measured.ts';
import { costDocument } from './report.ts';

/** The measurement that the documents are made from. */
export const MEASURED_FILE = 'cost/measured.json';

const inStyle = async (file: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(file)), filepath: file });

/** A measurement as it is kept in a file. */
export const formatted = (measured: Measured): Promise<string> =>
  inStyle(MEASURED_FILE, JSON.stringify(measured, null, 2));

/** What is generated: the same measurement always makes the same text. */
export const DOCUMENTS = [
  { file: 'docs/cost.md', text: (measured: Measured) => inStyle('docs/cost.md', costDocument(measured)) },
  { file: 'docs/limits.md', text: (measured: Measured) => inStyle('docs/limits.md', limitsDocument(measured)) },
] as const;
