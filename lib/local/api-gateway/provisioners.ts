import * as z from 'zod';
import type { Provisioner, ProvisionedResource, TemplateResource } from '../contracts.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { readApiBody } from './api-body.ts';
import { stableId, type Apis } from './apis.ts';
import { compileGatewayResponse } from './gateway-response.ts';
import type { UsagePlans } from './usage-plans.ts';

/** Numbers may be text in a template. */
const number = z.coerce.number();

const RestApiProperties = z.object({
  Name: z.string().optional(),
  Body: z.unknown(),
  ApiKeySourceType: z.enum(['HEADER', 'AUTHORIZER']).optional(),
  BinaryMediaTypes: z.array(z.string()).optional(),
});

const DeploymentProperties = z.object({ RestApiId: z.string() });

const MethodSetting = z.strictObject({
  HttpMethod: z.literal('*'),
  ResourcePath: z.literal('/*'),
  ThrottlingRateLimit: number.optional(),
  ThrottlingBurstLimit: number.optional(),
  // There are no metrics, and every request is in the live log.
  LoggingLevel: z.string().optional(),
  MetricsEnabled: z.boolean().optional(),
  DataTraceEnabled: z.boolean().optional(),
  CachingEnabled: z.literal(false).optional(),
});

const StageProperties = z.object({
  RestApiId: z.string(),
  DeploymentId: z.string(),
  StageName: z.string(),
  Variables: z.record(z.string(), z.string()).optional(),
  MethodSettings: z.array(MethodSetting).max(1).optional(),
});

const GatewayResponseProperties = z.object({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: number.optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});

const UsagePlanProperties = z.object({
  UsagePlanName: z.string().optional(),
  ApiStages: z.array(z.strictObject({ ApiId: z.string(), Stage: z.string() })).default([]),
  Throttle: z.strictObject({ RateLimit: number, BurstLimit: number }).optional(),
  Quota: z.strictObject({ Limit: number, Period: z.enum(['DAY', 'WEEK', 'MONTH']) }).optional(),
});

/** The resource types of REST APIs with their usage plans. */
export const apiGatewayProvisioners = (apis: Apis, plans: UsagePlans): readonly Provisioner[] => {
  const idOf = (resource: TemplateResource): string => stableId(resource.path);

  const restApi = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const properties = readProperties(resource, RestApiProperties);
    const where = `${resource.path}.Properties.Body`;
    if (properties.Body === undefined) throw new Error(`${where}: the local cloud needs an inline OpenAPI body`);
    const body = readApiBody(properties.Body, where);
    const id = idOf(resource);
    apis.put({
      id,
      name: properties.Name ?? physicalName(resource, 255),
      body: {
        operations: body.operations,
        binaryMediaTypes: properties.BinaryMediaTypes ?? body.binaryMediaTypes,
        apiKeySource: properties.ApiKeySourceType ?? body.apiKeySource,
      },
      responses: new Map(),
      stage: undefined,
    });
    return { ref: id, attributes: { RestApiId: id, RootResourceId: stableId(`${resource.path} /`) } };
  };

  const deployment = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    apis.get(readProperties(resource, DeploymentProperties).RestApiId, resource.path);
    const id = idOf(resource);
    return { ref: id, attributes: { DeploymentId: id } };
  };

  const stage = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const properties = readProperties(resource, StageProperties);
    const api = apis.get(properties.RestApiId, resource.path);
    if (api.stage !== undefined && api.stage.name !== properties.StageName) {
      throw new Error(
        `${resource.path}: the local cloud serves one stage of an API, and ${api.name} has ${api.stage.name}`,
      );
    }
    const [setting] = properties.MethodSettings ?? [];
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = setting ?? {};
    apis.deploy(api, {
      name: properties.StageName,
      deploymentId: properties.DeploymentId,
      variables: properties.Variables ?? null,
      throttle: rate === undefined || burst === undefined ? undefined : { rate, burst },
      buckets: new Map(),
    });
    return { ref: properties.StageName, attributes: {} };
  };

  const gatewayResponse = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const properties = readProperties(resource, GatewayResponseProperties);
    const response = compileGatewayResponse(
      {
        type: properties.ResponseType,
        status: properties.StatusCode,
        parameters: properties.ResponseParameters,
        templates: properties.ResponseTemplates,
      },
      `${resource.path}.Properties`,
    );
    apis.get(properties.RestApiId, resource.path).responses.set(response.type, response);
    const id = idOf(resource);
    return { ref: id, attributes: { Id: id } };
  };

  const usagePlan = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const properties = readProperties(resource, UsagePlanProperties);
    const id = idOf(resource);
    const { Throttle: throttle, Quota: quota } = properties;
    plans.put({
      id,
      name: properties.UsagePlanName ?? physicalName(resource, 255),
      throttle: throttle === undefined ? undefined : { rate: throttle.RateLimit, burst: throttle.BurstLimit },
      quota: quota === undefined ? undefined : { limit: quota.Limit, period: quota.Period },
      stages: properties.ApiStages.map(({ ApiId: apiId, Stage: name }) => {
        apis.get(apiId, `${resource.path}.Properties.ApiStages`);
        return { apiId, stage: name };
      }),
    });
    return { ref: id, attributes: { Id: id } };
  };

  return [
    { types: ['AWS::ApiGateway::RestApi'], provision: restApi },
    { types: ['AWS::ApiGateway::Deployment'], provision: deployment },
    { types: ['AWS::ApiGateway::Stage'], provision: stage },
    { types: ['AWS::ApiGateway::GatewayResponse'], provision: gatewayResponse },
    { types: ['AWS::ApiGateway::UsagePlan'], provision: usagePlan },
  ];
};
