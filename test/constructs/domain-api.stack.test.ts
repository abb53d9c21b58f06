import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DomainApi } from '../../lib/constructs/domain-api.ts';
import { GATEWAY_RESPONSES } from '../../lib/constructs/gateway-responses.ts';
import { defineRoute, type RouteDefinition } from '../../lib/runtime/route.ts';
import { anyFunction, stackWith, statementsOf, templateOf } from './fixture.ts';

const getOrder = defineRoute({
  method: 'GET',
  path: '/v1/orders/{orderId}',
  summary: 'Read an order',
  callers: ['customer', 'staff', 'secret'],
  params: z.object({ orderId: z.string() }),
  status: 200,
});
const cancelOrder = defineRoute({ ...getOrder, method: 'POST', path: '/v1/orders/{orderId}/cancel' });
const stopAll = defineRoute({ ...getOrder, method: 'DELETE', path: '/v1/orders', callers: ['operator', 'staff'] });
const terms = defineRoute({ ...getOrder, path: '/v1/orders/terms', callers: 'public' });

const apiOf = (...routes: readonly RouteDefinition[]) => {
  const stack = stackWith(['orders/any', 'orders/health']);
  const fn = anyFunction(stack, 'orders/any');
  new DomainApi(stack, 'Api', {
    routes: routes.map((route) => ({ route, fn })),
    health: anyFunction(stack, 'orders/health'),
  });
  return templateOf(stack);
};
const only = (template: ReturnType<typeof apiOf>, type: string) => {
  const [found] = Object.entries(template.findResources(type));
  return { logicalId: found?.[0] ?? '', properties: found?.[1]['Properties'] };
};
const bodyOf = (template: ReturnType<typeof apiOf>) => only(template, 'AWS::ApiGateway::RestApi').properties.Body;

describe('the API of a domain', () => {
  const template = apiOf(getOrder, cancelOrder, stopAll, terms);
  const body = bodyOf(template);

  it('asks the authorizer for every route that is not public, and counts what tenants ask', () => {
    expect(body.paths['/v1/orders/{orderId}'].get.security).toEqual([{ credential: [], api_key: [] }]);
    expect(body.paths['/v1/orders'].delete.security).toEqual([{ credential: [] }]);
    expect(body.paths['/v1/orders/terms'].get).not.toHaveProperty('security');
    expect(body.paths['/v1/orders/health'].get).not.toHaveProperty('security');
    expect(body['x-amazon-apigateway-api-key-source']).toBe('AUTHORIZER');
  });

  it('has one authorizer with one identity source and a cache of a minute', () => {
    expect(body.components.securitySchemes.credential['x-amazon-apigateway-authorizer']).toMatchObject({
      type: 'request',
      identitySource: 'method.request.header.Authorization',
      authorizerResultTtlInSeconds: 60,
      authorizerUri: expect.stringContaining(':function:cartwright-dev-platform-authorizer:live/invocations'),
    });
  });

  it('hands every request to the alias of its function, through one role', () => {
    const integrations = Object.values<Record<string, Record<string, Record<string, unknown>>>>(body.paths)
      .flatMap((methods) => Object.values(methods))
      .map((operation) => operation['x-amazon-apigateway-integration'] ?? {})
      .filter(({ type }) => type !== 'mock');
    expect(integrations).toHaveLength(5);
    for (const integration of integrations) {
      expect(integration).toMatchObject({ type: 'aws_proxy', httpMethod: 'POST', timeoutInMillis: 29_000 });
      expect(integration['uri']).toMatch(/functions\/<orders(any|health)Live\w+>\/invocations$/);
      expect(integration['credentials']).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ApiRole/), 'Arn'] });
    }
    expect(statementsOf(template, 'ApiRole')).toMatchObject([
      {
        Action: 'lambda:InvokeFunction',
        Resource: [{ Ref: expect.stringMatching(/^ordersany/) }, { Ref: expect.stringMatching(/^ordershealth/) }],
      },
      {
        Action: 'lambda:InvokeFunction',
        Resource: expect.stringMatching(/function:cartwright-dev-platform-authorizer:live$/),
      },
    ]);
  });

  it('answers preflights on every path without a function', () => {
    for (const [path, methods] of Object.entries<Record<string, never>>(body.paths)) {
      const allowed = Object.keys(methods)
        .map((method) => method.toUpperCase())
        .join(',');
      expect(methods['options'], path).toMatchObject({
        'x-amazon-apigateway-integration': {
          type: 'mock',
          responses: {
            default: {
              responseParameters: { 'method.response.header.Access-Control-Allow-Methods': `'${allowed}'` },
            },
          },
        },
      });
    }
  });

  it("answers with problem documents where API Gateway answers by itself, readable for another origin's page", () => {
    const responses = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse'));
    expect(responses).toHaveLength(GATEWAY_RESPONSES.length);
    for (const { Properties } of responses) {
      const problem = JSON.parse(Properties.ResponseTemplates['application/json']);
      expect(Properties.ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
      expect(String(problem.status)).toBe(Properties.StatusCode);
      expect(problem).toMatchObject({ type: `urn:cartwright:problem:${problem.code}`, detail: expect.any(String) });
      expect(Properties.ResponseParameters['gatewayresponse.header.access-control-allow-origin']).toBe("'*'");
    }
    const statusOf = (type: string) =>
      responses.find(({ Properties }) => Properties.ResponseType === type)?.['Properties'].StatusCode;
    expect(statusOf('MISSING_AUTHENTICATION_TOKEN')).toBe('404');
    expect(statusOf('QUOTA_EXCEEDED')).toBe('429');
  });

  it.each(['THROTTLED', 'QUOTA_EXCEEDED', 'AUTHORIZER_FAILURE', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT'])(
    'says on %s when to come back',
    (type) => {
      template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
        ResponseType: type,
        ResponseParameters: { 'gatewayresponse.header.retry-after': Match.anyValue() },
      });
    },
  );

  it('is deployed anew when a route changes, and not otherwise', () => {
    const deployed = (...routes: RouteDefinition[]) => only(apiOf(...routes), 'AWS::ApiGateway::Deployment').logicalId;
    expect(deployed(getOrder)).toBe(deployed(getOrder));
    expect(deployed(getOrder)).not.toBe(deployed(getOrder, cancelOrder));
  });

  it('leaves its address in parameters', () => {
    const names = Object.values(template.findResources('AWS::SSM::Parameter')).map(({ Properties }) => Properties.Name);
    expect(names.sort()).toEqual([
      '/cartwright/dev/orders/api-id',
      '/cartwright/dev/orders/api-stage',
      '/cartwright/dev/orders/api-url',
    ]);
  });

  it("refuses what API Gateway would refuse or mix up, and another domain's paths", () => {
    expect(() => apiOf(getOrder, getOrder)).toThrow('Two routes');
    expect(() => apiOf(getOrder, { ...cancelOrder, path: '/v1/orders/{id}/cancel' })).toThrow('one name only');
    expect(() => apiOf({ ...getOrder, path: '/v1/carts/{cartId}' })).toThrow('not below /v1/orders');
  });
});
