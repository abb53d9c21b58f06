import { join } from 'node:path';
import { createLambda, type LocalLambda } from '../../../lib/local/lambda/lambda.ts';
import type { AuthorizationRequest, InvokeResult, Weather } from '../../../lib/local/contracts.ts';
import { createLog } from '../../../lib/local/log.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createState } from '../../../lib/local/state.ts';
import { readAssembly } from '../../../lib/local/template/assembly.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import { account, createFakeIam, createFakeQueues, resource, role, root } from '../fake-ports.ts';
import { temporaryDirectory, writeAssembly } from '../fixtures/assembly.ts';
import { createVirtualClock } from '../virtual-clock.ts';

interface FunctionFixture {
  /** The text of `index.mjs`. */
  readonly source: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Lambda with the given functions, on a state directory that outlives it. */
export const createWorld = async (
  fixtures: Readonly<Record<string, FunctionFixture>>,
  options: {
    readonly directory?: ReturnType<typeof temporaryDirectory>;
    readonly concurrency?: 'one' | 'many';
    readonly weather?: Weather;
    readonly denies?: (request: AuthorizationRequest) => boolean;
  } = {},
) => {
  const directory = options.directory ?? temporaryDirectory();
  const bundles = Object.fromEntries(Object.entries(fixtures).map(([name, { source }]) => [name, source]));
  const assembly = readAssembly(writeAssembly(join(directory.path, 'cdk.out'), {}, bundles));
  const state = createState({ file: join(directory.path, 'state.db'), synchronous: 'NORMAL' });
  const clock = createVirtualClock();
  const meter = createMeter();
  const printed: string[] = [];
  const { iam, asked } = createFakeIam(options.denies);
  const { queues, sent } = createFakeQueues();
  const lambda: LocalLambda = await createLambda({
    account,
    iam,
    state,
    clock,
    meter,
    assembly,
    weather: options.weather ?? createWeather({ rough: false, seed: 1 }),
    log: createLog({ print: (line) => printed.push(line), now: () => clock.now() }),
    awsEndpoint: () => 'http://127.0.0.1:1',
    queues: () => queues,
    concurrency: options.concurrency ?? 'one',
    workDir: join(directory.path, 'lambda'),
  });
  const provision = async (type: string, name: string, properties: Record<string, unknown>) => {
    const provisioner = lambda.provisioners.find(({ types }) => types.includes(type));
    if (provisioner === undefined) throw new Error(`nothing provisions ${type}`);
    return provisioner.provision(resource(type, name, properties));
  };
  for (const [name, { properties }] of Object.entries(fixtures)) {
    await provision('AWS::Lambda::Function', name, {
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role(name),
      Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
      ...properties,
    });
    await provision('AWS::Lambda::Version', `${name}V`, { FunctionName: name });
    await provision('AWS::Lambda::Alias', `${name}A`, { FunctionName: name, FunctionVersion: '1', Name: 'live' });
  }
  lambda.start();
  const invoke = async (
    name: string,
    event: unknown = {},
  ): Promise<{ answer: unknown; error: InvokeResult['functionError'] }> => {
    const result = await lambda.invoke({
      functionArn: `${name}:live`,
      payload: JSON.stringify(event),
      principal: root,
      type: 'RequestResponse',
    });
    return { answer: JSON.parse(result.payload), error: result.functionError };
  };
  const invokeLater = async (name: string, event: unknown = {}) =>
    lambda.invoke({ functionArn: name, payload: JSON.stringify(event), principal: root, type: 'Event' });
  return {
    lambda,
    clock,
    meter,
    state,
    printed,
    asked,
    sent,
    directory,
    assembly,
    provision,
    invoke,
    invokeLater,
    async stop() {
      await lambda.stop();
      await state.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;
