import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesizedApp, textOf } from '../assembly/app.ts';

const stacks = synthesizedApp({ stage: 'prod', settings: { rollout: 'canary' } });
const all = (type: string) => resourcesOf(stacks, type);
const aliases = stacks.flatMap(({ domain, template }) =>
  Object.values(template.Resources).flatMap((resource) =>
    resource.Type === 'AWS::Lambda::Alias' ? [{ domain, ...resource }] : [],
  ),
);

describe('where new versions are tried first', () => {
  it('every alias is moved by a deployment of its own, which looks at the errors of the alias', () => {
    expect(aliases.length).toBe(all('AWS::Lambda::Function').length);
    const used = new Set<string>();
    for (const { domain, UpdatePolicy, Properties } of aliases) {
      const update = Object(UpdatePolicy)['CodeDeployLambdaAliasUpdate'];
      const groupId = textOf(update?.DeploymentGroupName).slice(1, -1);
      used.add(`${domain}/${groupId}`);
      const group = all('AWS::CodeDeploy::DeploymentGroup').find(
        ({ stack, logicalId }) => stack === domain && logicalId === groupId,
      );
      expect(group?.properties, groupId).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        AutoRollbackConfiguration: { Enabled: true, Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']) },
        AlarmConfiguration: { Enabled: true },
      });
      const [{ Name: alarmName }] = Object(group?.properties['AlarmConfiguration']).Alarms;
      const alarm = all('AWS::CloudWatch::Alarm').find(
        ({ stack, logicalId }) => stack === domain && logicalId === textOf(alarmName).slice(1, -1),
      );
      const name = all('AWS::Lambda::Function').find(
        ({ stack, logicalId }) => stack === domain && `<${logicalId}>` === textOf(Properties['FunctionName']),
      )?.properties['FunctionName'];
      expect(alarm?.properties).toMatchObject({
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: expect.arrayContaining([{ Name: 'Resource', Value: `${String(name)}:live` }]),
      });
    }
    expect(used.size).toBe(aliases.length);
  });

  it('nobody calls a function past its alias', () => {
    const text = JSON.stringify(stacks.map(({ template }) => template));
    const called = [...text.matchAll(/:function:(cartwright-prod-[a-z0-9-]+)(:\w+)?/g)];
    expect(called.length).toBeGreaterThan(10);
    expect(called.filter(([, , alias]) => alias !== ':live')).toEqual([]);
    for (const { properties } of all('AWS::Lambda::EventSourceMapping')) {
      expect(textOf(properties['FunctionName'])).toMatch(/Live/);
    }
  });

  it('the role that moves aliases may move those of its stack', () => {
    for (const { stack, properties } of all('AWS::IAM::Role').filter(({ logicalId }) =>
      logicalId.startsWith('Canary'),
    )) {
      const [moves, alarms, ...others] = Object(properties['Policies'])[0].PolicyDocument.Statement;
      expect(others).toEqual([]);
      expect(alarms.Action).toBe('cloudwatch:DescribeAlarms');
      expect(moves.Resource).toHaveLength(2 * aliases.filter(({ domain }) => domain === stack).length);
    }
  });

  it('leaves the stacks below the limit of 500 resources', () => {
    for (const { domain, template } of stacks) expect(Object.keys(template.Resources).length, domain).toBeLessThan(400);
  });
});

it('without it, a version gets all calls at once and nothing of CodeDeploy is there', () => {
  const types = resourcesOf(synthesizedApp({ stage: 'prod' })).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith('AWS::CodeDeploy'))).toEqual([]);
});
