import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Account, Iam, Provisioner } from '../contracts.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { hashOf, type Machines } from './machines.ts';
import { InvalidDefinition } from './state-error.ts';

const StateMachineProperties = z.object({
  StateMachineName: z.string().optional(),
  StateMachineType: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  DefinitionString: z.string(),
  RoleArn: z.string(),
  /** Where errors are logged; they are in the live log anyway. */
  LoggingConfiguration: z.object({}).optional(),
});

/** What AWS asks of a role before its machine may have a log ("Logging using CloudWatch Logs" in its documentation). */
const LOG_DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/** `AWS::StepFunctions::StateMachine`: compiles the definition, so that what is not implemented fails at start. */
export const stateMachineProvisioner = (
  account: Account,
  iam: Pick<Iam, 'assume' | 'authorize'>,
  machines: Machines,
  clock: Clock,
): Provisioner => ({
  types: ['AWS::StepFunctions::StateMachine'],
  provision: async (resource) => {
    const properties = readProperties(resource, StateMachineProperties);
    const name = properties.StateMachineName ?? physicalName(resource, 80);
    const arn = `arn:${account.partition}:states:${account.region}:${account.accountId}:stateMachine:${name}`;
    const definition = properties.DefinitionString;
    if (properties.LoggingConfiguration !== undefined) {
      const principal = iam.assume(properties.RoleArn, 'states.amazonaws.com');
      for (const action of LOG_DELIVERY) iam.authorize({ principal, action: `logs:${action}`, resource: '*' });
    }
    try {
      machines.put({
        arn,
        name,
        type: properties.StateMachineType,
        roleArn: properties.RoleArn,
        definition,
        hash: hashOf(definition),
        machine: machines.compile(definition),
        createdAt: clock.now(),
      });
    } catch (error) {
      if (!(error instanceof InvalidDefinition)) throw error;
      throw new Error(`${resource.path}.Properties.DefinitionString.${error.path}: ${error.problem}`, { cause: error });
    }
    return { ref: arn, attributes: { Arn: arn, Name: name, StateMachineRevisionId: hashOf(definition) } };
  },
});
