import { createAssumedRoles } from '../assumed-roles.ts';
import { systemClock, type Clock } from '../clock.ts';
import type {
  Account,
  AwsService,
  Iam,
  Lambda,
  Log,
  Meter,
  Principal,
  Provisioner,
  State,
  Stoppable,
  Weather,
} from '../contracts.ts';
import { createApis } from './apis.ts';
import { createAuthorizers } from './authorizers.ts';
import { createControlApi } from './control-api.ts';
import { createGateway } from './gateway.ts';
import { createKeyStore } from './key-store.ts';
import { apiGatewayProvisioners } from './provisioners.ts';
import { createGatewayServer } from './server.ts';
import { createUsagePlans } from './usage-plans.ts';

export interface ApiGateway extends Stoppable {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /** Serves all deployed REST APIs on one port of 127.0.0.1; answers the base URL. */
  start(): Promise<string>;
}

/** API Gateway: REST APIs from OpenAPI bodies, with authorizers, usage plans and gateway responses. */
export const createApiGateway = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly state: State;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  /** 0: any free one. */
  readonly port: number;
  readonly clock?: Clock;
}): ApiGateway => {
  const { account, iam, lambda, state, weather, meter, log, port, clock = systemClock } = deps;
  const service = 'apigateway.amazonaws.com';
  const assume = createAssumedRoles(iam, service);
  const principal = (roleArn: string | undefined, sourceArn: string): Principal =>
    roleArn === undefined ? { kind: 'service', arn: service, service, sourceArn } : assume(roleArn);
  const apis = createApis();
  const store = createKeyStore(state);
  const plans = createUsagePlans({ store, state, clock, log });
  const authorize = createAuthorizers({ account, lambda, clock, principal });
  const gateway = createGateway({ account, lambda, clock, log, authorize, plans, principal });
  const server = createGatewayServer({ port, apis, gateway, clock, log, meter });
  return {
    service: createControlApi({ account, iam, state, weather, clock, apis, store, plans }),
    provisioners: apiGatewayProvisioners(apis, plans),
    start: server.start,
    stop: async () => {
      await server.stop();
      await plans.stop();
    },
  };
};
