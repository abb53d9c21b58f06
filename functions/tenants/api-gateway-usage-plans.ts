import {
  type APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeysCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import type { UsageKeys, UsagePlans } from './usage-plans.ts';

/** `nameQuery` finds names that begin with it; ids of tenants have one length, but the check costs nothing. */
const keysNamed = async (gateway: APIGatewayClient, name: string): Promise<string[]> => {
  const answer = await gateway.send(new GetApiKeysCommand({ nameQuery: name, limit: 500 }));
  return (answer.items ?? []).flatMap((item) => (item.name === name && item.id !== undefined ? [item.id] : [])).sort();
};

/**
 * Usage plans of API Gateway. `parameterPrefix` and a plan make the name of the parameter that holds its id: the stack
 * that owns the usage plans is deployed after all others, so the id is asked for when it is needed.
 */
export const apiGatewayUsagePlans = (
  gateway: APIGatewayClient,
  parameters: SSMClient,
  parameterPrefix: string,
): UsagePlans => {
  return {
    planId: async (plan) => {
      try {
        const answer = await parameters.send(new GetParameterCommand({ Name: parameterPrefix + plan }));
        return answer.Parameter?.Value;
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined;
        throw error;
      }
    },

    register: async (name, value) => {
      // AWS refuses a second key with the value of a first one, but nowhere says so; a run after another need not rely on it.
      const [known] = await keysNamed(gateway, name);
      if (known !== undefined) return known;
      try {
        const made = await gateway.send(new CreateApiKeyCommand({ name, value, enabled: true }));
        if (made.id === undefined) throw new Error('API Gateway made a key without an id');
        return made.id;
      } catch (error) {
        const [existing] = error instanceof ConflictException ? await keysNamed(gateway, name) : [];
        if (existing === undefined) throw error;
        return existing;
      }
    },

    attach: async (planId, keyId) => {
      try {
        await gateway.send(new CreateUsagePlanKeyCommand({ usagePlanId: planId, keyId, keyType: 'API_KEY' }));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error; // it is there already
      }
    },

    detach: async (planId, keyId) => {
      try {
        await gateway.send(new DeleteUsagePlanKeyCommand({ usagePlanId: planId, keyId }));
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error; // it is out already
      }
    },
  };
};

/** Usage keys of API Gateway, found by their names. */
export const apiGatewayUsageKeys = (gateway: APIGatewayClient): UsageKeys => ({
  remove: async (name) => {
    const end = async (apiKey: string): Promise<void> => {
      try {
        await gateway.send(new DeleteApiKeyCommand({ apiKey }));
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error; // somebody else was faster
      }
    };
    await Promise.all((await keysNamed(gateway, name)).map(end));
  },
});
