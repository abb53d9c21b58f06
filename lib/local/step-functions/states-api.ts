import { AwsError, notImplemented } from '../aws-error.ts';
import type { Account, AwsService, Iam, Principal } from '../contracts.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import { operationInput } from '../operation-input.ts';
import type { ExecutionRow } from './execution-row.ts';
import type { ExecutionStore, HistoryRow } from './execution-store.ts';
import type { StartRequest } from './execution-run.ts';
import type { ExpressExecutions } from './express-executions.ts';
import type { Machines, StateMachine } from './machines.ts';
import type { StandardExecutions } from './standard-executions.ts';

type Operation = (input: JsonObject, principal: Principal) => Promise<unknown>;

/** Times on the wire are seconds since 1970. */
const seconds = (milliseconds: number): number => milliseconds / 1000;

const describeMachine = (machine: StateMachine) => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  type: machine.type,
  creationDate: seconds(machine.createdAt),
});

const describeExecution = (row: ExecutionRow) => ({
  executionArn: row.arn,
  stateMachineArn: row.machine,
  name: row.name,
  status: row.status,
  startDate: seconds(row.started),
  stopDate: row.stopped === undefined ? undefined : seconds(row.stopped),
});

const describeEvent = (event: HistoryRow) => {
  const details = parseJson(event.details);
  return {
    timestamp: seconds(event.at),
    type: event.type,
    id: event.id,
    previousEventId: event.previous,
    ...(isObject(details) ? details : {}),
  };
};

/** The next page begins where its token says: an offset. */
const offsetOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  if (!/^\d+$/.test(token)) throw new AwsError('InvalidToken', `Invalid Token: '${token}'`);
  return Number(token);
};

const pageOf = <T>(rows: readonly T[], limit: number, offset: number) => ({
  page: rows.slice(0, limit),
  nextToken: rows.length > limit ? String(offset + limit) : undefined,
});

const limitOf = (asked: number | undefined, most: number, usual: number): number => {
  const limit = asked === undefined || asked === 0 ? usual : asked;
  if (limit < 1 || limit > most) throw new AwsError('ValidationException', `maxResults must be between 0 and ${most}`);
  return limit;
};

