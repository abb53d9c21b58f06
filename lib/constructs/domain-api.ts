import { Aws } from 'aws-cdk-lib/core';
import { ApiDefinition, CfnGatewayResponse, EndpointType, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { API_STAGE, apiParameter, parameterName, stackName } from '../names.ts';
import type { RouteDefinition } from '../runtime/route.ts';
import { alarmWhen } from './alarms.ts';
import { invocationUri } from './arns.ts';
import { domainStackOf } from './domain-stack.ts';
import { GATEWAY_RESPONSES, problemTemplate, responseParameters } from './gateway-responses.ts';
import { gatewayBody, type ServedRoute } from './openapi.ts';
import { authorizerArn } from './platform.ts';
import type { ServiceFunction } from './service-function.ts';

export interface ApiRoute {
  readonly route: RouteDefinition;
  readonly fn: Pick<ServiceFunction, 'arn'>;
}

export interface DomainApiProps {
  readonly routes: readonly ApiRoute[];
  /** Serves `GET /v1/<domain>/health`. */
  readonly health: Pick<ServiceFunction, 'arn'>;
}

/**
 * The REST API of a domain, made from one OpenAPI body, so that it costs about as many resources as it has functions.
 * Its address goes into SSM parameters (`api-id`, `api-stage`, `api-url`), for clients and for the usage plans.
 */
export class DomainApi extends Construct {
  /** For the full OpenAPI document. */
  readonly routes: readonly RouteDefinition[];

  constructor(scope: Construct, id: string, props: DomainApiProps) {
    super(scope, id);
    const stack = domainStackOf(this);
    this.routes = props.routes.map(({ route }) => route);
    this.#checkPaths(stack.domain);

    const aliases = [...new Set([...props.routes.map(({ fn }) => fn.arn), props.health.arn])];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: aliases }),
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [authorizerArn(stack)] }),
          ],
        }),
      },
    });
    const health: ServedRoute = {
      route: { method: 'GET', path: `/v1/${stack.domain}/health`, summary: 'Is it well', callers: 'public' },
      uri: invocationUri(props.health.arn),
    };
    const api = new SpecRestApi(this, 'Api', {
      restApiName: stackName(stack.stage.stage, stack.domain),
      apiDefinition: ApiDefinition.fromInline(
        gatewayBody({
          title: `Cartwright ${stack.domain}`,
          routes: [health, ...props.routes.map(({ route, fn }) => ({ route, uri: invocationUri(fn.arn) }))],
          credentials: role.roleArn,
          authorizerUri: invocationUri(authorizerArn(stack)),
        }),
      ),
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: { stageName: API_STAGE },
    });
    for (const response of GATEWAY_RESPONSES) {
      const properties = {
        responseType: response.type,
        statusCode: String(response.error.status),
        responseParameters: responseParameters(response),
        responseTemplates: { 'application/json': problemTemplate(response) },
      };
      const resource = new CfnGatewayResponse(this, `Response${response.type}`, {
        restApiId: api.restApiId,
        ...properties,
      });
      // A deployment is a snapshot: it comes after what it shall contain, and a change needs a new one.
      api.latestDeployment?.node.addDependency(resource);
      api.latestDeployment?.addToLogicalId(properties);
    }

    const parameter = (what: Parameters<typeof apiParameter>[1], value: string) =>
      new StringParameter(this, what, {
        parameterName: parameterName(stack.stage.stage, apiParameter(stack.domain, what)),
        stringValue: value,
      });
    parameter('api-id', api.restApiId);
    parameter('api-stage', api.deploymentStage.stageName);
    parameter('api-url', `https://${api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${API_STAGE}`);
    alarmWhen(this, 'ServerErrors', {
      what: `The API of ${stack.domain} answers with 5xx`,
      metric: api.metricServerError(),
      above: 4,
      minutes: 5,
    });
  }

  /** Each domain has its own part of the one path space. */
  #checkPaths(domain: string): void {
    const prefix = `/v1/${domain}`;
    for (const { path } of this.routes) {
      if (path === prefix || path.startsWith(`${prefix}/`)) continue;
      throw new Error(`${path} is not below ${prefix}`);
    }
  }
}
