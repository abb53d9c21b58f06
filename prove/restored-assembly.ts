import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/**
 * Copies an assembly into a folder, with another table in a domain's stack: as it is after a restored table was imported
 * in place of the damaged one. Everything else of the stack is the same and refers to the new one.
 */
export const withRestoredTable = (assembly: string, stack: string, folder: string): void => {
  cpSync(assembly, folder, { recursive: true });
  const file = join(folder, `${stack}.template.json`);
  const text = readFileSync(file, 'utf8');
  const { Resources } = Template.parse(JSON.parse(text));
  const [id] = Object.entries(Resources).find(([, { Type }]) => Type === 'AWS::DynamoDB::Table') ?? [];
  if (id === undefined) throw new Error(`${file} has no table`);
  writeFileSync(file, text.replaceAll(`"${id}"`, `"${id}Restored"`));
};
