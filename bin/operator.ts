/**
 * What an operator needs after a deployment: `npm run operator -- key [--stage STAGE] [--endpoint URL]` prints the operator
 * key. Without an endpoint it asks AWS with the credentials of the environment.
 */
import { parseArgs } from 'node:util';
import { readOperatorKey } from '../lib/client/operator.ts';

const USAGE = 'Usage: npm run operator -- key [--stage dev] [--endpoint http://127.0.0.1:4566] [--region eu-central-1]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stage: { type: 'string', default: 'dev' }, endpoint: { type: 'string' }, region: { type: 'string' } },
});

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
      'Is the stage deployed in this account and region, and may you read its secret? For the local cloud give --endpoint.',
    );
    process.exitCode = 1;
  }
}
