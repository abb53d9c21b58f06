import { globSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import * as z from 'zod';

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Metadata: z.looseObject({ 'cartwright:entry': z.string().optional() }).optional(),
      Properties: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
export type Template = z.output<typeof Template>;

/** A function of a synthesized template. */
export interface TemplateFunction {
  /** `<domain>/<name>`. */
  readonly entry: string;
  readonly stack: string;
  /** The template's file. */
  readonly template: string;
  readonly logicalId: string;
  readonly functionName: string;
}

export const readTemplate = (file: string): Template => Template.parse(JSON.parse(readFileSync(file, 'utf8')));

/** Every function of every template of a synthesized app, by entry. */
export const templateFunctions = (assembly = 'cdk.out'): TemplateFunction[] => {
  const files = globSync(`${assembly}/*.template.json`).sort();
  if (files.length === 0)
    throw new Error(`There are no templates in ${assembly}: synthesize them first (npm run synth)`);
  const found = files.flatMap((template) =>
    Object.entries(readTemplate(template).Resources).flatMap(([logicalId, { Type, Metadata, Properties }]) =>
      Type === 'AWS::Lambda::Function'
        ? [
            {
              entry: Metadata?.['cartwright:entry'] ?? `${basename(template)}/${logicalId}`,
              stack: basename(template, '.template.json'),
              template: resolve(template),
              logicalId,
              functionName: z.string().parse(Properties?.['FunctionName']),
            },
          ]
        : [],
    ),
  );
  return found.sort((a, b) => (a.entry < b.entry ? -1 : 1));
};