/** The Step Functions API, bounded to what reads and starts executions. */
export const createStatesApi = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly machines: Machines;
  readonly store: ExecutionStore;
  readonly standard: StandardExecutions;
  readonly express: ExpressExecutions;
}): AwsService => {
  const { account, iam, machines, store, standard, express } = deps;

  const start = (operation: string, input: JsonObject, principal: Principal): StartRequest => {
    const read = operationInput(`states:${operation}`, input, ['stateMachineArn', 'name', 'input', 'traceHeader']);
    const arn = read.text('stateMachineArn');
    iam.authorize({ principal, action: `states:${operation}`, resource: arn });
    return {
      machine: machines.get(arn),
      name: read.optionalText('name'),
      input: read.optionalText('input') ?? '{}',
      traceId: read.optionalText('traceHeader'),
    };
  };

  const executionFor = (action: string, arn: string, principal: Principal): ExecutionRow => {
    iam.authorize({ principal, action: `states:${action}`, resource: arn });
    const row = store.find(arn);
    if (row === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return row;
  };

  const operations: Readonly<Record<string, Operation>> = {
    StartExecution: async (input, principal) => {
      const request = start('StartExecution', input, principal);
      const executions = request.machine.type === 'EXPRESS' ? express : standard;
      const { executionArn, started } = await executions.start(request);
      return { executionArn, startDate: seconds(started) };
    },
    StartSyncExecution: async (input, principal) => {
      const request = start('StartSyncExecution', input, principal);
      if (request.machine.type !== 'EXPRESS') {
        throw new AwsError(
          'StateMachineTypeNotSupported',
          'This operation is not supported by this type of state machine',
        );
      }
      const result = await express.runSync(request);
      return {
        executionArn: result.executionArn,
        stateMachineArn: request.machine.arn,
        name: result.name,
        status: result.status,
        startDate: seconds(result.started),
        stopDate: seconds(result.stopped),
        input: request.input,
        inputDetails: { included: true },
        ...(result.output === undefined ? {} : { output: result.output, outputDetails: { included: true } }),
        error: result.error,
        cause: result.cause,
        traceHeader: request.traceId,
      };
    },
    DescribeExecution: async (input, principal) => {
      const read = operationInput('states:DescribeExecution', input, ['executionArn']);
      const row = executionFor('DescribeExecution', read.text('executionArn'), principal);
      return {
        ...describeExecution(row),
        input: row.input,
        inputDetails: { included: row.input !== undefined },
        ...(row.output === undefined ? {} : { output: row.output, outputDetails: { included: true } }),
        error: row.error,
        cause: row.cause,
        traceHeader: row.trace,
      };
    },
    StopExecution: async (input, principal) => {
      const read = operationInput('states:StopExecution', input, ['executionArn', 'error', 'cause']);
      const arn = read.text('executionArn');
      executionFor('StopExecution', arn, principal);
      await standard.abort(arn, read.optionalText('error'), read.optionalText('cause'));
      const stopDate = store.find(arn)?.stopped;
      return { stopDate: stopDate === undefined ? undefined : seconds(stopDate) };
    },
    GetExecutionHistory: async (input, principal) => {
      const known = ['executionArn', 'maxResults', 'nextToken', 'reverseOrder', 'includeExecutionData'];
      const read = operationInput('states:GetExecutionHistory', input, known);
      const row = executionFor('GetExecutionHistory', read.text('executionArn'), principal);
      const limit = limitOf(read.optionalNumber('maxResults'), 1000, 100);
      const offset = offsetOf(read.optionalText('nextToken'));
      const rows = store.history(row.arn, read.optionalFlag('reverseOrder') ?? false, limit + 1, offset);
      const { page, nextToken } = pageOf(rows, limit, offset);
      return { events: page.map(describeEvent), nextToken };
    },
    ListExecutions: async (input, principal) => {
      const known = ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken'];
      const read = operationInput('states:ListExecutions', input, known);
      const arn = read.text('stateMachineArn');
      iam.authorize({ principal, action: 'states:ListExecutions', resource: arn });
      if (machines.get(arn).type === 'EXPRESS') {
        throw new AwsError(
          'StateMachineTypeNotSupported',
          'This operation is not supported by this type of state machine',
        );
      }
      const limit = limitOf(read.optionalNumber('maxResults'), 1000, 100);
      const offset = offsetOf(read.optionalText('nextToken'));
      const { page, nextToken } = pageOf(
        store.list(arn, read.optionalText('statusFilter'), limit + 1, offset),
        limit,
        offset,
      );
      return { executions: page.map(describeExecution), nextToken };
    },
    ListStateMachines: async (input, principal) => {
      const read = operationInput('states:ListStateMachines', input, ['maxResults', 'nextToken']);
      const all = `arn:${account.partition}:states:${account.region}:${account.accountId}:stateMachine:*`;
      iam.authorize({ principal, action: 'states:ListStateMachines', resource: all });
      const limit = limitOf(read.optionalNumber('maxResults'), 1000, 100);
      const offset = offsetOf(read.optionalText('nextToken'));
      const { page, nextToken } = pageOf(machines.list().slice(offset), limit, offset);
      return { stateMachines: page.map(describeMachine), nextToken };
    },
    DescribeStateMachine: async (input, principal) => {
      const read = operationInput('states:DescribeStateMachine', input, ['stateMachineArn']);
      const arn = read.text('stateMachineArn');
      iam.authorize({ principal, action: 'states:DescribeStateMachine', resource: arn });
      const machine = machines.get(arn);
      return {
        ...describeMachine(machine),
        status: 'ACTIVE',
        definition: machine.definition,
        roleArn: machine.roleArn,
      };
    },
  };

  return {
    signingName: 'states',
    call: async (operation, input, principal) => {
      const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (serve === undefined) throw notImplemented(`states:${operation}`);
      return serve(input, principal);
    },
  };
};
