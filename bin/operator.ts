/**
 * What an operator needs after a deployment: `npm run operator -- key [--stage STAGE] [--endpoint URL]` prints the operator
 * key. Without an endpoint it asks AWS with the credentials of the environment.
 */
import { httpUrl, orEnd, readArguments, readOptions } from '../lib/client/command-line.ts';
import * as z from 'zod';
import { readOperatorKey } from '../lib/client/operator.ts';

const USAGE = 'Usage: npm run operator -- key [--stage dev] [--endpoint http://127.0.0.1:4566] [--region eu-central-1]';

const { values, positionals } = orEnd(() =>
  readArguments(USAGE, {
    allowPositionals: true,
    options: { stage: { type: 'string', default: 'dev' }, endpoint: { type: 'string' }, region: { type: 'string' } },
  }),
);
orEnd(() => readOptions(USAGE, z.object({ endpoint: httpUrl().optional() }), values));

if (positionals.length !== 1 || positionals[0] !== 'key') {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    console.log(await readOperatorKey(values));
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.error(`The operator key of stage ${values.stage} could not be read. ${reason}`);
    console.error(
      values.endpoint === undefined
        ? 'Is the stage deployed in this account and region, and may you read its secret? For the local cloud give --endpoint.'
        : `Does the stage run at ${values.endpoint}? "npm start" prints the AWS endpoint of the local cloud, whose stage is dev.`,
    );
    process.exitCode = 1;
  }
}
