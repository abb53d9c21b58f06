import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { deriveCredentials, type Credentials } from '../../lib/local/iam/credentials.ts';
import { readTemplate, type TemplateFunction } from '../events/functions.ts';
import { LOG_LEVEL } from '../events/event-cloud.ts';
import { architecture } from './base-image.ts';

/** What is changed in the templates for SAM, and why. Everything else is as `cdk deploy` takes it. */
export const ADAPTATIONS = [
  `Architectures: ${architecture()}, this machine's, so that nothing is emulated`,
  'Environment.Variables: AWS_ENDPOINT_URL is added, with which the functions find the local cloud',
  'Metadata aws:asset:path: absolute, because the changed template lies elsewhere',
] as const;

/** A function as SAM needs it: its template, the values of its variables, and its role's credentials. */
export interface SamFunction extends TemplateFunction {
  /** The adapted template. */
  readonly samTemplate: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const objectIn = (owner: Record<string, unknown>, name: string): Record<string, unknown> => {
  const found = owner[name];
  const object = isObject(found) ? found : {};
  owner[name] = object;
  return object;
};

const adapt = (file: string, folder: string, endpoint: string): string => {
  const template = readTemplate(file);
  for (const { Type, Properties, Metadata } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function' || Properties === undefined) continue;
    Properties['Architectures'] = [architecture()];
    objectIn(objectIn(Properties, 'Environment'), 'Variables')['AWS_ENDPOINT_URL'] = endpoint;
    if (Metadata !== undefined) Metadata['aws:asset:path'] = resolve(dirname(file), String(Metadata['aws:asset:path']));
  }
  const adapted = join(folder, file.slice(file.lastIndexOf('/') + 1));
  mkdirSync(folder, { recursive: true });
  writeFileSync(adapted, JSON.stringify(template));
  return adapted;
};

/**
 * Writes the adapted templates, and finds out what the references in each function's variables come to in the local cloud.
 * @param options.secret the local cloud's secret, from which credentials of roles are derived
 */
export const samFunctions = async (
  functions: readonly TemplateFunction[],
  options: {
    readonly folder: string;
    readonly awsUrl: string;
    /** The same endpoint, as containers see it. */
    readonly endpoint: string;
    readonly secret: string;
  },
): Promise<SamFunction[]> => {
  const adapted = new Map(
    [...new Set(functions.map(({ template }) => template))].map((file) => [
      file,
      adapt(file, options.folder, options.endpoint),
    ]),
  );
  const client = new LambdaClient({
    endpoint: options.awsUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    return await Promise.all(
      functions.map(async (fn) => {
        const { Environment, Role } = await client.send(
          new GetFunctionConfigurationCommand({ FunctionName: fn.functionName }),
        );
        return {
          ...fn,
          samTemplate: adapted.get(fn.template) ?? fn.template,
          variables: { ...Environment?.Variables, ...LOG_LEVEL, AWS_ENDPOINT_URL: options.endpoint },
          credentials: deriveCredentials(options.secret, Role ?? ''),
        };
      }),
    );
  } finally {
    client.destroy();
  }
};
