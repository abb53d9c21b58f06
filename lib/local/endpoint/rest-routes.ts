/** An operation of a REST-JSON service: how its path, query and headers become members of its input. */
export interface RestRoute {
  readonly service: string;
  readonly method: string;
  /** `{Name}` is a path parameter and the input's member of that name. */
  readonly path: string;
  readonly operation: string;
  /** Success status; 200 when absent. */
  readonly status?: number;
  /** Query parameters by name, with the member they set where it has another name. */
  readonly query?: Readonly<Record<string, string>>;
}

const lambda = (method: string, path: string, operation: string, query: RestRoute['query'] = {}): RestRoute => ({
  service: 'lambda',
  method,
  path: `/2015-03-31${path}`,
  operation,
  query,
});

const apigateway = (method: string, path: string, operation: string, more: Partial<RestRoute> = {}): RestRoute => ({
  service: 'apigateway',
  method,
  path,
  operation,
  ...more,
});

const paging = { limit: 'limit', position: 'position' };

/** The operations that functions and the AWS CLI use. Lambda's invocation is served apart: its body is the payload. */
export const REST_ROUTES: readonly RestRoute[] = [
  lambda('GET', '/functions', 'ListFunctions', { Marker: 'Marker', MaxItems: 'MaxItems' }),
  lambda('GET', '/functions/{FunctionName}', 'GetFunction', { Qualifier: 'Qualifier' }),
  lambda('GET', '/functions/{FunctionName}/configuration', 'GetFunctionConfiguration', { Qualifier: 'Qualifier' }),
  lambda('GET', '/event-source-mappings', 'ListEventSourceMappings', { FunctionName: 'FunctionName' }),
  apigateway('GET', '/restapis', 'GetRestApis', { query: paging }),
  apigateway('GET', '/restapis/{restApiId}', 'GetRestApi'),
  apigateway('GET', '/restapis/{restApiId}/stages', 'GetStages'),
  apigateway('POST', '/apikeys', 'CreateApiKey', { status: 201 }),
  apigateway('GET', '/apikeys', 'GetApiKeys', {
    query: { ...paging, name: 'nameQuery', customerId: 'customerId', includeValues: 'includeValues' },
  }),
  apigateway('GET', '/apikeys/{apiKey}', 'GetApiKey', { query: { includeValue: 'includeValue' } }),
  apigateway('PATCH', '/apikeys/{apiKey}', 'UpdateApiKey'),
  apigateway('DELETE', '/apikeys/{apiKey}', 'DeleteApiKey', { status: 202 }),
  apigateway('GET', '/usageplans', 'GetUsagePlans', { query: { ...paging, keyId: 'keyId' } }),
  apigateway('GET', '/usageplans/{usagePlanId}', 'GetUsagePlan'),
  apigateway('POST', '/usageplans/{usagePlanId}/keys', 'CreateUsagePlanKey', { status: 201 }),
  apigateway('GET', '/usageplans/{usagePlanId}/keys', 'GetUsagePlanKeys', { query: { ...paging, name: 'nameQuery' } }),
  apigateway('GET', '/usageplans/{usagePlanId}/keys/{keyId}', 'GetUsagePlanKey'),
  apigateway('DELETE', '/usageplans/{usagePlanId}/keys/{keyId}', 'DeleteUsagePlanKey', { status: 202 }),
  apigateway('GET', '/usageplans/{usagePlanId}/usage', 'GetUsage', {
    query: { ...paging, keyId: 'keyId', startDate: 'startDate', endDate: 'endDate' },
  }),
  {
    service: 'scheduler',
    method: 'GET',
    path: '/schedules',
    operation: 'ListSchedules',
    query: { NamePrefix: 'NamePrefix' },
  },
  { service: 'scheduler', method: 'GET', path: '/schedules/{Name}', operation: 'GetSchedule' },
];
